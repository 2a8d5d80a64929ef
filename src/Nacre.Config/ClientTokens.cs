using System.Globalization;
using System.Text;
using Nacre.Crypto;

namespace Nacre.Config;

/// <summary>The values of a client's percent tokens, as far as they are known when the configuration is read.</summary>
internal static class ClientTokens
{
    /// <summary>The expander for a host.</summary>
    /// <param name="source">Who reads, where, and the host as it was given.</param>
    /// <param name="values">What has been set so far.</param>
    /// <param name="host">The host as it is called now.</param>
    public static TokenExpander For(ClientConfigSource source, ConfigValues values, string host)
    {
        LocalIdentity local = source.Local;
        string user = values.Get(ClientKeywords.User) ?? local.UserName;
        string port = values.Get(ClientKeywords.Port).ToString(CultureInfo.InvariantCulture);
        string jump = values.Get(ClientKeywords.ProxyJump) is { } machines and not "none" ? machines : "";
        return new TokenExpander(local, new Dictionary<char, string>
        {
            ['L'] = local.ShortHostName,
            ['d'] = local.HomeDirectory,
            ['h'] = host,
            ['i'] = local.UserId.ToString(CultureInfo.InvariantCulture),
            ['j'] = jump,
            ['k'] = values.Get(ClientKeywords.HostKeyAlias) ?? source.Host,
            ['l'] = local.HostName,
            ['n'] = source.Host,
            ['p'] = port,
            ['r'] = user,
            ['u'] = local.UserName,
        }, () => HashOf(local.HostName + host + port + user + jump));
    }

    /// <summary>The expander for Hostname, in which %h is the host as it was given.</summary>
    public static TokenExpander ForHostname(ClientConfigSource source) => new(source.Local, new Dictionary<char, string> { ['h'] = source.Host });

    // ssh_config(5): "%C Hash of %l%h%p%r%j".
    private static string HashOf(string text)
    {
#pragma warning disable CA5350 // It is a name for a socket, not a protection, and must be the one that OpenSSH gives.
        return Convert.ToHexStringLower(Digest.Sha1(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
    }
}
