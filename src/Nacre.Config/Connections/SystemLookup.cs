using System.Net;
using System.Net.Sockets;
using Nacre.Config.Values;

namespace Nacre.Config.Connections;

/// <summary>The system's resolver, for host names that are to be made canonical.</summary>
internal sealed class SystemLookup : IHostLookup
{
    public bool TryResolve(string name, AddressFamilyChoice family, out string canonicalName, out string error)
    {
        canonicalName = error = "";
        try
        {
            canonicalName = Dns.GetHostEntry(name, FamilyOf(family)).HostName;
            return true;
        }
        catch (SocketException failure)
        {
            error = failure.Message;
        }
        catch (ArgumentException failure)
        {
            // A name that is too long for DNS.
            error = failure.Message;
        }

        return false;
    }

    /// <summary>The family of addresses that AddressFamily allows.</summary>
    public static AddressFamily FamilyOf(AddressFamilyChoice family) => family switch
    {
        AddressFamilyChoice.Inet => AddressFamily.InterNetwork,
        AddressFamilyChoice.Inet6 => AddressFamily.InterNetworkV6,
        _ => AddressFamily.Unspecified,
    };
}
