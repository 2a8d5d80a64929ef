using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>A program that <see cref="Spawn"/> started: its end can be awaited, and it can be signalled until then.</summary>
/// <remarks>Signals can never hit a stranger: the process is only reaped under the lock that <see cref="Signal"/> takes.</remarks>
internal sealed unsafe class ChildProcess : IRunningProgram
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource<ChildExit> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SafeFileHandle pidfd;
    private readonly bool leadsGroup;
    private bool isReaped;

    internal ChildProcess(int pid, SafeFileHandle pidfd, bool leadsGroup)
    {
        Pid = pid;
        this.pidfd = pidfd;
        this.leadsGroup = leadsGroup;
    }

    public int Pid { get; }

    /// <summary>Completes when the process has ended, whether or not its descendants still run.</summary>
    public Task<ChildExit> Exited => exited.Task;

    public bool HasExited => exited.Task.IsCompleted || ChildWatch.Shared.TryEnd(this);

    /// <summary>Signals the process, with its whole process group if it leads one. False when it has ended.</summary>
    public bool Signal(UnixSignal signal)
    {
        lock (gate)
        {
            if (isReaped)
                return false;
            int result = leadsGroup ? Libc.kill(-Pid, (int)signal) : Libc.PidfdSendSignal((int)pidfd.DangerousGetHandle(), (int)signal);
            return result == 0 || (Libc.LastErrno == Errno.ESRCH ? false : throw UnixException.FromLast($"signal process {Pid}"));
        }
    }

    /// <summary>Takes the exit status from the kernel, once the descriptor of the process says that there is one.</summary>
    internal bool TryReap()
    {
        ChildExit exit;
        lock (gate)
        {
            if (!TryTakeEnd(PidDescriptor, Libc.WEXITED | Libc.WNOHANG, out exit))
                return false;
            isReaped = true;
            pidfd.Dispose();
        }
        exited.SetResult(exit);
        return true;
    }

    /// <summary>Asks the kernel how a child has ended, as waitid(2) is told to; false when it has not.</summary>
    internal static bool TryTakeEnd(int pidDescriptor, int options, out ChildExit exit)
    {
        const int infoBytes = 128;
        const int codeOffset = 8;
        const int pidOffset = 16;
        const int statusOffset = 24;
        byte* info = stackalloc byte[infoBytes];
        new Span<byte>(info, infoBytes).Clear();

        // Somebody else in this process may wait for any child: how this one ended is then lost, that it ended is not.
        exit = new ChildExit(255, UnixSignal.None, false);
        if (Libc.waitid(Libc.P_PIDFD, pidDescriptor, info, options) == -1)
            return true;
        if (*(int*)(info + pidOffset) == 0)
            return false;
        int code = *(int*)(info + codeOffset);
        int status = *(int*)(info + statusOffset);
        exit = code == Libc.CLD_EXITED ? new ChildExit(status, UnixSignal.None, false) : new ChildExit(0, (UnixSignal)status, code == Libc.CLD_DUMPED);
        return true;
    }

    /// <summary>False once the kernel says that it has ended.</summary>
    internal bool IsRunning
    {
        get
        {
            lock (gate)
            {
                var entry = new Libc.PollEntry { Descriptor = PidDescriptor, Events = Libc.POLLIN };
                return !isReaped && Libc.poll(&entry, 1, 0) != 1;
            }
        }
    }

    internal int PidDescriptor => (int)pidfd.DangerousGetHandle();
}
