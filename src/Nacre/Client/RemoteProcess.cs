using System.IO.Pipelines;
using System.Text;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Client;

/// <summary>A command, shell or subsystem that runs at the server, with its three streams and its end.</summary>
/// <remarks>
/// Output and Error share one window: read both, or neither goes on for long. Disposing closes the channel, at which a server usually hangs the
/// program up.
/// </remarks>
public sealed class RemoteProcess : IAsyncDisposable
{
    private readonly Channel _channel;
    private readonly ExitWatch _exit;

    private RemoteProcess(Channel channel, ExitWatch exit, bool hasTerminal) => (_channel, _exit, HasTerminal) = (channel, exit, hasTerminal);

    /// <summary>The program's standard input; completing it is the end of the input.</summary>
    public PipeWriter Input => _channel.Output;

    /// <summary>The program's standard output.</summary>
    public PipeReader Output => _channel.Input;

    /// <summary>The program's standard error.</summary>
    public PipeReader Error => _channel.ErrorInput;

    /// <summary>True when programs of the session may use the agent of <see cref="RunOptions.AgentSocket"/>.</summary>
    public bool HasAgent { get; private init; }

    /// <summary>True when programs of the session may use the display of <see cref="RunOptions.Display"/>.</summary>
    public bool HasDisplay { get; private init; }

    /// <summary>Waits until the server has closed the channel.</summary>
    /// <param name="ct">Ends the wait; the program goes on.</param>
    /// <returns>How the program ended. Output that came before may still be read.</returns>
    /// <exception cref="SshException">The connection ended first.</exception>
    public Task<ProcessExit> WaitForExitAsync(CancellationToken ct = default) => _exit.Task.WaitAsync(ct);

    /// <summary>Tells the program that its terminal has another size (RFC 4254 6.7).</summary>
    /// <param name="columns">Width in characters.</param>
    /// <param name="rows">Height in characters.</param>
    /// <param name="widthPixels">Width in pixels; 0 when unknown.</param>
    /// <param name="heightPixels">Height in pixels; 0 when unknown.</param>
    public void Resize(int columns, int rows, int widthPixels = 0, int heightPixels = 0)
    {
        var change = new WindowChangeRequest
        {
            Columns = (uint)columns,
            Rows = (uint)rows,
            WidthPixels = (uint)widthPixels,
            HeightPixels = (uint)heightPixels,
        };
        _channel.Notify(ref change);
    }

    /// <summary>Sends the program a signal (RFC 4254 6.9); servers may ignore it.</summary>
    /// <param name="name">The signal's name without SIG, such as INT.</param>
    public void Signal(string name)
    {
        var signal = new SignalRequest { SignalName = Encoding.ASCII.GetBytes(name) };
        _channel.Notify(ref signal);
    }

    /// <summary>Sends a break on the terminal's line (RFC 4335).</summary>
    /// <param name="length">How long; the server's default when zero.</param>
    /// <param name="ct">Ends the wait for the answer.</param>
    /// <returns>True when the server did it.</returns>
    public Task<bool> SendBreakAsync(TimeSpan length, CancellationToken ct = default)
    {
        var request = new BreakRequest { LengthMs = (uint)length.TotalMilliseconds };
        return _channel.RequestAsync(ref request, ct);
    }

    /// <summary>Sends a break and does not ask what came of it.</summary>
    internal void SendBreak(TimeSpan length)
    {
        var request = new BreakRequest { LengthMs = (uint)length.TotalMilliseconds };
        _channel.Notify(ref request);
    }

    /// <summary>True when it has the terminal that was asked for.</summary>
    internal bool HasTerminal { get; }

    internal Channel Channel => _channel;

    /// <summary>Tells the server that nobody reads the output any more, so that a program which goes on writing is ended by its pipe.</summary>
    internal void RefuseOutput() => _channel.RefuseInput();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _channel.DisposeAsync();

    /// <summary>Opens a session and starts what <paramref name="start"/> asks for; everything goes out in one flight after the opening.</summary>
    internal static async Task<RemoteProcess> StartAsync(Multiplexer multiplexer, SessionLoans loans, RunOptions options, Func<Channel, CancellationToken, Task<bool>> start, string what, CancellationToken ct)
    {
        var exit = new ExitWatch();
        Channel channel = await OpenAsync(multiplexer, exit, ct).ConfigureAwait(false);
        multiplexer.Settings.Steps?.OnStep($"channel {channel.LocalId}: opened");
        try
        {
            if (options.Terminal is not null) channel.IsUrgent = true;
            Task<bool> hasDisplay = loans.OfferDisplay(channel, options.Display, ct);
            Task<bool> hasAgent = loans.OfferAgent(channel, options.AgentSocket, ct);
            Task<bool> hasTerminal = RequestTerminal(channel, options.Terminal, ct);
            foreach ((string name, string value) in options.Environment) SetVariable(channel, name, value);
            Task<bool> isStarted = start(channel, ct);
            bool isTerminalThere = await hasTerminal.ConfigureAwait(false);
            if (!isTerminalThere && !options.IsTerminalOptional) throw new SshException($"PTY allocation request failed on channel {channel.LocalId}");
            if (!await isStarted.ConfigureAwait(false)) throw new SshException($"{what} request failed on channel {channel.LocalId}");
            multiplexer.Settings.Steps?.OnStep($"channel {channel.LocalId}: {what} started");
            return new RemoteProcess(channel, exit, options.Terminal is not null && isTerminalThere)
            {
                HasAgent = await hasAgent.ConfigureAwait(false),
                HasDisplay = await hasDisplay.ConfigureAwait(false),
            };
        }
        catch
        {
            await channel.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    internal static Task<bool> Shell(Channel channel, CancellationToken ct)
    {
        channel.Type = "session:shell";
        var request = default(ShellRequest);
        return channel.RequestAsync(ref request, ct);
    }

    internal static Task<bool> Exec(Channel channel, string command, CancellationToken ct)
    {
        channel.Type = "session:command";
        var request = new ExecRequest { Command = Encoding.UTF8.GetBytes(command) };
        return channel.RequestAsync(ref request, ct);
    }

    // Subsystems carry files, and whoever takes those is prompt.
    internal static Task<bool> Subsystem(Channel channel, string name, CancellationToken ct)
    {
        channel.WidenWindow();
        channel.Type = "session:subsystem:" + name;
        var request = new SubsystemRequest { Subsystem = Encoding.UTF8.GetBytes(name) };
        return channel.RequestAsync(ref request, ct);
    }

    private static Task<Channel> OpenAsync(Multiplexer multiplexer, ExitWatch exit, CancellationToken ct)
    {
        var session = default(SessionOpen);
        return multiplexer.OpenAsync(ref session, exit, acceptsErrorData: true, ct);
    }

    private static Task<bool> RequestTerminal(Channel channel, TerminalRequest? terminal, CancellationToken ct)
    {
        if (terminal is null) return Task.FromResult(true);
        var request = new PtyRequest
        {
            Terminal = Encoding.UTF8.GetBytes(terminal.Type),
            Columns = (uint)terminal.Columns,
            Rows = (uint)terminal.Rows,
            WidthPixels = (uint)terminal.WidthPixels,
            HeightPixels = (uint)terminal.HeightPixels,
            Modes = terminal.Modes.Span,
        };
        return channel.RequestAsync(ref request, ct);
    }

    private static void SetVariable(Channel channel, string name, string value)
    {
        var request = new EnvRequest { Variable = Encoding.UTF8.GetBytes(name), Value = Encoding.UTF8.GetBytes(value) };
        channel.Notify(ref request);
    }

    /// <summary>Hears how the program ended, and that the channel did.</summary>
    private sealed class ExitWatch : IChannelService
    {
        private readonly TaskCompletionSource<ProcessExit> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private ProcessExit _exit = ProcessExit.Unknown;

        public Task<ProcessExit> Task => _ended.Task;

        public void OnOpened(Channel channel)
        {
        }

        public ValueTask<bool> AnswerRequestAsync(Channel channel, IncomingRequest request, CancellationToken ct)
        {
            switch (request.Name)
            {
                case "exit-status":
                    _exit = ProcessExit.WithStatus(request.Read<ExitStatusRequest>().ExitStatus);
                    return ValueTask.FromResult(true);
                case "exit-signal":
                    ExitSignalRequest signal = request.Read<ExitSignalRequest>();
                    _exit = ProcessExit.WithSignal(Printable.Escape(signal.SignalName), signal.CoreDumped, Printable.Escape(signal.ErrorMessage));
                    return ValueTask.FromResult(true);
                case "eow@openssh.com":
                    channel.OnOutputRefused();
                    return ValueTask.FromResult(true);
                default:
                    return ValueTask.FromResult(false);
            }
        }

        public void OnClosed(Channel channel, Exception? error)
        {
            if (error is null || _exit != ProcessExit.Unknown) _ended.TrySetResult(_exit);
            else _ended.TrySetException(error);
            _ = _ended.Task.Exception;
        }
    }
}
