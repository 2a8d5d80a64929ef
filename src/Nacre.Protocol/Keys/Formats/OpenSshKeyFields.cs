using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>PROTOCOL.key 1: the head of a private key in the OpenSSH format, up to the number of keys.</summary>
internal ref struct OpenSshKeyHead : IRecord<OpenSshKeyHead>
{
    /// <summary>A salt, a number of rounds and their lengths, with room.</summary>
    private const int MaxOptions = 256;

    public ReadOnlySpan<byte> Magic;
    public ReadOnlySpan<byte> Cipher;
    public ReadOnlySpan<byte> Kdf;
    public ReadOnlySpan<byte> KdfOptions;
    public uint KeyCount;
    public ReadOnlySpan<byte> Keys;

    public static ReadOnlySpan<byte> MagicText => "openssh-key-v1\0"u8;

    public static void Fields<V>(ref V visit, ref OpenSshKeyHead message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Bytes(ref message.Magic, MagicText.Length);
        visit.Text(ref message.Cipher, NameList.MaxNameLength);
        visit.Text(ref message.Kdf, NameList.MaxNameLength);
        visit.String(ref message.KdfOptions, MaxOptions);
        visit.UInt32(ref message.KeyCount);
        visit.Rest(ref message.Keys);
    }
}

/// <summary>What follows the head where there is one key: that public key, the private part, and the tag of ciphers that have one.</summary>
internal ref struct OpenSshKeyBody : IRecord<OpenSshKeyBody>
{
    public ReadOnlySpan<byte> PublicKey;
    public ReadOnlySpan<byte> PrivatePart;
    public ReadOnlySpan<byte> Tag;

    public static void Fields<V>(ref V visit, ref OpenSshKeyBody message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.PublicKey);
        visit.Secret(ref message.PrivatePart);
        visit.Rest(ref message.Tag);
    }
}

/// <summary>The options of the bcrypt key derivation.</summary>
internal ref struct BcryptOptions : IRecord<BcryptOptions>
{
    private const int MaxSalt = 64;

    public ReadOnlySpan<byte> Salt;
    public uint Rounds;

    public static void Fields<V>(ref V visit, ref BcryptOptions message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.Salt, MaxSalt);
        visit.UInt32(ref message.Rounds);
    }
}

/// <summary>The private part once decrypted: two equal numbers that tell whether it is, the key, a comment and padding.</summary>
internal ref struct OpenSshPrivatePart : IRecord<OpenSshPrivatePart>
{
    public const int CheckSize = 4;

    public ReadOnlySpan<byte> FirstCheck;
    public ReadOnlySpan<byte> SecondCheck;
    public PrivateKeyFields Key;
    public ReadOnlySpan<byte> Comment;
    public ReadOnlySpan<byte> Padding;

    public static void Fields<V>(ref V visit, ref OpenSshPrivatePart message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Bytes(ref message.FirstCheck, CheckSize);
        visit.Bytes(ref message.SecondCheck, CheckSize);
        PrivateKeyFields.Fields(ref visit, ref message.Key);
        visit.Text(ref message.Comment, OpenSshPrivateKey.MaxComment);
        visit.Rest(ref message.Padding);
    }
}
