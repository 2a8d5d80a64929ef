using Nacre.Crypto;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>A private key between the begin and end lines of PEM: OpenSSH's own form, PKCS#1, SEC 1 and PKCS#8.</summary>
internal sealed class PemLockedKey : LockedKey
{
    private readonly PemBlock _block;

    /// <summary>Looks at the first block of a file, which is this object's from now on.</summary>
    public PemLockedKey(PemBlock block)
    {
        _block = block;
        KeepsComment = block.Label == OpenSshPrivateKey.Label;
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

    public override PrivateKey Unlock(ReadOnlySpan<byte> passphrase)
    {
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

    public override void Dispose() => _block.Dispose();
}
