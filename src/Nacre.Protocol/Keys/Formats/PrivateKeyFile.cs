namespace Nacre.Protocol.Keys.Formats;

/// <summary>The contents of a private key file, before and after they are unlocked.</summary>
/// <remarks>
/// The OpenSSH format says in clear which public key it belongs to, so a client can ask a server about the key first and a person for the
/// passphrase only when it is wanted. Reads that format, PEM (PKCS#1, SEC 1, PKCS#8 and encrypted PKCS#8) and PuTTY's .ppk files of versions 2 and 3, which say it, too, and the
/// RSA keys of ssh.com's programs that have no passphrase.
/// </remarks>
public sealed class PrivateKeyFile : IDisposable
{
    /// <summary>Larger files are not looked at.</summary>
    public const int MaxLength = 1 << 20;

    private readonly LockedKey _key;

    private PrivateKeyFile(LockedKey key) => _key = key;

    /// <summary>The public key where the file tells it without a passphrase, otherwise null.</summary>
    public PublicKey? PublicKey => _key.PublicKey;

    /// <summary>True where a passphrase is needed.</summary>
    public bool IsEncrypted => _key.IsEncrypted;

    /// <summary>True where the form has a place for a comment.</summary>
    internal bool KeepsComment => _key.KeepsComment;

    /// <summary>True where the contents look like a private key file, of whatever form.</summary>
    internal static bool IsOne(ReadOnlySpan<byte> contents) => contents.IndexOf(" PRIVATE KEY-----"u8) >= 0 || PuttyPrivateKey.IsOne(contents) || SshComPrivateKey.IsOne(contents);

    /// <summary>Looks at a file's contents.</summary>
    /// <param name="contents">All bytes of the file; a copy is kept where the collector does not move it, until disposal.</param>
    /// <exception cref="KeyFormatException">They are no private key, or one in a form that is not supported.</exception>
    public static PrivateKeyFile Parse(ReadOnlySpan<byte> contents)
    {
        if (contents.Length > MaxLength) throw KeyFormatException.Damaged($"The private key file has more than {MaxLength} bytes.");
        if (PuttyPrivateKey.IsOne(contents)) return new PrivateKeyFile(PuttyPrivateKey.Read(contents));
        if (SshComPrivateKey.IsOne(contents)) return new PrivateKeyFile(SshComPrivateKey.Read(contents));
        PemBlock block = PemBlock.Read(contents, "PRIVATE KEY"u8);
        try
        {
            return new PrivateKeyFile(new PemLockedKey(block));
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    /// <summary>Reads a private key in one step.</summary>
    /// <param name="contents">All bytes of the file.</param>
    /// <param name="passphrase">The passphrase in UTF-8; empty for a file that has none.</param>
    /// <exception cref="KeyFormatException">The key cannot be read; <see cref="KeyFormatException.Fault"/> says why.</exception>
    public static PrivateKey Read(ReadOnlySpan<byte> contents, ReadOnlySpan<byte> passphrase = default)
    {
        using PrivateKeyFile file = Parse(contents);
        return file.Unlock(passphrase);
    }

    /// <summary>Returns the key; may be tried again with another passphrase.</summary>
    /// <param name="passphrase">The passphrase in UTF-8; not looked at where the file has none.</param>
    /// <exception cref="KeyFormatException">The key cannot be read; <see cref="KeyFormatException.Fault"/> says why.</exception>
    public PrivateKey Unlock(ReadOnlySpan<byte> passphrase = default)
    {
        if (IsEncrypted && passphrase.IsEmpty)
        {
            throw new KeyFormatException(KeyFault.PassphraseNeeded, "The private key is locked with a passphrase and none was given.");
        }

        return _key.Unlock(passphrase);
    }

    /// <summary>Erases what was read.</summary>
    public void Dispose() => _key.Dispose();
}
