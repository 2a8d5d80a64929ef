using System.Text;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>Reads and writes files that hold one public key, in any of the forms that programs keep them in.</summary>
public static class PublicKeyFile
{
    /// <summary>Larger files are not looked at: certificates, the longest keys, stay far below.</summary>
    public const int MaxLength = 1 << 18;

    /// <summary>Reads a key; the form is found out.</summary>
    /// <param name="contents">All bytes of the file.</param>
    /// <returns>The key, and the comment where the form has one.</returns>
    /// <exception cref="KeyFormatException">They are no public key, or one of a type that is not supported.</exception>
    public static PublicKeyLine Read(ReadOnlySpan<byte> contents)
    {
        if (contents.Length > MaxLength) throw KeyFormatException.Damaged($"The public key file has more than {MaxLength} bytes.");
        if (Rfc4716PublicKey.IsOne(contents)) return Rfc4716PublicKey.Read(contents);
        if (contents.IndexOf("-----BEGIN "u8) >= 0) return new PublicKeyLine(ReadPem(contents), "");
        foreach (ReadOnlySpan<char> line in Encoding.UTF8.GetString(contents).AsSpan().EnumerateLines())
        {
            ReadOnlySpan<char> text = line.Trim(" \t");
            if (text.IsEmpty || text[0] == '#') continue;
            return PublicKeyLine.Parse(text) ?? throw KeyFormatException.Unsupported("The public key is of a type that is not supported.");
        }

        throw KeyFormatException.Damaged("The file holds no public key.");
    }

    /// <summary>Writes a key as the text of a file, which ends with a line end.</summary>
    /// <param name="key">The key; for <see cref="PublicKeyFormat.Pem"/> one of RSA or ECDSA.</param>
    /// <param name="format">The form.</param>
    /// <param name="comment">What people call the key; the PEM forms have no place for it.</param>
    /// <exception cref="ArgumentException">Keys of that type do not have that form, or the comment has more than one line.</exception>
    public static string Write(PublicKey key, PublicKeyFormat format = PublicKeyFormat.OpenSsh, string comment = "")
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(comment);
        if (comment.AsSpan().ContainsAny('\n', '\r')) throw new ArgumentException("A comment is one line.", nameof(comment));
        return format switch
        {
            PublicKeyFormat.OpenSsh => new PublicKeyLine(key, comment) + "\n",
            PublicKeyFormat.Rfc4716 => Rfc4716PublicKey.Write(key, comment),
            PublicKeyFormat.Pkcs8 => DerPublicKey.WritePem(key, isTraditional: false),
            PublicKeyFormat.Pem => DerPublicKey.WritePem(key, isTraditional: true),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        };
    }

    private static PublicKey ReadPem(ReadOnlySpan<byte> contents)
    {
        using PemBlock block = PemBlock.Read(contents);
        return DerPublicKey.Read(block.Label, block.Body.Memory);
    }
}
