using System.Text;
using Nacre.Config;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Authorisation;

/// <summary>Reads the files of the configuration that say which authorities are trusted and which keys no longer are, anew for each attempt.</summary>
internal sealed class TrustFiles(SshdLog log)
{
    private const int MaxAuthorities = 1024 * 1024;

    /// <summary>The keys in TrustedUserCAKeys; none where the file is not there.</summary>
    public IReadOnlyList<PublicKey> Authorities(ServerConfig config)
    {
        if (config.TrustedUserCAKeys is not { } path) return [];
        try
        {
            var keys = new List<PublicKey>();
            foreach (ReadOnlySpan<char> line in Encoding.UTF8.GetString(FileSafety.Read(path, MaxAuthorities, out _)).AsSpan().EnumerateLines())
            {
                if (PublicKeyLine.TryParse(line, out PublicKeyLine? read)) keys.Add(read.Key);
            }

            return keys;
        }
        catch (Exception error) when (error is UnixException or InvalidDataException)
        {
            log.Error($"Could not load trusted user CA keys from {Printable.Escape(path)}: {error.Message}");
            return [];
        }
    }

    /// <summary>True when one of the files that RevokedKeys names has a key, which is then logged.</summary>
    /// <exception cref="SshException">A file is named and cannot be used: then no key may be trusted.</exception>
    public bool IsRevoked(PublicKey key, ServerConfig config)
    {
        // All are read, or whether one that cannot be used is found out depends on the key.
        (string Path, KeyRevocationList List)[] lists = [.. config.RevokedKeys.Select(path => (path, ReadRevoked(path)))];
        string? revoking = lists.FirstOrDefault(each => each.List.Contains(key)).Path;
        if (revoking is null) return false;
        log.Error($"Authentication key {key.ShortType} {key.FingerprintBy(config.FingerprintHash)} revoked by file {Printable.Escape(revoking)}");
        return true;
    }

    private static KeyRevocationList ReadRevoked(string path)
    {
        try
        {
            return KeyRevocationList.Parse(FileSafety.Read(path, KeyRevocationList.MaxLength, out _));
        }
        catch (Exception error) when (error is UnixException or InvalidDataException or KeyFormatException)
        {
            throw new SshException($"Error checking authentication key in revoked keys file {path}: {error.Message}", error);
        }
    }
}
