using System.Net.Sockets;
using Nacre.Config;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Algorithms.KeyExchanges;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tools.Sshd.Admission;
using Nacre.Tools.Sshd.Metrics;
using Nacre.Tools.Sshd.Operations;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>sshd as root: accepts connections and passes them on, and keeps to itself what is worth taking. No byte from the network is read here, but for what named proxies put before it.</summary>
/// <remarks>The gate speaks with whoever is not logged in, a session with a user who is; the monitor decides, signs, and starts them.</remarks>
internal sealed class SshdMonitor : IAsyncDisposable
{
    private static readonly TimeSpan ShortLife = TimeSpan.FromSeconds(1);

    private readonly SshdLog _log;
    private readonly SshdMetrics _metrics = new(TimeProvider.System);
    private readonly UserAccount _gateAccount;
    private readonly ListeningSockets _listening;
    private readonly Action<Socket> _arrive;
    private readonly SessionTable _sessions;
    private readonly Doorkeeper _doorkeeper;
    private readonly CancellationTokenSource _stop = new();
    private State _state;
    private GateProcess? _gate;
    private Task _gateRunning = Task.CompletedTask;
    private uint _lastNumber;

    /// <param name="config">The configuration.</param>
    /// <param name="hostKeys">The host keys.</param>
    /// <param name="proxies">Whose connections say first who is behind them.</param>
    /// <param name="log">Where everything is told.</param>
    /// <exception cref="FatalException">The gate has no user to be, or no directory to be confined to.</exception>
    public SshdMonitor(ServerConfig config, IReadOnlyList<ISigner> hostKeys, ProxiedClients proxies, SshdLog log)
    {
        _log = log;
        _state = new State(config, new ConfigBook(hostKeys), new ConnectionRules(hostKeys, RfcModuli.Instance));
        _arrive = proxies.Before(Take, () => Volatile.Read(ref _state).Config, log);
        _gateAccount = GatePlace.Account();
        GatePlace.CheckDirectory();
        _listening = new ListeningSockets(log);
        _sessions = new SessionTable(log);
        _doorkeeper = new Doorkeeper(config, TimeProvider.System, log);
    }

    /// <summary>The longest name of a client that is recorded with a login at a terminal.</summary>
    public int LongestRecordedHost { get; init; } = ClientConnection.AnyHost;

    /// <summary>How many connections there are.</summary>
    public int Connections => _doorkeeper.Waiting + _sessions.Connections;

    /// <summary>Listens on every address of the configuration, or on sockets that were passed, and starts the gate; false when neither can be, which has then been logged.</summary>
    public bool Listen()
    {
        try
        {
            StartGate();
        }
        catch (UnixException error)
        {
            _log.Fatal($"the gate does not start: {error.Message}");
            return false;
        }

        return _listening.Open(_state.Config);
    }

    /// <summary>What it has counted so far, as text.</summary>
    public string Figures() => _metrics.ToString();

    /// <summary>Accepts connections from now on.</summary>
    public void Start() => _ = _listening.AcceptAsync(_arrive, _stop.Token);

    /// <summary>Accepts nobody any more; who is connected stays.</summary>
    public void StopAccepting() => _listening.Dispose();

    /// <summary>Goes on with another configuration; who is connected keeps the one that they have.</summary>
    public void Change(ServerConfig config, IReadOnlyList<ISigner> hostKeys)
    {
        Volatile.Write(ref _state, new State(config, new ConfigBook(hostKeys), new ConnectionRules(hostKeys, RfcModuli.Instance)));
        _doorkeeper.Change(config);
        _listening.Change(config, _arrive, _stop.Token);
    }

    /// <summary>Ends all, connections included.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listening.Dispose();
        _gate?.Dispose();
        await _sessions.DisposeAsync().ConfigureAwait(false);
        await _gateRunning.ConfigureAwait(false);
        _stop.Dispose();
    }

    private void StartGate()
    {
        GateProcess gate = NewGate();
        Volatile.Write(ref _gate, gate);
        _gateRunning = SuperviseAsync(gate);
    }

    private GateProcess NewGate()
    {
        ServerConfig config = Volatile.Read(ref _state).Config;
        bool choosesGroups = config.KexAlgorithms.Any(name => AlgorithmCatalog.KeyExchanges[name].IsGroupExchange);
        return GateProcess.Start(_gateAccount, GatePlace.Directory, choosesGroups ? config.ModuliFile : null, _log, _sessions);
    }

    // Whoever was at a gate that ended is lost; everybody else goes on.
    private async Task SuperviseAsync(GateProcess gate)
    {
        for (int shortLives = 0; ;)
        {
            long start = Environment.TickCount64;
            string end = await gate.RunAsync().ConfigureAwait(false);
            gate.Dispose();
            if (_stop.IsCancellationRequested) return;
            shortLives = Environment.TickCount64 - start < ShortLife.TotalMilliseconds ? shortLives + 1 : 0;
            try
            {
                // One may be killed at any time; where one after the other ends, there is no hurry.
                if (shortLives > 1) await Task.Delay(ShortLife, _stop.Token).ConfigureAwait(false);
                int former = gate.Pid;
                gate = NewGate();
                Volatile.Write(ref _gate, gate);
                _log.Error($"the gate, process {former}, ended {end}; process {gate.Pid} takes its place");
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception error)
            {
                // Most likely for want of something that others give back: it is tried again and again.
                _log.Error($"the gate does not start: {Printable.Escape(error.Message)}");
            }
        }
    }

    private void Take(Accepted accepted)
    {
        Socket socket = accepted.Socket;
        ClientConnection? client = null;
        try
        {
            State state = Volatile.Read(ref _state);
            client = ClientConnection.Of(accepted, state.Config, LongestRecordedHost);
            client.Startup = _doorkeeper.Admit(client.Remote, client.Local, Shortage.For(socket.SafeHandle));
            if (client.Startup is null)
            {
                _metrics.OnRefused();
                Doorkeeper.TurnAway(socket);
                return;
            }

            socket.NoDelay = true;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, state.Config.TcpKeepAlive);
            client.Metrics = _metrics.Open();
            if (state.Config.UseDns) _ = LookUpAsync(socket, client, state);
            else Admit(socket, client, state);
        }
        catch (Exception failure)
        {
            Lose(socket, client, failure);
        }
    }

    private async Task LookUpAsync(Socket socket, ClientConnection client, State state)
    {
        try
        {
            await client.LookUpNameAsync(_log).ConfigureAwait(false);
            Admit(socket, client, state);
        }
        catch (Exception failure)
        {
            Lose(socket, client, failure);
        }
    }

    // One connection is lost over it, and no more: not even its place.
    private void Lose(Socket socket, ClientConnection? client, Exception failure)
    {
        socket.Dispose();
        client?.Startup?.Excuse();
        client?.Startup?.Dispose();
        client?.Metrics?.OnEnded(default);

        // A socket that fails was gone before it was looked at.
        if (failure is not SocketException) _log.Error($"a connection ended by an internal failure: {Printable.Escape(failure.ToString())}");
    }

    private void Admit(Socket socket, ClientConnection client, State state)
    {
        SshdLog log = _log.ForConnection();
        SshServerOptions options = state.Rules.For(client, log);
        log.Verbose($"Connection from {client.Place} on {client.LocalAddress} port {client.Local.Port}");
        Volatile.Read(ref _gate)!.Admit(Interlocked.Increment(ref _lastNumber), socket, client, options, state.Book, log);
    }

    private sealed record State(ServerConfig Config, ConfigBook Book, ConnectionRules Rules);
}
