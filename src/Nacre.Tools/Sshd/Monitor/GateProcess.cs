using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tools.Sshd.Admission;
using Nacre.Tools.Sshd.Gate;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>The gate as the monitor sees it: sends it whoever connects, answers what may be asked, and ends it when it asks for what may not.</summary>
internal sealed class GateProcess : IDisposable
{
    /// <summary>What the gate has to end a connection whose time is up, before that is done here.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly ChildProcess _process;
    private readonly ProcessLink _link;
    private readonly SshdLog _log;
    private readonly ConcurrentDictionary<uint, GuardedLogin> _logins = [];
    private readonly HashSet<uint> _sent = [];
    private readonly Lock _lock = new();
    private bool _isOver;

    private GateProcess(ChildProcess process, ProcessLink link, SshdLog log) => (_process, _link, _log) = (process, link, log);

    public int Pid => _process.Pid;

    /// <summary>Hears of a user who has passed all that was asked for, before the client does.</summary>
    public required Action<GuardedLogin> OnGranted { get; init; }

    /// <summary>Takes over a connection whose user has logged in.</summary>
    public required Action<GuardedLogin, LinkMessage> OnHandOver { get; init; }

    /// <summary>Hears that a connection has ended at the gate, which has let its socket go.</summary>
    public required Action<GuardedLogin> OnLeft { get; init; }

    /// <summary>Starts one.</summary>
    /// <param name="account">Whose ids it takes on.</param>
    /// <param name="root">The empty directory that it is confined to.</param>
    /// <param name="moduli">The file of groups for key exchange, where clients may ask for one.</param>
    /// <param name="log">Gets its lines.</param>
    /// <param name="keeper">Hears of the logins that go on from there.</param>
    public static GateProcess Start(UserAccount account, string root, string? moduli, SshdLog log, SessionTable keeper)
    {
        (ChildProcess process, ProcessLink link) = ChildStart.Start(GateProgram.Verb, "[net]");
        var begin = new BeginMessage { LogLevel = (uint)log.Level, Uid = account.Uid, Gid = account.Gid, Root = Encoding.UTF8.GetBytes(root), Moduli = Encoding.UTF8.GetBytes(moduli ?? "") };
        link.Send(0, ref begin);
        return new GateProcess(process, link, log) { OnGranted = keeper.Prepare, OnHandOver = keeper.HandOver, OnLeft = keeper.Forget };
    }

    /// <summary>Lets somebody in as far as the gate.</summary>
    public void Admit(uint number, Socket socket, ClientConnection client, SshServerOptions options, ConfigBook book, SshdLog log)
    {
        var login = new GuardedLogin(number, socket, client, options, book, log, _link, _sent) { OnGranted = OnGranted };
        lock (_lock)
        {
            if (_isOver)
            {
                client.Startup?.Excuse();
                login.Dispose();
                socket.Dispose();
                return;
            }

            _logins[number] = login;
        }

        if (options.LoginGraceTime > TimeSpan.Zero) login.EndBy(options.LoginGraceTime + Patience, () => Drop(number));
        var connect = new ConnectMessage { LogLevel = (uint)log.Level, Config = book.Give(client.Config, _link, _sent), Origin = Origin.Write(client) };
        _link.Send(number, ref connect, socket.SafeHandle);
    }

    /// <summary>Has a connection end, if it is still there: the gate, which has the time itself, did not.</summary>
    private void Drop(uint number)
    {
        if (!_logins.TryGetValue(number, out GuardedLogin? login)) return;
        var drop = default(DropMessage);
        _link.Send(number, ref drop);
        login.Cut();
    }

    /// <summary>Answers it until it ends, and says how it ended.</summary>
    public async Task<string> RunAsync()
    {
        string reason = "";
        try
        {
            while (await _link.ReadAsync(CancellationToken.None).ConfigureAwait(false) is { } message) Take(message);
        }
        catch (SshViolationException fault)
        {
            reason = $"; it was ended: {Printable.Escape(fault.Message)}";
        }
        catch (Exception failure)
        {
            // Ours; but whatever the gate made of it is not to be gone on with.
            reason = $"; it was ended by an internal failure: {Printable.Escape(failure.ToString())}";
        }

        _process.Signal(UnixSignal.KILL);
        ChildExit exit = await _process.Exited.ConfigureAwait(false);
        lock (_lock) _isOver = true;
        foreach ((uint number, GuardedLogin login) in _logins)
        {
            // Whose fault it was, if anybody's, is not known; most have done nothing.
            login.Client.Startup?.Excuse();
            End(number, default);
        }

        return ChildStart.Describe(exit) + reason;
    }

    public void Dispose() => _link.Dispose();

    private void Take(LinkMessage message)
    {
        bool isKept = false;
        try
        {
            switch (message.Type)
            {
                case MonitorMessageType.Ready:
                    if (!message.Read<ReadyMessage>().HasFilter) _log.Write(1, "this system has no filter of system calls for the gate");
                    break;
                case MonitorMessageType.Log:
                    ChildLog.Write(_log, message.Read<LogMessage>(), mayChooseFacility: false, process: 0);
                    break;
                default:
                    isKept = TakeForLogin(message);
                    break;
            }
        }
        finally
        {
            if (!isKept) message.Dispose();
        }
    }

    // True when the message is somebody else's from now on.
    private bool TakeForLogin(LinkMessage message)
    {
        if (!_logins.TryGetValue(message.Connection, out GuardedLogin? login))
        {
            // It ended here, while the gate was speaking of it.
            if (message.Type == MonitorMessageType.Ended) return false;
            throw new SshViolationException(Violation.UnexpectedMessage, $"The gate asked for {message.Type} for a connection that it has not.");
        }

        try
        {
            login.Take(message);
        }
        catch (Exception failure) when (Shortage.Explains(failure))
        {
            _log.Error($"a login is given up: {Printable.Escape(failure.Message)}");
            login.Client.Startup?.Excuse();
            Drop(message.Connection);
            return false;
        }

        switch (message.Type)
        {
            case MonitorMessageType.Ended:
                End(message.Connection, message.Read<EndedMessage>().Tally);
                return false;
            case MonitorMessageType.HandOver:
                _logins.TryRemove(message.Connection, out _);
                OnHandOver(login, message);
                return true;
            default:
                return false;
        }
    }

    private void End(uint number, ConnectionTally tally)
    {
        if (!_logins.TryRemove(number, out GuardedLogin? login)) return;
        login.Client.Metrics?.OnEnded(tally);
        OnLeft(login);
    }
}
