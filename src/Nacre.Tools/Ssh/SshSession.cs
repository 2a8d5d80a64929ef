using System.Buffers.Binary;
using System.IO.Pipelines;
using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Patterns;
using Nacre.Config.Values;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.Ssh;

/// <summary>One session of ssh: a shell, a command or a subsystem, joined to the standard streams and the terminal here.</summary>
internal sealed class SshSession(SshClient client, ClientConfig config, string command, bool isSubsystem, ErrorTrace trace)
{
    /// <summary>OpenSSH's status for errors of its own, and for programs whose status never came.</summary>
    public const int FailureStatus = 255;

    /// <summary>One buffer takes this much from standard input, so that a pipe is drained in few calls.</summary>
    private const int InputBlock = 32 * 1024;

    /// <summary>Runs it to its end and returns the exit status for ssh.</summary>
    public async Task<int> RunAsync()
    {
        bool hasTerminal = WantsTerminal();
        await using RemoteProcess process = await StartAsync(hasTerminal).ConfigureAwait(false);
        using RawMode? raw = hasTerminal ? RawMode.TryEnter(0) : null;
        trace.IsRaw = raw is not null;
        using var ended = new CancellationTokenSource();
        Task watching = hasTerminal ? WatchSizeAsync(process, ended.Token) : Task.CompletedTask;
        Task reading = PumpInputAsync(process, hasTerminal, ended.Token);
        Task<ProcessExit> exiting = ExitOfAsync(process);
        await Task.WhenAll(PumpAsync(process, process.Output, 1), PumpAsync(process, process.Error, 2)).ConfigureAwait(false);
        ProcessExit exit = await exiting.ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        await ((Task)Task.WhenAny(Task.WhenAll(watching, reading), Task.Delay(100))).ConfigureAwait(false);
        raw?.Leave();
        trace.IsRaw = false;
        if (hasTerminal) trace.Say($"Connection to {config.Hostname} closed.");
        return StatusOf(exit);
    }

    /// <summary>Starts it with no terminal, for whoever takes its input and output.</summary>
    public Task<RemoteProcess> StartAsync() => StartAsync(hasTerminal: false);

    /// <summary>Shows what it writes on its standard error, waits for its end and returns the exit status for ssh.</summary>
    public async Task<int> FinishAsync(RemoteProcess process)
    {
        Task<ProcessExit> exiting = ExitOfAsync(process);
        await PumpAsync(process, process.Error, 2).ConfigureAwait(false);
        return StatusOf(await exiting.ConfigureAwait(false));
    }

    private static int StatusOf(ProcessExit exit) => exit.Status is { } status ? (int)status : FailureStatus;

    // A subsystem speaks a protocol, which a terminal would spoil.
    private bool WantsTerminal() => !isSubsystem && config.RequestTTY switch
    {
        TtyChoice.Force => true,
        TtyChoice.No => false,
        TtyChoice.Yes => true,
        _ => command.Length == 0,
    } && Warn(config.RequestTTY == TtyChoice.Force || (Descriptors.IsTerminal(0) && !config.StdinNull));

    private bool Warn(bool hasTerminal)
    {
        if (!hasTerminal) trace.Say("Pseudo-terminal will not be allocated because stdin is not a terminal.");
        return hasTerminal;
    }

    private Task<RemoteProcess> StartAsync(bool hasTerminal)
    {
        var options = new RunOptions { Terminal = hasTerminal ? DescribeTerminal() : null, Environment = Variables() };
        if (isSubsystem) return client.OpenSubsystemAsync(command);
        return command.Length == 0 ? client.OpenShellAsync(options) : client.RunAsync(command, options);
    }

    private static TerminalRequest DescribeTerminal()
    {
        TerminalSize size = TerminalSize.TryOf(0, out TerminalSize here) ? here : default;
        return new TerminalRequest(Environment.GetEnvironmentVariable("TERM") ?? "", (int)size.Columns, (int)size.Rows)
        {
            WidthPixels = (int)size.PixelWidth,
            HeightPixels = (int)size.PixelHeight,
            Modes = EncodeModes(),
        };
    }

    // RFC 4254 8: an opcode and a uint32 each, and opcode 0 at the end.
    private static byte[] EncodeModes()
    {
        if (!Termios.TryOf(0, out Termios modes)) return [0];
        (byte Opcode, uint Value)[] pairs = TerminalModes.Encode(modes);
        byte[] encoded = new byte[(pairs.Length * 5) + 1];
        for (int i = 0; i < pairs.Length; i++)
        {
            encoded[i * 5] = pairs[i].Opcode;
            BinaryPrimitives.WriteUInt32BigEndian(encoded.AsSpan((i * 5) + 1), pairs[i].Value);
        }

        return encoded;
    }

    private List<KeyValuePair<string, string>> Variables()
    {
        var variables = new List<KeyValuePair<string, string>>();
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            string name = (string)variable.Key;
            if (config.SendEnv.Any(pattern => PatternMatcher.Matches(name, pattern))) variables.Add(new(name, (string)variable.Value!));
        }

        variables.AddRange(config.SetEnv.Select(setting => new KeyValuePair<string, string>(setting.Name, setting.Value)));
        return variables;
    }

    private async Task WatchSizeAsync(RemoteProcess process, CancellationToken ct)
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

    private async Task PumpInputAsync(RemoteProcess process, bool hasTerminal, CancellationToken ct)
    {
        PipeWriter input = process.Input;
        try
        {
            if (!config.StdinNull)
            {
                await using InheritedStream stdin = InheritedStream.OpenInput();
                if (hasTerminal && config.EscapeChar is { } escape) await PumpTypedAsync(stdin, process, new EscapeReader((byte)escape), ct).ConfigureAwait(false);
                else await PumpPlainAsync(stdin, input, ct).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SshException or IOException or UnixException or InvalidOperationException)
        {
            trace.Write(2, $"standard input ends: {error.Message}");
        }

        await input.CompleteAsync().ConfigureAwait(false);
    }

    private static async Task PumpPlainAsync(InheritedStream stdin, PipeWriter input, CancellationToken ct)
    {
        while (await stdin.ReadAsync(input.GetMemory(InputBlock), ct).ConfigureAwait(false) is > 0 and int length)
        {
            input.Advance(length);
            FlushResult flushed = await input.FlushAsync(ct).ConfigureAwait(false);
            if (flushed.IsCompleted) return;
        }
    }

    private async Task PumpTypedAsync(InheritedStream stdin, RemoteProcess process, EscapeReader escapes, CancellationToken ct)
    {
        byte[] typed = new byte[1024];
        byte[] kept = new byte[2 * typed.Length];
        while (await stdin.ReadAsync(typed, ct).ConfigureAwait(false) is > 0 and int length)
        {
            for (int at = 0; at < length;)
            {
                (int read, int written, EscapeAction action) = escapes.Filter(typed.AsSpan(at, length - at), kept);
                at += read;
                if (written > 0) await process.Input.WriteAsync(kept.AsMemory(0, written), ct).ConfigureAwait(false);
                await ActAsync(process, action, escapes).ConfigureAwait(false);
            }
        }
    }

    private async Task ActAsync(RemoteProcess process, EscapeAction action, EscapeReader escapes)
    {
        switch (action)
        {
            case EscapeAction.Disconnect:
                await process.DisposeAsync().ConfigureAwait(false);
                await client.DisposeAsync().ConfigureAwait(false);
                break;
            case EscapeAction.Break:
                await process.SendBreakAsync(TimeSpan.Zero).ConfigureAwait(false);
                break;
            case EscapeAction.Rekey:
                client.Transport.RequestRekey();
                break;
            case EscapeAction.Help:
                await using (InheritedStream error = InheritedStream.OpenError()) error.Write(System.Text.Encoding.ASCII.GetBytes(escapes.Help));
                break;
        }
    }

    private static async Task PumpAsync(RemoteProcess process, PipeReader output, int descriptor)
    {
        await using InheritedStream target = InheritedStream.OpenOutput(descriptor);
        try
        {
            while (true)
            {
                ReadResult read = await output.ReadAsync().ConfigureAwait(false);
                target.Write(read.Buffer);
                output.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }
        }
        catch (IOException)
        {
            // Whoever read our output has gone; what still comes is dropped, and the program is told when it was its standard output.
            if (output == process.Output) process.RefuseOutput();
        }
        catch (SshException)
        {
            // The connection's end is told by the exit that never came.
        }

        await output.CompleteAsync().ConfigureAwait(false);
    }

    private async Task<ProcessExit> ExitOfAsync(RemoteProcess process)
    {
        try
        {
            return await process.WaitForExitAsync().ConfigureAwait(false);
        }
        catch (SshException error)
        {
            bool isLost = error is SshViolationException { Violation: Violation.ConnectionLost };
            trace.Fail(isLost ? $"Connection to {config.Hostname} closed by remote host." : error.Message);
            return ProcessExit.Unknown;
        }
    }
}
