using System.Buffers.Binary;
using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>Joins a session's channel to a program that runs as a child process, by pipes or by a pseudo-terminal.</summary>
/// <remarks>
/// The session ends when the program has ended and everything that it and its descendants had written by then is sent. A descendant that
/// keeps the pipes open holds the session open, as it does with OpenSSH.
/// </remarks>
internal sealed class ChildSession : ISessionControls
{
    /// <summary>Room that is asked for in a pipe of output: a full one is read in few calls.</summary>
    private const int PipeCapacity = 1024 * 1024;

    /// <summary>More than this at once is a stream.</summary>
    private const int FewBytes = 4 * 1024;

    private readonly IRunningProgram _child;
    private readonly Pty? _pty;

    private ChildSession(IRunningProgram child, Pty? pty) => (_child, _pty) = (child, pty);

    /// <summary>Runs a program without a terminal.</summary>
    public static async Task<ProcessExit> RunWithPipesAsync(ServerSession session, Func<Ends, Task<IRunningProgram>> start, CancellationToken ct)
    {
        (SafeFileHandle inputReading, SafeFileHandle inputWriting) = Descriptors.CreatePipe(PipeCapacity);
        await using var stdin = new DescriptorStream(inputWriting);
        (SafeFileHandle outputReading, SafeFileHandle outputWriting) = Descriptors.CreatePipe(PipeCapacity);
        await using var stdout = new DescriptorStream(outputReading) { CompletesInline = true };
        (SafeFileHandle errorReading, SafeFileHandle errorWriting) = Descriptors.CreatePipe();
        await using var stderr = new DescriptorStream(errorReading) { CompletesInline = true };
        IRunningProgram child;
        Task draining;
        using (inputReading)
        using (outputWriting)
        using (errorWriting)
        {
            // What comes before the program may write as well, and its output has to be taken.
            Task<IRunningProgram> starting = start(new Ends(inputReading, outputWriting, errorWriting));
            draining = Task.WhenAll(
                new Drain(stdout, session.Output) { ClosesEarly = true }.RunAsync(ct),
                new Drain(stderr, session.Error) { ClosesEarly = true }.RunAsync(ct));
            child = await StartedAsync(starting, draining, outputWriting, errorWriting).ConfigureAwait(false);
        }

        var running = new ChildSession(child, pty: null);
        session.Controls = running;
        await using CancellationTokenRegistration hangUp = ct.UnsafeRegister(static state => ((ChildSession)state!).HangUp(), running);
        _ = FeedAsync(session, stdin, closesAtEnd: true);
        await draining.ConfigureAwait(false);

        // A program that ends has its exit status told before the end of its output; one that only closes its output goes on.
        if (!child.HasExited) await ((Task)child.Exited.WaitAsync(ExitGrace, ct)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!child.Exited.IsCompleted)
        {
            await session.Output.CompleteAsync().ConfigureAwait(false);
            await session.Error.CompleteAsync().ConfigureAwait(false);
        }

        return Describe(await child.Exited.ConfigureAwait(false));
    }

    /// <summary>Runs a program at a pseudo-terminal, which it has as its controlling terminal.</summary>
    /// <param name="session">The request and the streams.</param>
    /// <param name="pty">The terminal.</param>
    /// <param name="start">Starts the program; it is given the terminal, for what comes before.</param>
    /// <param name="ct">Hangs up.</param>
    public static async Task<ProcessExit> RunWithTerminalAsync(ServerSession session, Pty pty, Func<SafeFileHandle, Task<IRunningProgram>> start, CancellationToken ct)
    {
        ApplyModes(pty, session.Request.Terminal!);
        SafeFileHandle held = pty.OpenTerminal();
        await using DescriptorStream terminal = pty.OpenStream();
        terminal.CompletesInline = true;
        var drain = new Drain(terminal, session.Output);
        IRunningProgram child;
        Task draining;
        using (held)
        {
            Task<IRunningProgram> starting = start(held);
            draining = drain.RunAsync(ct);
            child = await StartedAsync(starting, draining, held).ConfigureAwait(false);
        }

        var running = new ChildSession(child, pty);
        session.Controls = running;
        await using CancellationTokenRegistration hangUp = ct.UnsafeRegister(static state => ((ChildSession)state!).HangUp(), running);
        _ = FeedAsync(session, terminal, closesAtEnd: false);
        ChildExit exit = await child.Exited.ConfigureAwait(false);

        // What stands in the terminal's buffer is there at once, however slowly the client takes it; a background process that keeps the
        // terminal does not keep the session.
        do await Task.WhenAny(draining, Task.Delay(TerminalGrace, ct)).ConfigureAwait(false);
        while (drain.IsSending && !draining.IsCompleted && !ct.IsCancellationRequested);
        return Describe(exit);
    }

    public void Resize(int columns, int rows, int widthPixels, int heightPixels)
    {
        if (_pty is not null) _pty.Size = new TerminalSize((uint)columns, (uint)rows, (uint)widthPixels, (uint)heightPixels);
    }

    public bool Signal(string name) => Enum.TryParse(name, out UnixSignal signal) && IsForClients(signal) && _child.Signal(signal);

    public bool Break(TimeSpan length) => _pty?.SendBreak() ?? false;

    // Where there is no program the drains end with what has been written: then nobody else writes to the session.
    private static async Task<IRunningProgram> StartedAsync(Task<IRunningProgram> starting, Task draining, params SafeFileHandle[] writing)
    {
        try
        {
            return await starting.ConfigureAwait(false);
        }
        catch
        {
            foreach (SafeFileHandle end in writing) end.Dispose();
            await draining.ConfigureAwait(false);
            throw;
        }
    }

    private static readonly TimeSpan ExitGrace = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan TerminalGrace = TimeSpan.FromMilliseconds(200);

    // RFC 4254 6.10 names these.
    private static bool IsForClients(UnixSignal signal) => signal is UnixSignal.ABRT or UnixSignal.ALRM or UnixSignal.FPE or UnixSignal.HUP or UnixSignal.ILL
        or UnixSignal.INT or UnixSignal.KILL or UnixSignal.PIPE or UnixSignal.QUIT or UnixSignal.SEGV or UnixSignal.TERM or UnixSignal.USR1 or UnixSignal.USR2;

    private static ProcessExit Describe(ChildExit exit) => exit.IsBySignal
        ? ProcessExit.WithSignal(exit.Signal.ToString(), exit.DumpedCore)
        : ProcessExit.WithStatus((uint)exit.Status);

    private static void ApplyModes(Pty pty, TerminalRequest terminal)
    {
        Termios modes = pty.Modes;
        ReadOnlySpan<byte> encoded = terminal.Modes.Span;

        // RFC 4254 8: opcodes 1 to 159 have a uint32; 0 ends, and so does one of 160 and above.
        while (encoded.Length >= 5 && encoded[0] is > 0 and < 160)
        {
            TerminalModes.TryApply(encoded[0], BinaryPrimitives.ReadUInt32BigEndian(encoded[1..]), ref modes);
            encoded = encoded[5..];
        }

        pty.Modes = modes;
        pty.Size = new TerminalSize((uint)terminal.Columns, (uint)terminal.Rows, (uint)terminal.WidthPixels, (uint)terminal.HeightPixels);
    }

    private static async Task FeedAsync(ServerSession session, DescriptorStream target, bool closesAtEnd)
    {
        PipeReader input = session.Input;
        session.ReadPromptly();
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync().ConfigureAwait(false);
                foreach (ReadOnlyMemory<byte> segment in read.Buffer) await target.WriteAsync(segment).ConfigureAwait(false);
                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }
        }
        catch (UnixException error) when (error.Errno == Errno.EPIPE)
        {
            // The program reads no more: a client that goes on sending would do so in vain.
            session.RefuseInput();
        }
        catch (Exception error) when (error is IOException or SshException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection or the program is gone: what still comes has no reader.
        }

        if (closesAtEnd) await target.DisposeAsync().ConfigureAwait(false);
        await input.CompleteAsync().ConfigureAwait(false);
    }

    private void HangUp() => _child.Signal(UnixSignal.HUP);

    /// <summary>The ends of the pipes that the program gets.</summary>
    internal readonly record struct Ends(SafeFileHandle Input, SafeFileHandle Output, SafeFileHandle Error);

    /// <summary>Carries what the program writes to the client, until either has had enough.</summary>
    private sealed class Drain(DescriptorStream source, PipeWriter output)
    {
        private volatile bool _isSending;

        /// <summary>Closes the source when the client takes no more, which tells a program that goes on writing. A terminal stays: it is read for nobody.</summary>
        public bool ClosesEarly { get; init; }

        /// <summary>True while the client has not taken what was read last.</summary>
        public bool IsSending => _isSending;

        public async Task RunAsync(CancellationToken ct)
        {
            try
            {
                for (bool isStream = false; ;)
                {
                    // Waits with no buffer, unless output is streaming: most programs say nothing most of the time.
                    if (!isStream) await source.ReadAsync(Memory<byte>.Empty, ct).ConfigureAwait(false);
                    ReadOnlyMemory<byte> little = source.TakeLittle();
                    if (little.IsEmpty)
                    {
                        Memory<byte> packet = output.GetMemory();
                        int length = await source.ReadAsync(packet, ct).ConfigureAwait(false);
                        if (length == 0) break;
                        if (length > FewBytes) await PoolThread.EnterAsync();
                        output.Advance(length);
                        isStream = length == packet.Length;
                    }

                    // An echo goes in a packet of its own size.
                    _isSending = true;
                    FlushResult flushed = little.IsEmpty ? await output.FlushAsync(ct).ConfigureAwait(false) : await output.WriteAsync(little, ct).ConfigureAwait(false);
                    _isSending = false;
                    if (!flushed.IsCompleted || !ClosesEarly) continue;
                    await source.DisposeAsync().ConfigureAwait(false);
                    break;
                }
            }
            catch (Exception error) when (error is IOException or SshException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
            {
                // The client has gone: nobody is left to be told.
            }
        }
    }
}
