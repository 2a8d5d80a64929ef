using Nacre.Crypto;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys;

/// <summary>What a private key file holds of a key that a security key keeps: the handle by which the security key finds it, and what it asks for before it signs.</summary>
/// <remarks>The key itself is not in it. Whoever signs gives handle and application to the security key.</remarks>
internal sealed class SecurityPrivateKey : PrivateKey
{
    private readonly Secret _keyHandle;
    private readonly byte[] _reserved;

    public SecurityPrivateKey(SecurityPublicKey publicKey, SecurityKeyFlags flags, ReadOnlySpan<byte> keyHandle, ReadOnlySpan<byte> reserved)
    {
        (SecurityPublicKey, Flags) = (publicKey, flags);
        _keyHandle = Secret.CopyOf(keyHandle);
        _reserved = reserved.ToArray();
    }

    public SecurityPublicKey SecurityPublicKey { get; }

    public override PublicKey PublicKey => SecurityPublicKey;

    public SecurityKeyFlags Flags { get; }

    /// <summary>Lives as long as the key.</summary>
    public ReadOnlySpan<byte> KeyHandle => _keyHandle.Span;

    internal override PrivateKeyFields ToFields()
    {
        var fields = new PrivateKeyFields
        {
            Application = SecurityPublicKey.Application.Span,
            Flags = (byte)Flags,
            KeyHandle = _keyHandle.Span,
            Reserved = _reserved,
        };
        if (SecurityPublicKey.Key is EcdsaPublicKey ecdsa)
        {
            fields.Type = "sk-ecdsa-sha2-nistp256@openssh.com"u8;
            fields.Curve = ecdsa.Curve.NameBytes;
            fields.Point = ecdsa.Point.Span;
        }
        else
        {
            fields.Type = "sk-ssh-ed25519@openssh.com"u8;
            fields.Point = ((Ed25519PublicKey)SecurityPublicKey.Key).Point.Span;
        }

        return fields;
    }

    internal override bool TryWriteDer(bool isPkcs8, Span<byte> destination, out int length) =>
        throw KeyFormatException.Unsupported("A key that a security key keeps is stored in the OpenSSH format only.");

    private protected override byte[] SignBlob(KeyAlgorithm algorithm, ReadOnlySpan<byte> data) =>
        throw new SshException("The key is kept by a security key, and only that can sign with it.");

    private protected override void Erase() => _keyHandle.Dispose();
}
