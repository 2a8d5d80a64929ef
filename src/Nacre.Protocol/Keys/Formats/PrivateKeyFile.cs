using Nacre.Crypto;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>The contents of a private key file, before and after they are unlocked.</summary>
/// <remarks>
/// The OpenSSH format says in clear which public key it belongs to, so a client can ask a server about the key first and a person for the
/// passphrase only when it is wanted. Reads that format and PEM: PKCS#1, SEC 1, PKCS#8 and encrypted PKCS#8.
/// </remarks>
public sealed class PrivateKeyFile : IDisposable
{
    /// <summary>Larger files are not looked at.</summary>
    public const int MaxLength = 1 << 20;

    private readonly PemBlock _block;

    private PrivateKeyFile(PemBlock block)
    {
        _block = block;
        switch (block.Label)
        {
            case OpenSshPrivateKey.Label:
                (PublicKey, IsEncrypted) = OpenSshPrivateKey.Describe(block.Body.Span);
                break;
            case DerPrivateKey.Pkcs1Label or DerPrivateKey.Sec1Label:
                IsEncrypted = LegacyPem.IsEncrypted(block);
                break;
            case DerPrivateKey.EncryptedPkcs8Label:
                IsEncrypted = true;
                break;
            case DerPrivateKey.Pkcs8Label:
                break;
            default:
                throw KeyFormatException.Unsupported(
                    $"The file holds a {Wire.Printable.Escape(block.Label)}, which is not a kind of private key that is supported.");
        }
    }

    /// <summary>The public key where the file tells it without a passphrase, otherwise null.</summary>
    public PublicKey? PublicKey { get; }

    /// <summary>True where a passphrase is needed.</summary>
    public bool IsEncrypted { get; }

    /// <summary>True where the form has a place for a comment.</summary>
    internal bool KeepsComment => _block.Label == OpenSshPrivateKey.Label;

    /// <summary>True where the contents look like a private key file, of whatever form.</summary>
    internal static bool IsOne(ReadOnlySpan<byte> contents) => contents.IndexOf(" PRIVATE KEY-----"u8) >= 0 || contents.StartsWith("PuTTY-User-Key-File-"u8);

    /// <summary>Looks at a file's contents.</summary>
    /// <param name="contents">All bytes of the file; a copy is kept where the collector does not move it, until disposal.</param>
    /// <exception cref="KeyFormatException">They are no private key, or one in a form that is not supported.</exception>
    public static PrivateKeyFile Parse(ReadOnlySpan<byte> contents)
    {
        if (contents.Length > MaxLength) throw KeyFormatException.Damaged($"The private key file has more than {MaxLength} bytes.");
        if (contents.StartsWith("PuTTY-User-Key-File-"u8))
        {
            throw KeyFormatException.Unsupported("The file is a PuTTY private key; convert it with: puttygen FILE -O private-openssh-new -o NEWFILE");
        }

        PemBlock block = PemBlock.Read(contents);
        try
        {
            return new PrivateKeyFile(block);
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

        if (_block.Label == OpenSshPrivateKey.Label) return OpenSshPrivateKey.Unlock(_block.Body.Span, passphrase);
        if (!IsEncrypted) return DerPrivateKey.Read(_block.Label, _block.Body.Memory);
        bool isPkcs8 = _block.Label == DerPrivateKey.EncryptedPkcs8Label;
        using Secret opened = isPkcs8 ? Pbes2.Decrypt(_block.Body.Memory, passphrase) : LegacyPem.Decrypt(_block, passphrase);
        try
        {
            return DerPrivateKey.Read(isPkcs8 ? DerPrivateKey.Pkcs8Label : _block.Label, opened.Memory);
        }
        catch (KeyFormatException garbled) when (garbled.Fault == KeyFault.Damaged)
        {
            // These formats have no check of their own; one wrong passphrase in some 250 leaves padding that looks right.
            throw KeyFormatException.WrongPassphrase();
        }
    }

    /// <summary>Erases what was read.</summary>
    public void Dispose() => _block.Dispose();
}
