using System.Globalization;
using System.Net;
using System.Net.Sockets;

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
    internal async Task<IReadOnlyList<Socket>> ListenAsync(CancellationToken ct)
    {
        IPAddress[] addresses = Host switch
        {
            "" or "*" => [IPAddress.Any, IPAddress.IPv6Any],
            "localhost" => [IPAddress.Loopback, IPAddress.IPv6Loopback],
            _ => await Dns.GetHostAddressesAsync(Host, ct).ConfigureAwait(false),
        };
        var sockets = new List<Socket>();
        SocketException? failure = null;
        int port = Port;
        foreach (IPAddress address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                if (address.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
                socket.Bind(new IPEndPoint(address, port));
                socket.Listen(128);
                port = ((IPEndPoint)socket.LocalEndPoint!).Port;
                sockets.Add(socket);
            }
            catch (SocketException error)
            {
                socket.Dispose();
                failure = error;
            }
        }

        return sockets.Count > 0 ? sockets : throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>Connects to the first address of the host that answers.</summary>
    internal async Task<Socket> ConnectAsync(CancellationToken ct)
    {
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(Host, ct).ConfigureAwait(false);
        SocketException? failure = null;
        foreach (IPAddress address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, Port), ct).ConfigureAwait(false);
                return socket;
            }
            catch (SocketException error)
            {
                socket.Dispose();
                failure = error;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }
}
