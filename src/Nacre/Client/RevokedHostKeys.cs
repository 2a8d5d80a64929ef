using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;

namespace Nacre.Client;

/// <summary>Looks host keys up in the files of RevokedHostKeys.</summary>
internal static class RevokedHostKeys
{
    /// <summary>True when a file revokes a key, or the authority of a certificate.</summary>
    /// <exception cref="SshException">The file cannot be read; whoever goes by it then trusts nothing.</exception>
    public static bool Contains(string path, PublicKey key)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return KeyRevocationList.Parse(KnownHostsReader.ReadAll(stream)).Contains(key);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or KeyFormatException)
        {
            throw new SshException($"Error checking host key {key.ShortType} {key.Fingerprint} in revoked keys file {Printable.Escape(path)}: {error.Message}", error);
        }
    }
}
