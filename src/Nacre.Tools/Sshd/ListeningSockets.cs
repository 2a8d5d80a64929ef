using System.Net;
using System.Net.Sockets;
using Nacre.Config;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>The sockets that sshd listens on, and what it accepts from them.</summary>
internal sealed class ListeningSockets(SshdLog log) : IDisposable
{
    private const int Backlog = 128;
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<Place, Socket> _sockets = [];

    private IReadOnlyList<Socket> _passed = [];

    /// <summary>Listens where a configuration says, or takes the sockets that it was started with; false when there is none, which has then been logged.</summary>
    public bool Open(ServerConfig config)
    {
        if (!TryTakePassed()) return false;
        if (_passed.Count > 0) return true;
        foreach (Place place in PlacesOf(config)) TryListen(place);
        if (_sockets.Count > 0) return true;
        log.Fatal("Cannot bind any address.");
        return false;
    }

    /// <summary>Listens where a new configuration says: what stays is not touched, what is new is accepted from as well.</summary>
    public void Change(ServerConfig config, Action<Socket> take, CancellationToken ct)
    {
        if (_passed.Count > 0) return;
        HashSet<Place> wanted = [.. PlacesOf(config)];
        foreach (Place place in _sockets.Keys.Where(each => !wanted.Contains(each)).ToList())
        {
            if (_sockets.Remove(place, out Socket? unwanted)) unwanted.Dispose();
        }

        foreach (Place place in wanted.Where(each => !_sockets.ContainsKey(each)))
        {
            if (TryListen(place) is { } socket) _ = AcceptAsync(socket, take, ct);
        }
    }

    /// <summary>Accepts from every socket that there is now, until it is closed.</summary>
    /// <param name="take">Takes each connection, on the thread that hears of it: nothing else is heard of meanwhile, so it may not wait.</param>
    /// <param name="ct">Ends it.</param>
    public Task AcceptAsync(Action<Socket> take, CancellationToken ct) => Task.WhenAll(All.Select(socket => AcceptAsync(socket, take, ct)));

    /// <summary>Accepts one connection from any of them.</summary>
    public async Task<Socket> AcceptOneAsync()
    {
        Task<Socket>[] accepting = [.. All.Select(socket => socket.AcceptAsync())];
        return await (await Task.WhenAny(accepting).ConfigureAwait(false)).ConfigureAwait(false);
    }

    public void Dispose()
    {
        foreach (Socket socket in All) socket.Dispose();
    }

    private bool TryTakePassed()
    {
        try
        {
            _passed = PassedSockets.Take(isUnix: false);
            foreach (IPEndPoint endpoint in _passed.Select(socket => (IPEndPoint)socket.LocalEndPoint!)) log.Info($"Server listening on {endpoint.Address} port {endpoint.Port}, as it was started.");
            return true;
        }
        catch (InvalidDataException error)
        {
            log.Fatal(error.Message);
            return false;
        }
    }

    private IEnumerable<Socket> All => _sockets.Values.Concat(_passed);

    private static IEnumerable<Place> PlacesOf(ServerConfig config) =>
        config.ListenEndpoints.Select(named => new Place(new IPEndPoint(IPAddress.Parse(named.Host), named.Port!.Value), named.RDomain));

    private Socket? TryListen(Place place)
    {
        (IPEndPoint endpoint, string? domain) = place;
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endpoint.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
            if (domain is not null) RoutingDomain.Enter(socket, domain);
            socket.Bind(endpoint);
            socket.Listen(Backlog);
            _sockets[place] = socket;
            log.Info($"Server listening on {endpoint.Address} port {endpoint.Port}{(domain is null ? "" : $" rdomain {domain}")}.");
            return socket;
        }
        catch (SocketException error)
        {
            socket.Dispose();
            log.Error($"Bind to port {endpoint.Port} on {endpoint.Address} failed: {error.Message}.");
            return null;
        }
    }

    private async Task AcceptAsync(Socket listening, Action<Socket> take, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                Socket socket = await listening.AcceptAsync(ct).ConfigureAwait(false);
                take(socket);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return;
            }
            catch (Exception error) when (!ct.IsCancellationRequested)
            {
                // Out of something, most likely: those who are connected go on, and the next try comes when some may have left.
                log.Error($"accept: {error.Message}");
                await Task.Delay(AcceptPause, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private readonly record struct Place(IPEndPoint Endpoint, string? Domain);
}
