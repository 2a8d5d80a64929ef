using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>Collects what is to be revoked, and writes it as a key revocation list that every program which follows OpenSSH reads.</summary>
/// <remarks>
/// Certificates are best revoked by their serial numbers: a list of many takes as little as a bit for each. What was added stays; whoever
/// wants to drop entries, such as those of certificates that have expired, starts a new list.
/// </remarks>
public sealed class KeyRevocationListBuilder
{
    private const string Sha256Prefix = "SHA256:";

    private readonly RevokedItems _items = new();
    private byte[] _comment = [];

    /// <summary>Starts an empty list.</summary>
    public KeyRevocationListBuilder()
    {
    }

    /// <summary>Goes on from a list: with its number, its comment and all that it revokes.</summary>
    /// <param name="list">The list, which stays as it is.</param>
    public KeyRevocationListBuilder(KeyRevocationList list)
    {
        ArgumentNullException.ThrowIfNull(list);
        (Version, _comment) = (list.Version, list.CommentBytes);
        _items.Add(list.Items);
    }

    /// <summary>The number that should grow each time the list changes.</summary>
    public ulong Version { get; set; }

    /// <summary>What is said of the list to whoever looks into it.</summary>
    /// <exception cref="ArgumentException">It is longer than 65536 bytes or has a zero byte.</exception>
    public string Comment
    {
        get => Encoding.UTF8.GetString(_comment);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Contains('\0', StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(value) > KeyRevocationHead.MaxComment) throw new ArgumentException($"The comment of a list has at most {KeyRevocationHead.MaxComment} bytes, none of them zero.", nameof(value));
            _comment = Encoding.UTF8.GetBytes(value);
        }
    }

    /// <summary>Revokes a certificate by its serial number, or by its id where it has none, and any other key as such.</summary>
    /// <param name="key">The key or certificate. The key in a certificate is not revoked by it.</param>
    public void Add(PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key is not Certificate certificate) AddKey(key);
        else if (certificate.Serial != 0) AddSerials(certificate.SignatureKey, certificate.Serial, certificate.Serial);
        else AddKeyId(certificate.SignatureKey, certificate.KeyIdBytes.Span);
    }

    /// <summary>Revokes a key, all certificates of it, and those that it signed as an authority.</summary>
    /// <param name="key">The key; of a certificate, the key in it.</param>
    public void AddKey(PublicKey key) => _items.Keys.Add(BlobOf(key));

    /// <summary>Revokes a key as <see cref="AddKey"/> does, by its SHA-256 hash. OpenSSH before 7.9 does not read such a list.</summary>
    /// <param name="key">The key; of a certificate, the key in it.</param>
    public void AddSha256(PublicKey key) => _items.Sha256Hashes.Add(Digest.Sha256(BlobOf(key)));

    /// <summary>Revokes a key as <see cref="AddKey"/> does, by its SHA-1 hash.</summary>
    /// <param name="key">The key; of a certificate, the key in it.</param>
    public void AddSha1(PublicKey key) => _items.Sha1Hashes.Add(Digest.Sha1(BlobOf(key)));

    /// <summary>Revokes a key as <see cref="AddKey"/> does, by what logs say of it.</summary>
    /// <param name="fingerprint">Such as <see cref="PublicKey.Fingerprint"/>: <c>SHA256:</c> and 43 characters.</param>
    /// <exception cref="FormatException">It is none.</exception>
    public void AddFingerprint(string fingerprint)
    {
        ArgumentNullException.ThrowIfNull(fingerprint);
        if (!fingerprint.StartsWith(Sha256Prefix, StringComparison.Ordinal)) throw new FormatException("unsupported hash algorithm");
        string digits = fingerprint[Sha256Prefix.Length..].TrimEnd('=');
        byte[] hash = new byte[SHA256.HashSizeInBytes];
        bool isHash = digits.Length == Base64Length(hash.Length) && Convert.TryFromBase64String(digits.PadRight(Base64.GetMaxEncodedToUtf8Length(hash.Length), '='), hash, out int length) && length == hash.Length;
        if (!isHash) throw new FormatException("decode hash failed: invalid format");
        _items.Sha256Hashes.Add(hash);
    }

    /// <summary>Revokes the certificates of an authority whose serial numbers lie in a range.</summary>
    /// <param name="authority">The authority's key; null for all authorities.</param>
    /// <param name="lowest">The first number, at least 1.</param>
    /// <param name="highest">The last number.</param>
    public void AddSerials(PublicKey? authority, ulong lowest, ulong highest)
    {
        ArgumentOutOfRangeException.ThrowIfZero(lowest);
        ArgumentOutOfRangeException.ThrowIfLessThan(highest, lowest);
        CertificatesOf(authority).Serials.Add(lowest, highest);
    }

    /// <summary>Revokes the certificates of an authority that have an id.</summary>
    /// <param name="authority">The authority's key; null for all authorities.</param>
    /// <param name="keyId">The id, which is compared byte for byte.</param>
    /// <exception cref="ArgumentException">The id has a zero byte, as no certificate's has.</exception>
    public void AddKeyId(PublicKey? authority, string keyId)
    {
        ArgumentNullException.ThrowIfNull(keyId);
        AddKeyId(authority, Encoding.UTF8.GetBytes(keyId));
    }

    /// <summary>The list as the contents of a file.</summary>
    /// <param name="generatedAt">The time that it says it was made.</param>
    /// <exception cref="SshException">It is longer than <see cref="KeyRevocationList.MaxLength"/>, and nobody would read it.</exception>
    public byte[] Write(DateTimeOffset generatedAt)
    {
        var sections = new SectionWriter();
        foreach ((byte[] authority, RevokedCertificates certificates) in _items.Certificates) certificates.Write(authority, sections);
        sections.Strings(KeyRevocationSection.ExplicitKey, _items.Keys);
        sections.Strings(KeyRevocationSection.FingerprintSha1, _items.Sha1Hashes);
        sections.Strings(KeyRevocationSection.FingerprintSha256, _items.Sha256Hashes);
        var head = new KeyRevocationHead
        {
            Magic = KeyRevocationHead.MagicText,
            FormatVersion = KeyRevocationHead.CurrentFormat,
            Version = Version,
            GeneratedAt = (ulong)Math.Max(0, generatedAt.ToUnixTimeSeconds()),
            Comment = _comment,
            Sections = sections.Written,
        };
        byte[] list = Message.WriteRecord(ref head);
        return list.Length <= KeyRevocationList.MaxLength ? list : throw new SshException($"The key revocation list would have {list.Length} bytes, more than {KeyRevocationList.MaxLength}.");
    }

    /// <summary>Revokes by an id that need not be text.</summary>
    internal void AddKeyId(PublicKey? authority, ReadOnlySpan<byte> keyId)
    {
        if (keyId.Contains((byte)0)) throw new ArgumentException("The id of a certificate has no zero byte.", nameof(keyId));
        CertificatesOf(authority).KeyIds.Add(keyId.ToArray());
    }

    private static int Base64Length(int bytes) => ((bytes * 8) + 5) / 6;

    private static byte[] BlobOf(PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.PlainKey.Blob.ToArray();
    }

    private RevokedCertificates CertificatesOf(PublicKey? authority) => _items.CertificatesOf(authority is null ? [] : authority.PlainKey.Blob.Span);
}
