using System.Security.Cryptography;
using System.Text;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>The keys and certificates that nobody is to trust any more: what the files of RevokedHostKeys and RevokedKeys hold.</summary>
/// <remarks>
/// Such a file is a key revocation list in OpenSSH's form (PROTOCOL.krl, made by ssh-keygen -k) or text with one public key on a line. A
/// list that is damaged, or that says something unknown here, is refused as a whole: whoever goes by it must then trust nothing.
/// </remarks>
public sealed class KeyRevocationList
{
    /// <summary>Larger files are refused by whoever reads them.</summary>
    public const int MaxLength = 64 * 1024 * 1024;

    private readonly HashSet<byte[]> _keys = new(ByteSequences.Instance);
    private readonly HashSet<byte[]> _sha1Hashes = new(ByteSequences.Instance);
    private readonly HashSet<byte[]> _sha256Hashes = new(ByteSequences.Instance);

    /// <summary>By the authority's blob; the empty one stands for every authority.</summary>
    private readonly Dictionary<byte[], RevokedCertificates> _certificates = new(ByteSequences.Instance);

    private KeyRevocationList()
    {
    }

    /// <summary>The number that grows each time the list changes; zero for text.</summary>
    public ulong Version { get; private set; }

    /// <summary>When the list was made, in seconds since 1970; zero for text.</summary>
    public ulong GeneratedAt { get; private set; }

    /// <summary>What its maker says of the list. Somebody else's word: escape it before it is shown.</summary>
    public string Comment { get; private set; } = "";

    /// <summary>Reads the contents of a file, of whichever form.</summary>
    /// <param name="contents">The bytes.</param>
    /// <exception cref="KeyFormatException">They are not what they should be, or hold something that is not supported.</exception>
    public static KeyRevocationList Parse(ReadOnlySpan<byte> contents)
    {
        var list = new KeyRevocationList();
        if (!contents.StartsWith(KeyRevocationHead.MagicText))
        {
            list.TakeLines(contents);
            return list;
        }

        try
        {
            list.Take(Message.ReadRecord<KeyRevocationHead>(contents));
            foreach (RevokedCertificates certificates in list._certificates.Values) certificates.Sort();
            return list;
        }
        catch (SshViolationException broken)
        {
            throw KeyFormatException.Damaged($"The key revocation list is damaged: {broken.Message}", broken);
        }
    }

    /// <summary>True when a key must not be trusted: it, the authority that certified it, or the certificate itself is revoked.</summary>
    /// <param name="key">A key or a certificate.</param>
    public bool Contains(PublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (ContainsPlain(key.PlainKey)) return true;
        return key is Certificate certificate
            && (ContainsPlain(certificate.SignatureKey) || IsRevoked(certificate, certificate.SignatureKey.Blob.ToArray()) || IsRevoked(certificate, []));
    }

    /// <summary>Reads an extension and passes over it, unless it must be understood.</summary>
    internal static void PassOver(ReadOnlySpan<byte> data)
    {
        KeyRevocationExtension extension = Message.ReadRecord<KeyRevocationExtension>(data);
        if (extension.IsCritical) throw KeyFormatException.Unsupported($"The key revocation list has the critical extension \"{Printable.Escape(extension.Name)}\", which is not supported.");
    }

    internal static KeyFormatException UnknownSection(KeyRevocationSection type) =>
        KeyFormatException.Unsupported($"The key revocation list has a section of the type {(byte)type}, which is not supported.");

    private bool IsRevoked(Certificate certificate, byte[] authority) =>
        _certificates.TryGetValue(authority, out RevokedCertificates? revoked) && revoked.Contains(certificate);

    private bool ContainsPlain(PublicKey key)
    {
        ReadOnlySpan<byte> blob = key.Blob.Span;
        return _keys.Contains(blob.ToArray())
            || (_sha256Hashes.Count > 0 && _sha256Hashes.Contains(SHA256.HashData(blob)))
            || (_sha1Hashes.Count > 0 && _sha1Hashes.Contains(SHA1.HashData(blob)));
    }

    private void Take(KeyRevocationHead head)
    {
        if (head.FormatVersion != KeyRevocationHead.CurrentFormat) throw KeyFormatException.Unsupported($"The key revocation list is of the version {head.FormatVersion}, which is not supported.");
        (Version, GeneratedAt, Comment) = (head.Version, head.GeneratedAt, Encoding.UTF8.GetString(head.Comment));
        var reader = new FieldReader(head.Sections);
        while (reader.Remaining > 0)
        {
            KeyRevocationSectionFields section = default;
            KeyRevocationSectionFields.Fields(ref reader, ref section);
            Take((KeyRevocationSection)section.Type, section.Data);
        }
    }

    private void Take(KeyRevocationSection type, ReadOnlySpan<byte> data)
    {
        switch (type)
        {
            case KeyRevocationSection.Certificates:
                TakeCertificates(Message.ReadRecord<RevokedCertificateFields>(data));
                return;
            case KeyRevocationSection.ExplicitKey:
                TakeStrings(data, _keys, length: null);
                return;
            case KeyRevocationSection.FingerprintSha1:
                TakeStrings(data, _sha1Hashes, SHA1.HashSizeInBytes);
                return;
            case KeyRevocationSection.FingerprintSha256:
                TakeStrings(data, _sha256Hashes, SHA256.HashSizeInBytes);
                return;
            case KeyRevocationSection.Extension:
                PassOver(data);
                return;
            case KeyRevocationSection.Signature:
                throw KeyFormatException.Unsupported("The key revocation list is signed within itself, which is not supported, as it is not by OpenSSH.");
            default:
                throw UnknownSection(type);
        }
    }

    private static void TakeStrings(ReadOnlySpan<byte> data, HashSet<byte[]> set, int? length)
    {
        var reader = new FieldReader(data);
        ReadOnlySpan<byte> item = default;
        while (reader.Remaining > 0)
        {
            reader.String(ref item);
            if (length is { } expected && item.Length != expected) throw KeyFormatException.Damaged("A fingerprint in the key revocation list has a wrong length.");
            set.Add(item.ToArray());
        }
    }

    private void TakeCertificates(RevokedCertificateFields fields)
    {
        byte[] authority = fields.Authority.ToArray();
        if (!_certificates.TryGetValue(authority, out RevokedCertificates? revoked)) _certificates.Add(authority, revoked = new RevokedCertificates());
        var reader = new FieldReader(fields.Sections);
        while (reader.Remaining > 0)
        {
            KeyRevocationSectionFields section = default;
            KeyRevocationSectionFields.Fields(ref reader, ref section);
            revoked.Take((KeyRevocationSection)section.Type, section.Data);
        }
    }

    /// <summary>Text: one key on a line; of a certificate, the key in it counts. A key of a type that is not supported cannot be met, so it is passed over.</summary>
    private void TakeLines(ReadOnlySpan<byte> contents)
    {
        foreach (Range range in contents.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = contents[range].Trim(" \t\r"u8);
            if (line.IsEmpty || line[0] == (byte)'#') continue;
            if (PublicKeyLine.Parse(Encoding.UTF8.GetString(line)) is { } read) _keys.Add(read.Key.PlainKey.Blob.ToArray());
        }
    }
}
