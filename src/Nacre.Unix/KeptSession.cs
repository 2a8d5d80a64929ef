using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>A session of PAM that a process of its own, the <see cref="SessionKeeper"/>, keeps open for as long as one program runs.</summary>
/// <remarks>Disposed of before the program was started, it closes the session; afterwards the end of the program does.</remarks>
internal sealed class KeptSession : IAsyncDisposable
{
    private const int ExitFields = 4;

    private readonly DescriptorStream control;
    private readonly ChildProcess keeper;

    private KeptSession(DescriptorStream control, ChildProcess keeper) => (this.control, this.keeper) = (control, keeper);

    /// <summary>Why the session could not be opened; null when it is open.</summary>
    public string? Fault { get; private set; }

    /// <summary>What modules have to tell the user, line by line.</summary>
    public string Messages { get; private set; } = "";

    /// <summary>The variables that modules set for the user's programs.</summary>
    public CStrings Environment { get; private set; } = [];

    /// <summary>Has a session opened.</summary>
    /// <param name="executable">Our own.</param>
    /// <param name="wanted">Whose session, and of which service.</param>
    /// <param name="streams">The standard streams of the program to be; null where it gets a terminal.</param>
    /// <param name="extra">What it has from 3 on.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <exception cref="UnixException">The keeper could not be started.</exception>
    public static async Task<KeptSession> OpenAsync(
        string executable, Wanted wanted, (SafeHandle Input, SafeHandle Output, SafeHandle Error)? streams, IReadOnlyList<SafeHandle> extra, CancellationToken ct)
    {
        (SafeFileHandle own, SafeFileHandle theirs) = Descriptors.CreateSocketPair();
        var control = new DescriptorStream(own);
        try
        {
            ChildProcess keeper;
            using (theirs)
            {
                keeper = Spawn.Start(new ProgramStart
                {
                    Path = executable,
                    Arguments = [executable, SessionKeeper.Verb],
                    Input = streams?.Input,
                    Output = streams?.Output,
                    Error = streams?.Error,
                    Extra = [theirs, .. extra],
                    LeadsSession = true,
                });
            }

            var session = new KeptSession(control, keeper);
            CStrings request = [wanted.Service, wanted.User, wanted.RemoteHost];
            KeeperFrame.AddCounted(request, wanted.Variables);
            await session.WriteAsync(request, ct).ConfigureAwait(false);
            await session.ReadOpenedAsync(ct).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await control.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Starts the program within the session.</summary>
    /// <param name="path">The executable.</param>
    /// <param name="arguments">Its arguments from argv[0] on.</param>
    /// <param name="environment">Its environment.</param>
    /// <param name="terminal">The terminal that it gets; null for the streams that the session was opened with.</param>
    /// <param name="extraCount">How many of the further descriptors it gets.</param>
    /// <param name="ct">Ends the waiting.</param>
    /// <exception cref="UnixException">It could not be started.</exception>
    public async Task<IRunningProgram> StartAsync(string path, CStrings arguments, CStrings environment, string? terminal, int extraCount, CancellationToken ct)
    {
        CStrings request = [terminal ?? "", extraCount.ToString(CultureInfo.InvariantCulture), path];
        KeeperFrame.AddCounted(request, arguments);
        KeeperFrame.AddCounted(request, environment);
        await WriteAsync(request, ct).ConfigureAwait(false);
        CStrings answer = await ReadAsync(ct).ConfigureAwait(false) ?? throw new UnixException(Errno.EPIPE, "start a program within its session");
        if (KeeperFrame.TextAt(answer, 0) is { Length: > 0 } fault) throw new UnixException(Errno.ECHILD, fault);
        var program = new Program(this, KeeperFrame.NumberAt(answer, 1));
        _ = program.WatchAsync();
        return program;
    }

    public async ValueTask DisposeAsync() => await control.DisposeAsync().ConfigureAwait(false);

    private async Task ReadOpenedAsync(CancellationToken ct)
    {
        if (await ReadAsync(ct).ConfigureAwait(false) is not { } answer)
        {
            Fault = "PAM: the process that was to open the session has ended";
            return;
        }

        int next = 2;
        Environment = KeeperFrame.TakeCounted(answer, ref next);
        Messages = KeeperFrame.TextAt(answer, 1);
        if (KeeperFrame.TextAt(answer, 0) is { Length: > 0 } fault) Fault = fault;
    }

    private ValueTask WriteAsync(CStrings strings, CancellationToken ct) => control.WriteAsync(KeeperFrame.Of(strings), ct);

    private async Task<CStrings?> ReadAsync(CancellationToken ct)
    {
        byte[] header = new byte[KeeperFrame.HeaderBytes];
        if (await control.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false) < header.Length) return null;
        byte[] content = new byte[KeeperFrame.LengthOf(header)];
        return await control.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false) < content.Length ? null : CStrings.Parse(content);
    }

    /// <summary>Whose session is wanted.</summary>
    /// <param name="Service">The name of the file in /etc/pam.d.</param>
    /// <param name="User">The user, who has been let in.</param>
    /// <param name="RemoteHost">Where the user comes from.</param>
    /// <param name="Variables">What modules find in their environment.</param>
    internal sealed record Wanted(string Service, string User, string RemoteHost, CStrings Variables);

    /// <summary>The program, of which its keeper tells.</summary>
    private sealed class Program(KeptSession session, int pid) : IRunningProgram
    {
        private readonly TaskCompletionSource<ChildExit> exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Pid => pid;

        public Task<ChildExit> Exited => exited.Task;

        public bool HasExited => exited.Task.IsCompleted;

        public bool Signal(UnixSignal signal)
        {
            if (exited.Task.IsCompleted) return false;
            try
            {
                // One byte, of which the socket has room for many.
                ValueTask sending = session.control.WriteAsync(new[] { (byte)signal });
                return sending.IsCompletedSuccessfully;
            }
            catch (Exception error) when (error is UnixException or ObjectDisposedException)
            {
                return false;
            }
        }

        public async Task WatchAsync()
        {
            var exit = new ChildExit(255, UnixSignal.None, false);
            try
            {
                if (await session.ReadAsync(CancellationToken.None).ConfigureAwait(false) is { Count: ExitFields } answer)
                {
                    exit = new ChildExit(KeeperFrame.NumberAt(answer, 1), (UnixSignal)KeeperFrame.NumberAt(answer, 2), KeeperFrame.NumberAt(answer, 3) != 0);
                }

                // The session is closed, and what closing it does is done, before anybody takes the program for ended.
                await session.keeper.Exited.ConfigureAwait(false);
            }
            catch (Exception error) when (error is UnixException or InvalidDataException or ObjectDisposedException)
            {
                // The keeper was ended, and with it went what it knew.
            }

            exited.SetResult(exit);
            await session.DisposeAsync().ConfigureAwait(false);
        }
    }
}
