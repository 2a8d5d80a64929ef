using System.Net.Sockets;
using Nacre.Config;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tools.Sshd.Admission;
using Nacre.Tools.Sshd.Logins;
using Nacre.Tools.Sshd.Metrics;
using Nacre.Tools.Sshd.Operations;

namespace Nacre.Tools.Sshd;

/// <summary>The running sshd: its listening sockets, its connections, and what it tells the log of them.</summary>
internal sealed class SshdService : IAsyncDisposable
{
    private readonly SshdLog _log;
    private readonly SshdMetrics _metrics = new(TimeProvider.System);
    private readonly Action<Socket> _arrive;
    private readonly SshServer _server;
    private readonly ListeningSockets _listening;
    private readonly Doorkeeper _doorkeeper;
    private readonly ProxiedClients _proxies;
    private readonly CancellationTokenSource _stop = new();
    private State _state;
    private int _connections;

    public SshdService(ServerConfig config, IReadOnlyList<ISigner> hostKeys, ProxiedClients proxies, SshdLog log)
    {
        (_log, _listening, _doorkeeper, _proxies) = (log, new ListeningSockets(log), new Doorkeeper(config, TimeProvider.System, log), proxies);
        _state = NewState(config, hostKeys);
        _arrive = proxies.Before(Take, () => Config, log);
        _server = new SshServer(_state.Rules.For(ClientConnection.OnPipes(config), log.ForConnection()));
    }

    /// <summary>The longest name of a client that is recorded with a login at a terminal.</summary>
    public int LongestRecordedHost { get; init; } = ClientConnection.AnyHost;

    /// <summary>How many connections there are.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Listens on every address of the configuration, or on sockets that were passed; false when none can be, which has then been logged.</summary>
    public bool Listen() => _listening.Open(Config);

    /// <summary>Goes on with another configuration and other host keys; connections keep what they have.</summary>
    public void Change(ServerConfig config, IReadOnlyList<ISigner> hostKeys)
    {
        Volatile.Write(ref _state, NewState(config, hostKeys));
        _doorkeeper.Change(config);
        _listening.Change(config, _arrive, _stop.Token);
    }

    /// <summary>What it has counted so far, as text.</summary>
    public string Figures() => _metrics.ToString();

    /// <summary>Accepts connections until it is stopped, or, with -d, until one has ended.</summary>
    public async Task RunAsync(bool servesOne)
    {
        if (servesOne)
        {
            using Socket socket = await _listening.AcceptOneAsync().ConfigureAwait(false);
            _listening.Dispose();
            await ServeAsync(socket).ConfigureAwait(false);
            return;
        }

        await _listening.AcceptAsync(_arrive, _stop.Token).ConfigureAwait(false);

        // None of the sockets from the beginning need be left: another configuration may have had others.
        await Task.Delay(Timeout.Infinite, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Stops accepting.</summary>
    public void Stop()
    {
        _stop.Cancel();
        _listening.Dispose();
    }

    /// <summary>Serves one connection to its end.</summary>
    public async Task ServeAsync(Socket socket)
    {
        if (await _proxies.IdentifyAsync(socket, Config.LoginGraceTime, _log).ConfigureAwait(false) is { } accepted) await ServeAsync(socket, ClientConnection.Of(accepted, Config, LongestRecordedHost)).ConfigureAwait(false);
    }

    private async Task ServeAsync(Socket socket, ClientConnection client)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, client.General.TcpKeepAlive);
        if (client.General.UseDns) await client.LookUpNameAsync(_log).ConfigureAwait(false);
        await ServeAsync(new NetworkStream(socket, ownsSocket: true), client).ConfigureAwait(false);
    }

    /// <summary>Serves one connection on a stream that has no addresses.</summary>
    public async Task ServeAsync(Stream stream, ClientConnection client)
    {
        using UserLogin login = client.Login;
        SshdLog log = _log.ForConnection();
        SshServerOptions rules = Volatile.Read(ref _state).Rules.For(client, log);
        log.Verbose($"Connection from {client.Place} on {client.LocalAddress} port {client.Local.Port}");
        SshServerConnection connection = _server.Serve(stream, rules);
        if (client.Startup is { } startup) _ = LeaveWhenLoggedInAsync(connection, startup);
        try
        {
            await ConnectionEnding.AwaitAsync(connection, client, log).ConfigureAwait(false);
        }
        finally
        {
            if (connection.Authenticated.IsCompleted) client.Startup?.LogIn();
            client.Metrics?.OnEnded(connection.Tally);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        await _server.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private ServerConfig Config => Volatile.Read(ref _state).Config;

    private State NewState(ServerConfig config, IReadOnlyList<ISigner> hostKeys) => new(config, new ConnectionRules(hostKeys, new GroupFile(config.ModuliFile, _log)));

    private void Take(Accepted accepted)
    {
        Socket socket = accepted.Socket;
        try
        {
            ClientConnection client = ClientConnection.Of(accepted, Config, LongestRecordedHost);
            client.Startup = _doorkeeper.Admit(client.Remote, client.Local, Shortage.For(socket.SafeHandle));
            if (client.Startup is not null)
            {
                client.Metrics = _metrics.Open();
                _ = ServeGuardedAsync(socket, client);
                return;
            }

            _metrics.OnRefused();
            Doorkeeper.TurnAway(socket);
        }
        catch (SocketException)
        {
            // It was gone before it was looked at.
            socket.Dispose();
        }
    }

    private async Task ServeGuardedAsync(Socket socket, ClientConnection client)
    {
        using Startup? startup = client.Startup;
        Interlocked.Increment(ref _connections);
        try
        {
            await ServeAsync(socket, client).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            socket.Dispose();
            if (Shortage.Explains(error)) startup?.Excuse();
            else startup?.OnCrashed();
            _log.Error($"a connection ended by an internal failure: {Printable.Escape(error.ToString())}");
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }

    private static async Task LeaveWhenLoggedInAsync(SshServerConnection connection, Startup startup)
    {
        await connection.Authenticated.ConfigureAwait(false);
        startup.LogIn();
    }

    private sealed record State(ServerConfig Config, ConnectionRules Rules);
}
