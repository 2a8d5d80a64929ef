using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Nacre.Unix;

namespace Nacre.Forwarding;

/// <summary>A host name or address with a port, as forwards are written: host:port, [v6]:port, :port, *:port.</summary>
/// <param name="Host">The host; empty for every interface where one listens.</param>
/// <param name="Port">1 to 65535, or 0 where the system shall choose.</param>
public readonly record struct TcpEndpoint(string Host, int Port)
{
    /// <summary>Reads the written form.</summary>
    /// <param name="text">Such as localhost:8080 or [::1]:80.</param>
    /// <returns>The endpoint.</returns>
    /// <exception cref="FormatException">The text is not of that form.</exception>
    public static TcpEndpoint Parse(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            throw new FormatException($"\"{text}\" is not of the form host:port.");
        }

        string host = text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']')) host = host[1..^1];
        return new TcpEndpoint(host == "*" ? "" : host, port);
    }

    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>
    /// Opens the sockets that listen here, on one port: what "localhost" and "" mean is RFC 4254 7.1's, all loopback and all addresses, of both families.
    /// </summary>
    /// <param name="onUnheard">Hears of each address that fails where another does not.</param>
    /// <param name="ct">Cancels the look-up of the host.</param>
    internal async Task<IReadOnlyList<Socket>> ListenAsync(Action<IPAddress, SocketException>? onUnheard, CancellationToken ct)
    {
        IPAddress[] addresses = Host switch
        {
            "" or "*" => [IPAddress.Any, IPAddress.IPv6Any],
            "localhost" => [IPAddress.Loopback, IPAddress.IPv6Loopback],
            _ => await Dns.GetHostAddressesAsync(Host, ct).ConfigureAwait(false),
        };
        var sockets = new List<Socket>();
        var failures = new List<(IPAddress Address, SocketException Error)>();
        int port = Port;
        foreach (IPAddress address in addresses)
        {
            try
            {
                Socket socket = Listen(address, port);
                sockets.Add(socket);
                port = ((IPEndPoint)socket.LocalEndPoint!).Port;
            }
            catch (SocketException error)
            {
                failures.Add((address, error));
            }
        }

        if (sockets.Count == 0) throw failures.Count > 0 ? failures[^1].Error : new SocketException((int)SocketError.HostNotFound);
        if (onUnheard is not null) failures.ForEach(failed => onUnheard(failed.Address, failed.Error));
        return sockets;
    }

    /// <summary>Connects to the first address of the host that answers; what goes wrong with one address leaves the others to be tried.</summary>
    /// <exception cref="SocketException">The host has no address, or none of them answered: what went wrong with the last.</exception>
    internal async Task<Socket> ConnectAsync(DialOptions options, CancellationToken ct)
    {
        // The system's word for an address of the other family, where the runtime says that nobody knows the name.
        if (options.Family != AddressFamily.Unspecified && IPAddress.TryParse(Host, out IPAddress? literal) && literal.AddressFamily != options.Family)
        {
            throw new SocketException((int)SocketError.AddressFamilyNotSupported, "Address family for hostname not supported");
        }

        IPAddress[] addresses = await Dns.GetHostAddressesAsync(Host, options.Family, ct).ConfigureAwait(false);
        options.OnResolved?.Invoke(addresses);
        SocketException? failure = null;
        for (int attempt = 0; attempt < options.Attempts; attempt++)
        {
            if (attempt > 0) await Task.Delay(options.Pause, ct).ConfigureAwait(false);
            foreach (IPAddress address in addresses)
            {
                options.OnTrying?.Invoke(address);
                try
                {
                    return await ConnectAsync(new IPEndPoint(address, Port), options, ct).ConfigureAwait(false);
                }
                catch (SocketException error)
                {
                    options.OnFailed?.Invoke(address, error);
                    failure = error;
                }
            }
        }

        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }

    private static Socket Listen(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(128);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint remote, DialOptions options, CancellationToken ct)
    {
        var socket = new Socket(remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            if (options.BindAddress is { } local) socket.Bind(await LocalAsync(local, remote.AddressFamily, ct).ConfigureAwait(false));
            else if (options.BindInterface is { } device) socket.Bind(new IPEndPoint(AddressOf(device, remote.AddressFamily), 0));
            if (options.Timeout > TimeSpan.Zero) limit.CancelAfter(options.Timeout);
            Task connecting = socket.ConnectAsync(remote, limit.Token).AsTask();
            await connecting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await PoolThread.EnterAsync();
            await connecting.ConfigureAwait(false);
            return socket;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // An address that the rest of the world can answer to comes first.
    private static IPAddress AddressOf(string device, AddressFamily family)
    {
        IPAddress[] addresses =
        [
            .. from each in NetworkInterface.GetAllNetworkInterfaces()
               where each.Name == device
               from own in each.GetIPProperties().UnicastAddresses
               where own.Address.AddressFamily == family
               orderby IPAddress.IsLoopback(own.Address) || own.Address.IsIPv6LinkLocal
               select own.Address,
        ];
        return addresses is [var first, ..] ? first : throw new SocketException((int)SocketError.AddressNotAvailable);
    }

    private static async Task<IPEndPoint> LocalAsync(string host, AddressFamily family, CancellationToken ct)
    {
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(host, family, ct).ConfigureAwait(false);
        return addresses is [var first, ..] ? new IPEndPoint(first, 0) : throw new SocketException((int)SocketError.AddressNotAvailable);
    }
}
