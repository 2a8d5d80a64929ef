using System.Buffers;
using System.IO.Pipelines;
using Nacre.Client;
using Nacre.Config;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.Ssh;

/// <summary>One session of ssh: a shell, a command or a subsystem, joined to the standard streams and the terminal here.</summary>
internal sealed class SshSession(SshClient client, ClientConfig config, string command, ErrorTrace trace)
{
    /// <summary>OpenSSH's status for errors of its own, and for programs whose status never came.</summary>
    public const int FailureStatus = 255;

    private readonly SessionStart _start = new(client, config, command, trace);
    private volatile bool _isGivenUp;

    /// <summary>Runs it to its end and returns the exit status for ssh.</summary>
    /// <param name="escapes">What escape sequences do; null where there is nobody to type them.</param>
    /// <param name="onStarted">What is to be done when the server has started it, and before anything is read or shown.</param>
    /// <exception cref="SshException">The server refused the session, or the connection ended before it began.</exception>
    public async Task<int> RunAsync(EscapeActions escapes, Func<Task> onStarted)
    {
        await using RemoteProcess process = await _start.OpenAsync(_start.WantsTerminal()).ConfigureAwait(false);
        await onStarted().ConfigureAwait(false);
        using RawMode? raw = process.HasTerminal ? RawMode.TryEnter(0) : null;
        trace.IsRaw = raw is not null;
        using var signals = new EndingSignals(trace);
        using var ended = new CancellationTokenSource();
        client.Connection.SetTrafficClass(process.HasTerminal ? config.IPQoS.Interactive : config.IPQoS.Bulk);
        escapes.Attach(process, raw, signals);
        Task watching = process.HasTerminal ? WatchSizeAsync(process, ended.Token) : Task.CompletedTask;
        Task reading = new SessionInput(client, process, config, trace).RunAsync(process.HasTerminal ? escapes : null, ended.Token);
        process.Channel.ReadPromptly();
        Task<int> running = FinishAsync(process, PumpAsync(process, process.Output, 1));
        Task first = await Task.WhenAny(running, signals.Came, escapes.Disconnected).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        if (first == running && !(watching.IsCompleted && reading.IsCompleted)) await ((Task)Task.WhenAny(Task.WhenAll(watching, reading), Task.Delay(100))).ConfigureAwait(false);
        raw?.Leave();
        trace.IsRaw = false;
        _isGivenUp = first != running;
        if (first == signals.Came) return FailureStatus;
        if (process.HasTerminal) trace.Say($"Connection to {config.Hostname} closed.");
        if (first != running) return FailureStatus;
        await process.DisposeAsync().ConfigureAwait(false);
        await WaitForOthersAsync(signals).ConfigureAwait(false);
        return await running.ConfigureAwait(false);
    }

    /// <summary>Starts it with no terminal, for whoever takes its input and output.</summary>
    public Task<RemoteProcess> StartAsync() => _start.OpenAsync(wantsTerminal: false);

    /// <summary>Shows what it writes on its standard error, waits for its end and returns the exit status for ssh.</summary>
    public Task<int> FinishAsync(RemoteProcess process) => FinishAsync(process, Task.CompletedTask);

    private async Task<int> FinishAsync(RemoteProcess process, Task pumping)
    {
        Task<ProcessExit> exiting = ExitOfAsync(process);
        await Task.WhenAll(pumping, PumpAsync(process, process.Error, 2)).ConfigureAwait(false);
        ProcessExit exit = await exiting.ConfigureAwait(false);
        return exit.Status is { } status ? (int)status : FailureStatus;
    }

    // ssh(1): "The session terminates when the command or shell on the remote machine exits and all X11 and TCP connections have been closed."
    private async Task WaitForOthersAsync(EndingSignals signals)
    {
        Task others = client.Multiplexer.WhenNoChannels();
        if (others.IsCompleted) return;
        trace.Write(1, "waiting for forwarded connections to end");
        await Task.WhenAny(others, client.Completion, signals.Came).ConfigureAwait(false);
    }

    private static async Task WatchSizeAsync(RemoteProcess process, CancellationToken ct)
    {
        using var signals = new SignalWatch(UnixSignal.WINCH);
        try
        {
            while (true)
            {
                await signals.NextAsync(ct).ConfigureAwait(false);
                if (TerminalSize.TryOf(0, out TerminalSize size)) process.Resize((int)size.Columns, (int)size.Rows, (int)size.PixelWidth, (int)size.PixelHeight);
            }
        }
        catch (OperationCanceledException)
        {
            // The session is over.
        }
    }

    private async Task PumpAsync(RemoteProcess process, PipeReader output, int descriptor)
    {
        await using InheritedStream target = InheritedStream.OpenOutput(descriptor);
        bool hasRead = false;
        try
        {
            while (true)
            {
                ReadResult read = await output.ReadAsync().ConfigureAwait(false);
                if (!hasRead && descriptor == 1) trace.Timeline?.OnStep("first output");
                hasRead = true;

                // A little comes on the reader's own thread, which must not wait for whoever reads our output.
                if (read.Buffer.Length > InheritedStream.AtOnce) target.Write(read.Buffer);
                else if (!target.TryWrite(read.Buffer)) await WriteLaterAsync(target, read.Buffer).ConfigureAwait(false);
                output.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }
        }
        catch (IOException)
        {
            // Whoever read our output has gone; what still comes is dropped, and the program is told when it was its standard output.
            if (output == process.Output) process.RefuseOutput();
        }
        catch (Exception error) when (error is SshException or ObjectDisposedException)
        {
            // The end of the connection, or of a channel that was idle for too long, is told by the exit that never came.
        }

        await output.CompleteAsync().ConfigureAwait(false);
    }

    private static async Task WriteLaterAsync(InheritedStream target, ReadOnlySequence<byte> bytes)
    {
        await PoolThread.SwitchAsync();
        target.Write(bytes);
    }

    private async Task<ProcessExit> ExitOfAsync(RemoteProcess process)
    {
        try
        {
            ProcessExit exit = await process.WaitForExitAsync().ConfigureAwait(false);
            if (exit != ProcessExit.Unknown) trace.Write(1, $"client_input_channel_req: channel {process.Channel.LocalId} rtype {(exit.Signal is null ? "exit-status" : "exit-signal")} reply 0");
            trace.Write(1, $"channel {process.Channel.LocalId}: free: {process.Channel.Type}, nchannels {client.Multiplexer.ChannelCount}");
            return exit;
        }
        catch (SshException error)
        {
            if (!_isGivenUp) ConnectionEnd.Tell(error, config, trace);
            return ProcessExit.Unknown;
        }
    }
}
