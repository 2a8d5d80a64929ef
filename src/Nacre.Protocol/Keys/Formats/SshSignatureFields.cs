using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>PROTOCOL.sshsig: a signature with what it says of itself.</summary>
internal ref struct SshSignatureFields : IRecord<SshSignatureFields>
{
    public const uint CurrentVersion = 1;

    /// <summary>Longer namespaces than anybody has a use for.</summary>
    public const int MaxNamespace = 1024;

    public const int MaxReserved = 1024;
    public const int MaxKey = 1 << 16;

    public ReadOnlySpan<byte> Magic;
    public uint Version;
    public ReadOnlySpan<byte> PublicKey;
    public ReadOnlySpan<byte> Namespace;
    public ReadOnlySpan<byte> Reserved;
    public ReadOnlySpan<byte> HashAlgorithm;
    public ReadOnlySpan<byte> Signature;

    public static ReadOnlySpan<byte> MagicText => "SSHSIG"u8;

    public static void Fields<V>(ref V visit, ref SshSignatureFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Bytes(ref message.Magic, MagicText.Length);
        visit.UInt32(ref message.Version);
        visit.String(ref message.PublicKey, MaxKey);
        visit.Text(ref message.Namespace, MaxNamespace);
        visit.String(ref message.Reserved, MaxReserved);
        visit.Text(ref message.HashAlgorithm, NameList.MaxNameLength);
        visit.String(ref message.Signature, SignatureFields.MaxBlob + NameList.MaxNameLength);
    }
}

/// <summary>PROTOCOL.sshsig: what the key signs in the place of the message.</summary>
internal ref struct SignedMessageFields : IRecord<SignedMessageFields>
{
    public ReadOnlySpan<byte> Magic;
    public ReadOnlySpan<byte> Namespace;
    public ReadOnlySpan<byte> Reserved;
    public ReadOnlySpan<byte> HashAlgorithm;
    public ReadOnlySpan<byte> Digest;

    public static void Fields<V>(ref V visit, ref SignedMessageFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Bytes(ref message.Magic, SshSignatureFields.MagicText.Length);
        visit.Text(ref message.Namespace, SshSignatureFields.MaxNamespace);
        visit.String(ref message.Reserved, SshSignatureFields.MaxReserved);
        visit.Text(ref message.HashAlgorithm, NameList.MaxNameLength);
        visit.String(ref message.Digest, System.Security.Cryptography.SHA512.HashSizeInBytes);
    }
}
