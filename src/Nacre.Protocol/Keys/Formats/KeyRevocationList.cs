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

    private KeyRevocationList()
    {
    }

    /// <summary>The number that grows each time the list changes; zero for text.</summary>
    public ulong Version { get; private set; }

    /// <summary>When the list was made, in seconds since 1970; zero for text.</summary>
    public ulong GeneratedAt { get; private set; }

    /// <summary>What its maker says of the list. Somebody else's word: escape it before it is shown.</summary>
    public string Comment => Encoding.UTF8.GetString(CommentBytes);

    internal byte[] CommentBytes { get; private set; } = [];

    /// <summary>What is revoked.</summary>
    internal RevokedItems Items { get; } = new();

    /// <summary>Reads the contents of a file, of whichever form.</summary>
    /// <param name="contents">The bytes.</param>
    /// <exception cref="KeyFormatException">They are not what they should be, or hold something that is not supported.</exception>
    public static KeyRevocationList Parse(ReadOnlySpan<byte> contents)
    {
        var list = new KeyRevocationList();
        if (!HasListForm(contents))
        {
            list.TakeLines(contents);
            return list;
        }

        try
        {
            list.Take(Message.ReadRecord<KeyRevocationHead>(contents));
            foreach (RevokedCertificates certificates in list.Items.Certificates.Values) certificates.Serials.Sort();
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
        return Items.Contains(key);
    }

    /// <summary>True of bytes that begin as OpenSSH's form does, false of text.</summary>
    internal static bool HasListForm(ReadOnlySpan<byte> contents) => contents.StartsWith(KeyRevocationHead.MagicText);

    /// <summary>Reads an extension and passes over it, unless it must be understood.</summary>
    internal static void PassOver(ReadOnlySpan<byte> data)
    {
        KeyRevocationExtension extension = Message.ReadRecord<KeyRevocationExtension>(data);
        if (extension.IsCritical) throw KeyFormatException.Unsupported($"The key revocation list has the critical extension \"{Printable.Escape(extension.Name)}\", which is not supported.");
    }

    internal static KeyFormatException UnknownSection(KeyRevocationSection type) =>
        KeyFormatException.Unsupported($"The key revocation list has a section of the type {(byte)type}, which is not supported.");

    private void Take(KeyRevocationHead head)
    {
        if (head.FormatVersion != KeyRevocationHead.CurrentFormat) throw KeyFormatException.Unsupported($"The key revocation list is of the version {head.FormatVersion}, which is not supported.");
        if (head.Comment.Contains((byte)0)) throw KeyFormatException.Damaged("The comment of the key revocation list has a zero byte.");
        (Version, GeneratedAt, CommentBytes) = (head.Version, head.GeneratedAt, head.Comment.ToArray());
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
                TakeStrings(data, Items.Keys, length: null);
                return;
            case KeyRevocationSection.FingerprintSha1:
                TakeStrings(data, Items.Sha1Hashes, SHA1.HashSizeInBytes);
                return;
            case KeyRevocationSection.FingerprintSha256:
                TakeStrings(data, Items.Sha256Hashes, SHA256.HashSizeInBytes);
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
        CheckAuthority(fields.Authority);
        RevokedCertificates revoked = Items.CertificatesOf(fields.Authority);
        var reader = new FieldReader(fields.Sections);
        while (reader.Remaining > 0)
        {
            KeyRevocationSectionFields section = default;
            KeyRevocationSectionFields.Fields(ref reader, ref section);
            revoked.Take((KeyRevocationSection)section.Type, section.Data);
        }
    }

    /// <summary>Refuses what can be nobody's key: what is revoked of its certificates would go on being trusted. A type that is not supported cannot be met.</summary>
    private static void CheckAuthority(ReadOnlySpan<byte> authority)
    {
        if (authority.IsEmpty) return;
        try
        {
            if (PublicKey.Parse(authority) is Certificate) throw KeyFormatException.Damaged("An authority in the key revocation list is a certificate, not a key.");
        }
        catch (KeyFormatException unsupported) when (unsupported.Fault == KeyFault.Unsupported)
        {
        }
    }

    /// <summary>Text: one key on a line; of a certificate, the key in it counts. A key of a type that is not supported cannot be met, so it is passed over.</summary>
    private void TakeLines(ReadOnlySpan<byte> contents)
    {
        foreach (Range range in contents.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = contents[range].Trim(" \t\r"u8);
            if (line.IsEmpty || line[0] == (byte)'#') continue;
            if (PublicKeyLine.Parse(Encoding.UTF8.GetString(line)) is { } read) Items.Keys.Add(read.Key.PlainKey.Blob.ToArray());
        }
    }
}
