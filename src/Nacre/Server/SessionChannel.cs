using System.Runtime.CompilerServices;
using System.Text;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;

namespace Nacre.Server;

/// <summary>
/// The server's end of one session channel: collects terminal and environment, starts one program, tells its end.
/// </summary>
/// <remarks>
/// RFC 4254 6.5: "Only one of these requests can succeed per channel", so a second shell, exec or subsystem fails. A client's CLOSE is answered
/// when the program has ended and its end is told, and as long the session counts.
/// </remarks>
internal sealed class SessionChannel(SshServerConnection connection, AuthenticatedUser user) : IChannelService
{
    /// <summary>More environment variables than this are refused.</summary>
    public const int MaxVariables = 128;

    /// <summary>Longer variables are refused, name and value together.</summary>
    public const int MaxVariableLength = 32 * 1024;

    /// <summary>Longer terminal modes are refused: RFC 4254 8 has fewer than 160 opcodes, of five bytes each.</summary>
    public const int MaxModesLength = 1024;

    /// <summary>Longer command lines are refused.</summary>
    public const int MaxCommandLength = 128 * 1024;

    private readonly List<KeyValuePair<string, string>> _environment = [];
    private readonly CancellationTokenSource _ended = new();
    private TerminalRequest? _terminal;
    private string? _agentSocket;
    private X11Listener? _display;
    private SessionProgram? _program;
    private SessionRequest? _request;
    private ServerSession? _session;

    // The client's channel and the program: the session is over when neither needs it.
    private int _users = 1;

    public void OnOpened(Channel channel)
    {
    }

    public ValueTask<bool> AnswerRequestAsync(Channel channel, IncomingRequest request, CancellationToken ct) => request.Name switch
    {
        "pty-req" => ValueTask.FromResult(SetTerminal(channel, request)),
        "env" => ValueTask.FromResult(SetVariable(request)),
        "agent-req" => BorrowAgentAsync(isStandard: true),
        "auth-agent-req@openssh.com" => BorrowAgentAsync(isStandard: false),
        "x11-req" => ValueTask.FromResult(BorrowDisplay(channel, request)),
        "shell" => StartAsync(channel, SessionKind.Shell, "", ct),
        "exec" => StartAsync(channel, SessionKind.Command, Text(request.Read<ExecRequest>().Command), ct),
        "subsystem" => StartAsync(channel, SessionKind.Subsystem, Text(request.Read<SubsystemRequest>().Subsystem), ct),
        "window-change" => ValueTask.FromResult(Resize(request.Read<WindowChangeRequest>())),
        "signal" => ValueTask.FromResult(_session?.Controls?.Signal(Text(request.Read<SignalRequest>().SignalName)) ?? false),
        "break" => ValueTask.FromResult(_session?.Controls?.Break(TimeSpan.FromMilliseconds(request.Read<BreakRequest>().LengthMs)) ?? false),
        "eow@openssh.com" => ValueTask.FromResult(RefuseOutput(channel)),
        _ => ValueTask.FromResult(false),
    };

    public void OnAnswered(Channel channel, IncomingRequest request, bool isAccepted)
    {
        if (!isAccepted || _program is null || _session is not null || request.Name is not ("shell" or "exec" or "subsystem")) return;
        if (Interlocked.Increment(ref _users) == 1) return; // the client closed the channel in the same moment
        _session = new ServerSession(channel, _request!);
        channel.HoldsClose = true;

        // Subsystems take files, and as fast as they come.
        if (_request!.Kind == SessionKind.Subsystem) channel.WidenWindow();
        _ = RunAsync(channel, _program, _session);
    }

    public void OnClosed(Channel channel, Exception? error)
    {
        // PuTTY and Dropbear close as soon as both ends have sent EOF. A program that is done with its output goes on, as with OpenSSH.
        if (!channel.HasEndedOutput) _ended.Cancel();
        if (_session is null) channel.Input.Complete();
        Leave();
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);

    private bool SetTerminal(Channel channel, IncomingRequest request)
    {
        if (_program is not null || _terminal is not null || !connection.Options.PermitsTerminal || !user.Permissions.Terminal) return false;
        PtyRequest pty = request.Read<PtyRequest>();
        if (pty.Modes.Length > MaxModesLength || pty.Terminal.Length > MaxVariableLength) return false;
        _terminal = new TerminalRequest(Text(pty.Terminal), Size(pty.Columns), Size(pty.Rows))
        {
            WidthPixels = Size(pty.WidthPixels),
            HeightPixels = Size(pty.HeightPixels),
            Modes = pty.Modes.ToArray(),
        };
        channel.IsUrgent = true;
        connection.Connection.SetTrafficClass(connection.Options.TrafficClass.Interactive);
        return true;
    }

    private bool SetVariable(IncomingRequest request)
    {
        EnvRequest env = request.Read<EnvRequest>();
        if (env.Variable.Length + env.Value.Length > MaxVariableLength) return false;
        string name = Text(env.Variable);
        if (_program is not null || _environment.Count >= MaxVariables || !connection.Options.AcceptsVariable(name)) return false;
        _environment.Add(new(name, Text(env.Value)));
        return true;
    }

    private async ValueTask<bool> BorrowAgentAsync(bool isStandard)
    {
        if (_program is not null || !user.Permissions.AgentForwarding) return false;
        _agentSocket = await connection.Agent!.StartAsync(isStandard).ConfigureAwait(false);
        return _agentSocket is not null;
    }

    private bool BorrowDisplay(Channel channel, IncomingRequest request)
    {
        X11Request x11 = request.Read<X11Request>();
        if (_program is not null || _display is not null || !user.Permissions.X11Forwarding || connection.Options.Forwarding?.MayForwardX11(user) is not { } where) return false;
        _display = X11Listener.TryStart(channel.Multiplexer, x11, where);
        return _display is not null;
    }

    private bool Resize(WindowChangeRequest change)
    {
        _session?.Controls?.Resize(Size(change.Columns), Size(change.Rows), Size(change.WidthPixels), Size(change.HeightPixels));
        return _session?.Controls is not null;
    }

    private static bool RefuseOutput(Channel channel)
    {
        channel.OnOutputRefused();
        return true;
    }

    // A terminal's sizes are 16 bits wide where they are used.
    private static int Size(uint value) => (int)Math.Min(value, ushort.MaxValue);

    private async ValueTask<bool> StartAsync(Channel channel, SessionKind kind, string text, CancellationToken ct)
    {
        if (_program is not null || text.Length > MaxCommandLength || text.Contains('\0', StringComparison.Ordinal)) return false;
        if (connection.Options.Sessions is not { } sessions) return false;
        channel.Type = kind switch { SessionKind.Shell => "session:shell", SessionKind.Command => "session:command", _ => "session:subsystem:" + text };
        _request = Forced(new SessionRequest(user, kind, text, _terminal, _environment) { AgentSocket = _agentSocket, Display = _display?.Display, TunnelNames = connection.TunnelNames });
        _program = await sessions.ChooseAsync(_request, ct).ConfigureAwait(false);
        return _program is not null;
    }

    // Whoever runs sessions need not know that there are such logins.
    private static SessionRequest Forced(SessionRequest asked) => asked.User.Permissions.Command is { } command
        ? asked with { Kind = SessionKind.Command, Text = command, Asked = asked }
        : asked;

    private async Task RunAsync(Channel channel, SessionProgram program, ServerSession session)
    {
        await using ConfiguredAsyncDisposable ending = channel.Multiplexer.Ended
            .UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _ended).ConfigureAwait(false);
        Outbox outbox = connection.Connection.Transport.Outbox;
        bool isInFlight = false;
        try
        {
            ProcessExit exit = await EndOfAsync(program, session).ConfigureAwait(false);
            outbox.BeginFlight();
            isInFlight = true;

            // Before the end of the output, so that a client which closes at that has heard it.
            TellExit(channel, exit);
            ValueTask completing = channel.CompleteOutputAsync();
            if (!completing.IsCompleted)
            {
                outbox.EndFlight();
                isInFlight = false;
            }

            await completing.ConfigureAwait(false);
        }
        finally
        {
            Leave(); // before the client can know of it and open the next session
            channel.Close();
            if (isInFlight) outbox.EndFlight();
            await channel.Input.CompleteAsync().ConfigureAwait(false);
        }
    }

    private async Task<ProcessExit> EndOfAsync(SessionProgram program, ServerSession session)
    {
        try
        {
            return await Task.Run(() => program(session, _ended.Token)).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            connection.OnProgramFailed(error);
            return ProcessExit.WithStatus(255);
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) != 0) return;
        _display?.Stop();
        connection.OnSessionClosed();
    }

    private static void TellExit(Channel channel, ProcessExit exit)
    {
        if (exit.Status is { } status)
        {
            var message = new ExitStatusRequest { ExitStatus = status };
            channel.Notify(ref message);
        }
        else if (exit.Signal is { } signal)
        {
            var message = new ExitSignalRequest
            {
                SignalName = Encoding.ASCII.GetBytes(signal),
                CoreDumped = exit.CoreDumped,
                ErrorMessage = Encoding.UTF8.GetBytes(exit.Message),
            };
            channel.Notify(ref message);
        }
    }
}
