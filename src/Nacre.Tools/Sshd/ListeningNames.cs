using System.Net;
using System.Net.Sockets;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.Sshd;

/// <summary>
/// Looks up the names that ListenAddress gives, when the configuration is read: one that nobody knows stops the start and -t, and -T shows
/// the addresses, as with OpenSSH.
/// </summary>
internal static class ListeningNames
{
    /// <summary>The same configuration with addresses alone; null when a name has none of the wanted family, which has then been told.</summary>
    public static ServerConfig? Resolve(ServerConfig config, Action<string> tell)
    {
        if (config.NamedAddresses.Count == 0) return config;
        List<ListenAddress> addresses = [];
        foreach (ListenAddress named in config.NamedAddresses)
        {
            if (!TryResolve(named.Host, config.AddressFamily, out List<string> found, out string reason))
            {
                tell($"bad addr or host: {Printable.Escape(named.Host)} ({reason})");
                return null;
            }

            addresses.AddRange(found.Select(host => named with { Host = host }));
        }

        return config.ListeningOn(addresses);
    }

    private static bool TryResolve(string host, AddressFamilyChoice family, out List<string> addresses, out string reason)
    {
        addresses = [];
        reason = "";
        IPAddress[] found;
        bool isAddress = IPAddress.TryParse(host, out IPAddress? address);
        try
        {
            found = host is "*" ? [IPAddress.IPv6Any, IPAddress.Any] : isAddress ? [address!] : Dns.GetHostAddresses(host);
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            reason = error is SocketException ? error.Message : "the name is too long";
            return false;
        }

        // The number of an interface is written as whoever named it did.
        foreach (IPAddress each in found.Where(each => IsWanted(each, family)))
        {
            string text = isAddress && host.Contains('%', StringComparison.Ordinal) ? host : each.ToString();
            if (!addresses.Contains(text)) addresses.Add(text);
        }

        reason = isAddress ? "Address family for hostname not supported" : "No address associated with hostname";
        return addresses.Count > 0;
    }

    private static bool IsWanted(IPAddress address, AddressFamilyChoice family) => family switch
    {
        AddressFamilyChoice.Inet => address.AddressFamily == AddressFamily.InterNetwork,
        AddressFamilyChoice.Inet6 => address.AddressFamily == AddressFamily.InterNetworkV6,
        _ => true,
    };
}
