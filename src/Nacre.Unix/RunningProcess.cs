using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>A process that need not be a child of this one.</summary>
internal sealed unsafe class RunningProcess : IDisposable
{
    private const int ThreadStackBytes = 64 * 1024;

    private readonly SafeFileHandle descriptor;

    private RunningProcess(SafeFileHandle descriptor) => this.descriptor = descriptor;

    /// <summary>The process that started this one, as long as it runs.</summary>
    public static RunningProcess OpenParent() =>
        new(new SafeFileHandle(Libc.Check(Libc.PidfdOpen(Libc.getppid()), "watch the process that started this one"), ownsHandle: true));

    /// <summary>Sends a signal to a process by its number.</summary>
    /// <exception cref="UnixException">There is no such process, or it is somebody else's.</exception>
    public static void Signal(int pid, UnixSignal signal) => Libc.Check(Libc.kill(pid, (int)signal), "kill");

    /// <summary>Becomes another program, which is looked for in PATH where it is named without a slash; returns only to throw.</summary>
    /// <exception cref="UnixException">There is no such program, or it cannot be run.</exception>
    public static void Become(CStrings arguments, CStrings environment)
    {
        OpenFileLimit.SetSoft(OpenFileLimit.Inherited);
        using CStrings.NativeCopy words = arguments.ToNative();
        using CStrings.NativeCopy variables = environment.ToNative();
        SignalDispositions.UnblockAll();
        SignalDispositions.UnignoreAll();
        _ = Libc.execvpe(*words.Pointers, words.Pointers, variables.Pointers);
        throw UnixException.FromLast(arguments.First());
    }

    /// <summary>Done when the process has ended. To be called once.</summary>
    public Task WaitAsync()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiter = new Thread(
            () =>
            {
                var entry = new Libc.PollEntry { Descriptor = (int)descriptor.DangerousGetHandle(), Events = Libc.POLLIN };
                while (Libc.poll(&entry, 1, -1) == -1 && Libc.LastErrno == Errno.EINTR)
                {
                }

                ended.SetResult();
            },
            ThreadStackBytes)
        { IsBackground = true, Name = "parent" };
        waiter.Start();
        return ended.Task;
    }

    public void Dispose() => descriptor.Dispose();
}
