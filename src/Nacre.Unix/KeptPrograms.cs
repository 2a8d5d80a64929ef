using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>The line to a <see cref="SessionKeeper"/>, which starts the user's programs within its session of PAM for whoever has this.</summary>
/// <remarks>When it is disposed of, the keeper hangs up on the programs that are left and closes the session. What this process itself may not do, the keeper does not do for it either.</remarks>
internal sealed class KeptPrograms : IDisposable
{
    private readonly Socket line;
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Lock gate = new();
    private readonly Dictionary<int, TaskCompletionSource<IRunningProgram>> starting = [];
    private readonly Dictionary<int, Program> running = [];
    private bool isOver;
    private int lastNumber;

    /// <param name="line">The line, which is taken over.</param>
    public KeptPrograms(Socket line)
    {
        this.line = line;
        Ended = ListenAsync();
    }

    /// <summary>Takes over a line that another process has passed.</summary>
    public KeptPrograms(SafeFileHandle line)
        : this(new Socket(new SafeSocketHandle(Descriptors.Release(line), ownsHandle: true)))
    {
    }

    /// <summary>Completes when the keeper has gone, or this was disposed of.</summary>
    public Task Ended { get; }

    /// <summary>Starts a program as the user, in the user's home directory.</summary>
    /// <param name="start">The program, its arguments and environment, and its streams. All else is the keeper's to say.</param>
    /// <param name="takesTerminal">Whether its standard input is a terminal that becomes its own.</param>
    /// <exception cref="UnixException">It could not be started.</exception>
    public Task<IRunningProgram> StartAsync(ProgramStart start, bool takesTerminal)
    {
        SafeHandle?[] streams = [start.Input, start.Output, start.Error];
        var given = new List<SafeHandle>();
        foreach (SafeHandle? stream in streams)
        {
            if (stream is not null)
                given.Add(stream);
        }

        return OrderAsync(KeeperFrame.Start, string.Concat(Array.ConvertAll(streams, stream => stream is null ? "0" : "1")), takesTerminal, start.Path, start.Arguments, start.Environment ?? [], given);
    }

    /// <summary>Starts this executable, as root.</summary>
    public Task<IRunningProgram> StartOwnAsync(CStrings arguments, IReadOnlyList<SafeHandle> extra) =>
        OrderAsync(KeeperFrame.StartOwn, new string('1', extra.Count), takesTerminal: false, ProgramStart.OwnExecutable, arguments, [], extra);

    public void Dispose() => line.Dispose();

    private async Task<IRunningProgram> OrderAsync(string kind, string streams, bool takesTerminal, string path, CStrings arguments, CStrings environment, IReadOnlyList<SafeHandle> given)
    {
        var started = new TaskCompletionSource<IRunningProgram>(TaskCreationOptions.RunContinuationsAsynchronously);
        int number;
        lock (gate)
        {
            if (isOver)
                throw KeeperFrame.Gone();
            starting[number = ++lastNumber] = started;
        }

        CStrings order = [kind, KeeperFrame.Text(number), streams, takesTerminal ? "1" : "0", path];
        KeeperFrame.AddCounted(order, arguments);
        KeeperFrame.AddCounted(order, environment);
        try
        {
            await SendAsync(order, given).ConfigureAwait(false);
        }
        catch
        {
            lock (gate)
                starting.Remove(number);
            throw;
        }

        return await started.Task.ConfigureAwait(false);
    }

    private async Task SendAsync(CStrings order, IReadOnlyList<SafeHandle> given)
    {
        await turn.WaitAsync().ConfigureAwait(false);
        try
        {
            await KeeperFrame.SendAsync(line, order, given, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task ListenAsync()
    {
        try
        {
            while (await KeeperFrame.ReceiveAsync(line, CancellationToken.None).ConfigureAwait(false) is { } answer)
                Take(answer);
        }
        catch (InvalidDataException)
        {
            // A keeper that makes no sense is none.
        }

        line.Dispose();
        Program[] left;
        TaskCompletionSource<IRunningProgram>[] refused;
        lock (gate)
        {
            isOver = true;
            left = [.. running.Values];
            refused = [.. starting.Values];
            running.Clear();
            starting.Clear();
        }

        foreach (Program program in left)
            program.End(new ChildExit(255, UnixSignal.None, false));
        foreach (TaskCompletionSource<IRunningProgram> start in refused)
            start.TrySetException(KeeperFrame.Gone());
    }

    private void Take(CStrings answer)
    {
        string kind = KeeperFrame.TextAt(answer, 0);
        string fault = KeeperFrame.TextAt(answer, 1);
        if (kind == KeeperFrame.Started)
            TakeStarted(KeeperFrame.NumberAt(answer, 2), fault, KeeperFrame.NumberAt(answer, 3));
        else if (kind == KeeperFrame.Exited)
            TakeExited(KeeperFrame.NumberAt(answer, 2), new ChildExit(KeeperFrame.NumberAt(answer, 3), (UnixSignal)KeeperFrame.NumberAt(answer, 4), KeeperFrame.NumberAt(answer, 5) != 0));
        else
            throw new InvalidDataException("A keeper has answered what nobody asked.");
    }

    private void TakeStarted(int number, string fault, int pid)
    {
        var program = new Program(pid);
        TaskCompletionSource<IRunningProgram>? started;
        lock (gate)
        {
            if (!starting.Remove(number, out started))
                return;
            if (fault.Length == 0)
                running[pid] = program;
        }

        if (fault.Length == 0)
            started.TrySetResult(program);
        else
            started.TrySetException(new UnixException(Errno.ECHILD, fault));
    }

    private void TakeExited(int pid, ChildExit exit)
    {
        lock (gate)
        {
            if (!running.Remove(pid, out Program? program))
                return;
            program.End(exit);
        }

        _ = ReapAsync(pid);
    }

    private async Task ReapAsync(int pid)
    {
        try
        {
            await SendAsync([KeeperFrame.Reap, KeeperFrame.Text(pid)], []).ConfigureAwait(false);
        }
        catch (UnixException)
        {
            // With the keeper goes what it has to reap.
        }
    }

    /// <summary>A program, of which the keeper tells, and which has the number that it has until this has heard of its end.</summary>
    private sealed class Program(int pid) : IRunningProgram
    {
        private readonly TaskCompletionSource<ChildExit> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock gate = new();

        public int Pid => pid;

        public Task<ChildExit> Exited => exited.Task;

        public bool HasExited => exited.Task.IsCompleted;

        // Whom this process may not signal, it does not; for the moment in which the launcher is still root that is the program itself.
        public bool Signal(UnixSignal signal)
        {
            lock (gate)
                return !exited.Task.IsCompleted && Libc.kill(-pid, (int)signal) == 0;
        }

        public void End(ChildExit exit)
        {
            lock (gate)
                exited.TrySetResult(exit);
        }
    }
}
