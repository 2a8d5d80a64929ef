using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Keys;

namespace Nacre.Client;

/// <summary>The name under which known_hosts keeps a host: plain, with a port, or hashed.</summary>
internal static class KnownHostName
{
    public const int DefaultPort = 22;

    /// <summary>What a hashed name starts with: HMAC-SHA1 under a salt, so that the file does not tell where its owner goes.</summary>
    private const string HashMagic = "|1|";

    private const int HashLength = 20;

    /// <summary>The name in lower case, with the port unless it is the usual one.</summary>
    public static string Of(string host, int port)
    {
        string lower = string.Create(host.Length, host, static (lower, host) =>
        {
            for (int i = 0; i < lower.Length; i++) lower[i] = HostPattern.ToLower(host[i]);
        });
        return port is 0 or DefaultPort ? lower : $"[{lower}]:{port}";
    }

    /// <summary>True when the names field of a line names the host; false also when its hash is malformed.</summary>
    public static bool IsNamed(string host, string names)
    {
        if (!names.StartsWith('|')) return HostPattern.MatchesList(host, names);
        return TryReadSalt(names, out byte[]? salt) && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Hash(host, salt)), Encoding.ASCII.GetBytes(names));
    }

    /// <summary>True where the names field is a well-formed hash or none at all.</summary>
    public static bool IsWellFormed(string names) => !names.StartsWith('|') || TryReadSalt(names, out _);

    /// <summary>A hashed name under a new salt.</summary>
    public static string Hash(string host) => Hash(host, SystemRandom.Instance.Bytes(HashLength));

    /// <summary>What a file gets for a key of a host: one line, or two where the name and the address are hidden each by itself.</summary>
    /// <param name="name">The host's name.</param>
    /// <param name="address">Its address in the same form; null to leave it out.</param>
    /// <param name="key">The key.</param>
    /// <param name="isHashed">True to hide them.</param>
    /// <exception cref="ArgumentException">The name cannot stand in a line.</exception>
    public static string Lines(string name, string? address, PublicKey key, bool isHashed)
    {
        if (!IsWritable(name) || (address is not null && !IsWritable(address)))
        {
            throw new ArgumentException("A host name with such characters does not go into a known_hosts file.", nameof(name));
        }

        if (!isHashed) return $"{(address is null ? name : $"{name},{address}")} {key}\n";
        return address is null ? $"{Hash(name)} {key}\n" : $"{Hash(name)} {key}\n{Hash(address)} {key}\n";
    }

    /// <summary>True when the name can stand in a line and means itself there: nothing that separates, begins something else or is a pattern (A-21).</summary>
    public static bool IsWritable(string name) =>
        name.Length > 0 && name[0] is not ('@' or '#') && !name.AsSpan().ContainsAny(",*?!|\"\\")
        && name.All(c => !char.IsControl(c) && !char.IsWhiteSpace(c) && char.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.Format);

    // The format of known_hosts is HMAC-SHA1; it hides names and proves nothing.
    private static string Hash(string host, byte[] salt) =>
        $"{HashMagic}{Convert.ToBase64String(salt)}|{Convert.ToBase64String(Hmac.Sha1(salt, Encoding.UTF8.GetBytes(host)))}";

    private static bool TryReadSalt(string names, [NotNullWhen(true)] out byte[]? salt)
    {
        salt = null;
        if (!names.StartsWith(HashMagic, StringComparison.Ordinal)) return false;
        int end = names.IndexOf('|', HashMagic.Length);
        if (end < 0) return false;
        Span<byte> bytes = stackalloc byte[HashLength];
        if (!Convert.TryFromBase64Chars(names.AsSpan(HashMagic.Length..end), bytes, out int length) || length != HashLength) return false;
        salt = bytes.ToArray();
        return true;
    }
}
