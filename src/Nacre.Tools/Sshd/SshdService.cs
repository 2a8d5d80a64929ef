using System.Net;
using System.Net.Sockets;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tools.Sshd.Admission;
using Nacre.Tools.Sshd.Logins;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>The running sshd: its listening sockets, its connections, and what it tells the log of them.</summary>
internal sealed class SshdService : IAsyncDisposable
{
    private readonly ServerConfig _config;
    private readonly SshdLog _log;
    private readonly ConnectionRules _rules;
    private readonly SshServer _server;
    private readonly List<Socket> _listening = [];
    private readonly Doorkeeper _doorkeeper;
    private readonly CancellationTokenSource _stop = new();

    public SshdService(ServerConfig config, IReadOnlyList<ISigner> hostKeys, SshdLog log)
    {
        (_config, _log, _doorkeeper) = (config, log, new Doorkeeper(config, TimeProvider.System, log));
        _rules = new ConnectionRules(hostKeys, new GroupFile(config.ModuliFile, log));
        _server = new SshServer(_rules.For(ClientConnection.OnPipes(config), log.ForConnection()));
    }

    /// <summary>Listens on every address of the configuration; false when none can be, which has then been logged.</summary>
    public bool Listen()
    {
        foreach (ListenAddress listen in _config.ListenEndpoints)
        {
            foreach (IPAddress address in Resolve(listen.Host).Where(IsWanted)) TryListen(new IPEndPoint(address, listen.Port!.Value), listen.RDomain);
        }

        if (_listening.Count > 0) return true;
        _log.Fatal("Cannot bind any address.");
        return false;
    }

    /// <summary>Accepts connections until it is stopped, or, with -d, until one has ended.</summary>
    public async Task RunAsync(bool servesOne)
    {
        if (servesOne)
        {
            using Socket socket = await AcceptOneAsync().ConfigureAwait(false);
            foreach (Socket listening in _listening) listening.Dispose();
            await ServeAsync(socket).ConfigureAwait(false);
            return;
        }

        await Task.WhenAll(_listening.Select(AcceptAsync)).ConfigureAwait(false);
    }

    /// <summary>Stops accepting.</summary>
    public void Stop()
    {
        _stop.Cancel();
        foreach (Socket socket in _listening) socket.Dispose();
    }

    /// <summary>Serves one connection to its end.</summary>
    public Task ServeAsync(Socket socket) => ServeAsync(socket, ClientConnection.Of(socket, _config));

    private async Task ServeAsync(Socket socket, ClientConnection client)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, _config.TcpKeepAlive);
        if (_config.UseDns) await client.LookUpNameAsync(_log).ConfigureAwait(false);
        await ServeAsync(new NetworkStream(socket, ownsSocket: true), client).ConfigureAwait(false);
    }

    /// <summary>Serves one connection on a stream that has no addresses.</summary>
    public async Task ServeAsync(Stream stream, ClientConnection client)
    {
        using UserLogin login = client.Login;
        SshdLog log = _log.ForConnection();
        SshServerOptions rules = _rules.For(client, log);
        log.Verbose($"Connection from {client.Place} on {client.LocalAddress} port {client.Local.Port}");
        SshServerConnection connection = _server.Serve(stream, rules);
        if (client.Startup is { } startup) _ = LeaveWhenLoggedInAsync(connection, startup);
        string ending = $"Connection closed by {client.Place}";
        try
        {
            await connection.Completion.ConfigureAwait(false);
        }
        catch (SshDisconnectedException error)
        {
            log.Info($"Received disconnect from {client.Place}:{error.ReasonCode}: {error.Description}");
            ending = $"Disconnected from {Who(connection)}{client.Place}";
        }
        catch (NegotiationFailedException error)
        {
            ending = $"Unable to negotiate with {client.Place}: {error.Reason}. Their offer: {error.TheirOffer}";
        }
        catch (SshViolationException error) when (error.Violation == Violation.ConnectionLost)
        {
            ending = connection.User is null ? $"Connection closed by {client.Place} [preauth]" : $"Connection closed by {client.Place}";
        }
        catch (SshViolationException error) when (error.Violation == Violation.BadIdentification)
        {
            ending = $"banner exchange: Connection from {client.Place}: invalid format";
        }
        catch (SshException error)
        {
            ending = $"ssh_dispatch_run_fatal: Connection from {Who(connection)}{client.Place}: {Printable.Escape(error.Message)}";
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
        {
            ending = $"Connection reset by {client.Place}";
        }
        finally
        {
            if (connection.Authenticated.IsCompleted) client.Startup?.LogIn();
        }

        log.Info(ending);
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        await _server.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private static string Who(SshServerConnection connection) => connection.User is { } user ? $"user {Printable.Escape(user.Name)} " : "";

    private IPAddress[] Resolve(string host)
    {
        if (host is "*") return [IPAddress.IPv6Any, IPAddress.Any];
        if (IPAddress.TryParse(host, out IPAddress? address)) return [address];
        try
        {
            return Dns.GetHostAddresses(host);
        }
        catch (SocketException error)
        {
            _log.Error($"bad addr or host: {Printable.Escape(host)} ({error.Message})");
            return [];
        }
    }

    private bool IsWanted(IPAddress address) => _config.AddressFamily switch
    {
        AddressFamilyChoice.Inet => address.AddressFamily == AddressFamily.InterNetwork,
        AddressFamilyChoice.Inet6 => address.AddressFamily == AddressFamily.InterNetworkV6,
        _ => true,
    };

    private void TryListen(IPEndPoint endpoint, string? domain)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endpoint.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
            if (domain is not null) RoutingDomain.Enter(socket, domain);
            socket.Bind(endpoint);
            socket.Listen(128);
            _listening.Add(socket);
            _log.Info($"Server listening on {endpoint.Address} port {endpoint.Port}{(domain is null ? "" : $" rdomain {domain}")}.");
        }
        catch (SocketException error)
        {
            socket.Dispose();
            _log.Error($"Bind to port {endpoint.Port} on {endpoint.Address} failed: {error.Message}.");
        }
    }

    private async Task<Socket> AcceptOneAsync()
    {
        Task<Socket>[] accepting = [.. _listening.Select(socket => socket.AcceptAsync())];
        return await (await Task.WhenAny(accepting).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task AcceptAsync(Socket listening)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await listening.AcceptAsync(_stop.Token).ConfigureAwait(false);
                await PoolThread.EnterAsync();
                Take(socket);
            }
            catch (SocketException error) when (!_stop.IsCancellationRequested)
            {
                // Out of descriptors, most likely: those who are connected go on, and the next try comes when some may have left.
                _log.Error($"accept: {error.Message}");
                await Task.Delay(AcceptPause).ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private void Take(Socket socket)
    {
        try
        {
            ClientConnection client = ClientConnection.Of(socket, _config);
            client.Startup = _doorkeeper.Admit(client.Remote, client.Local);
            if (client.Startup is null) Doorkeeper.TurnAway(socket);
            else _ = ServeGuardedAsync(socket, client);
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
        try
        {
            await ServeAsync(socket, client).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            socket.Dispose();
            startup?.OnCrashed();
            _log.Error($"a connection ended by an internal failure: {Printable.Escape(error.ToString())}");
        }
    }

    private static async Task LeaveWhenLoggedInAsync(SshServerConnection connection, Startup startup)
    {
        await connection.Authenticated.ConfigureAwait(false);
        startup.LogIn();
    }
}
