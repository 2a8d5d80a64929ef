using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys;

/// <summary>A public key whose private key a security key keeps: one of Ed25519 or ECDSA, and the application that it was made for (PROTOCOL.u2f).</summary>
/// <remarks>The security key does not sign what it is given: it signs that, hashed, with the application, what it attests and a counter.</remarks>
internal sealed class SecurityPublicKey : PublicKey
{
    private const int HeadLength = SHA256.HashSizeInBytes + sizeof(byte) + sizeof(uint);

    /// <summary>WebAuthn 6.1: the authenticator data of a signature has no credential, and has extensions only where it says so.</summary>
    private const byte HasCredential = 0x40, HasExtensions = 0x80;

    private readonly string[] _algorithms;

    private SecurityPublicKey(PublicKey key, string type, byte[] blob, byte[] application)
        : base(type, blob)
    {
        (Key, Application) = (key, application);
        _algorithms = KeyAlgorithm.NamesOf(type);
    }

    /// <summary>The key that verifies what the security key signs: Ed25519, or ECDSA on nistp256.</summary>
    public PublicKey Key { get; }

    /// <summary>What the key is for, such as ssh: or a web origin; UTF-8 without zero bytes.</summary>
    public ReadOnlyMemory<byte> Application { get; }

    public override string ShortType => Key.ShortType + "-SK";

    public override int Bits => Key.Bits;

    public override IReadOnlyList<string> SignatureAlgorithms => _algorithms;

    public static bool IsType(ReadOnlySpan<byte> type) => IsEd25519(type) || IsEcdsa(type);

    public static SecurityPublicKey Of(PublicKey key, ReadOnlySpan<byte> application)
    {
        if (application.Length > SecurityKeyFields.MaxApplication) throw KeyFormatException.Damaged($"The application of a security key's key has more than {SecurityKeyFields.MaxApplication} bytes.");

        // Who reads it as C does would see another one.
        if (application.Contains((byte)0)) throw KeyFormatException.Damaged("The application of a security key's key has a zero byte.");
        SecurityKeyFields fields = default;
        fields.Application = application;
        if (key is EcdsaPublicKey ecdsa)
        {
            fields.Type = "sk-ecdsa-sha2-nistp256@openssh.com"u8;
            fields.Curve = ecdsa.Curve.NameBytes;
            fields.Point = ecdsa.Point.Span;
        }
        else
        {
            fields.Type = "sk-ssh-ed25519@openssh.com"u8;
            fields.Point = ((Ed25519PublicKey)key).Point.Span;
        }

        string type = key is EcdsaPublicKey ? KeyAlgorithm.SkEcdsaP256 : KeyAlgorithm.SkEd25519;
        return new SecurityPublicKey(key, type, Message.WriteRecord(ref fields), application.ToArray());
    }

    /// <summary>The key of fields from outside.</summary>
    public static SecurityPublicKey Of(ReadOnlySpan<byte> type, ReadOnlySpan<byte> curve, ReadOnlySpan<byte> point, ReadOnlySpan<byte> application) =>
        Of(IsEcdsa(type) ? EcdsaPublicKey.Of(EcdsaCurve.P256, curve, point) : Ed25519PublicKey.Of(point), application);

    public static SecurityPublicKey Read(ReadOnlySpan<byte> blob)
    {
        SecurityKeyFields fields = Message.ReadRecord<SecurityKeyFields>(blob);
        return Of(fields.Type, fields.Curve, fields.Point, fields.Application);
    }

    internal override bool VerifySignature(KeyAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, out SecurityKeyAttestation? attestation)
    {
        attestation = null;
        SecuritySignatureFields fields = Message.ReadRecord<SecuritySignatureFields>(signature);
        if (!Ascii.Equals(fields.Algorithm, algorithm.SignatureName)) return false;
        if (algorithm.IsWebauthn && !IsBrowserData(fields, data)) return false;
        byte[] signed = SignedData(fields, algorithm.IsWebauthn ? fields.ClientData : data);
        if (!VerifyBlob(algorithm, signed, fields.Blob)) return false;
        var flags = (SecurityKeyFlags)fields.Flags;
        attestation = new SecurityKeyAttestation((flags & SecurityKeyFlags.UserPresence) != 0, (flags & SecurityKeyFlags.UserVerification) != 0, fields.Counter);
        return true;
    }

    internal override bool VerifyBlob(KeyAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> blob) => Key.VerifyBlob(algorithm, data, blob);

    // PROTOCOL.u2f, "SSH U2F Signatures": the hashes of application and message, and between them flags, counter and extensions.
    private byte[] SignedData(in SecuritySignatureFields fields, ReadOnlySpan<byte> message)
    {
        byte[] signed = new byte[HeadLength + fields.Extensions.Length + SHA256.HashSizeInBytes];
        Span<byte> rest = signed;
        Digest.Sha256(Application.Span, rest);
        rest[SHA256.HashSizeInBytes] = fields.Flags;
        BinaryPrimitives.WriteUInt32BigEndian(rest[(SHA256.HashSizeInBytes + 1)..], fields.Counter);
        fields.Extensions.CopyTo(rest[HeadLength..]);
        Digest.Sha256(message, rest[^SHA256.HashSizeInBytes..]);
        return signed;
    }

    // PROTOCOL.u2f: a browser has the security key sign JSON, which must begin as one that was asked for this very data at that very origin does.
    private static bool IsBrowserData(in SecuritySignatureFields fields, ReadOnlySpan<byte> data)
    {
        bool saysExtensions = (fields.Flags & HasExtensions) != 0;
        if ((fields.Flags & HasCredential) != 0 || saysExtensions == fields.Extensions.IsEmpty || fields.Origin.Contains((byte)'"')) return false;
        ReadOnlySpan<byte> rest = fields.ClientData;
        return TryTake(ref rest, "{\"type\":\"webauthn.get\",\"challenge\":\""u8)
            && TryTake(ref rest, Base64Url.EncodeToUtf8(data))
            && TryTake(ref rest, "\",\"origin\":\""u8)
            && TryTake(ref rest, fields.Origin)
            && TryTake(ref rest, "\""u8);
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> wanted)
    {
        if (!rest.StartsWith(wanted)) return false;
        rest = rest[wanted.Length..];
        return true;
    }

    private static bool IsEd25519(ReadOnlySpan<byte> type) => type.SequenceEqual("sk-ssh-ed25519@openssh.com"u8);

    private static bool IsEcdsa(ReadOnlySpan<byte> type) => type.SequenceEqual("sk-ecdsa-sha2-nistp256@openssh.com"u8);
}

/// <summary>PROTOCOL.u2f, "SSH U2F Key formats": the blob of either type.</summary>
internal ref struct SecurityKeyFields : IRecord<SecurityKeyFields>
{
    /// <summary>Far more than an application's name has.</summary>
    public const int MaxApplication = 1024;

    public ReadOnlySpan<byte> Type;
    public ReadOnlySpan<byte> Curve;
    public ReadOnlySpan<byte> Point;
    public ReadOnlySpan<byte> Application;

    public static void Fields<V>(ref V visit, ref SecurityKeyFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Type, NameList.MaxNameLength);
        if (message.Type.SequenceEqual("sk-ecdsa-sha2-nistp256@openssh.com"u8)) visit.Text(ref message.Curve, NameList.MaxNameLength);
        visit.String(ref message.Point, EcdsaKeyFields.MaxPoint);
        visit.Text(ref message.Application, MaxApplication);
    }
}

/// <summary>PROTOCOL.u2f, "SSH U2F Signatures": what a security key has attested stands behind the blob, and what a browser has added behind that.</summary>
internal ref struct SecuritySignatureFields : IRecord<SecuritySignatureFields>
{
    /// <summary>The longest origin of a web page.</summary>
    public const int MaxOrigin = 4096;

    /// <summary>The data that was to be signed is in it, as base64; a packet holds no more of it.</summary>
    public const int MaxClientData = 1 << 18;

    public const int MaxExtensions = 4096;

    public ReadOnlySpan<byte> Algorithm;
    public ReadOnlySpan<byte> Blob;
    public byte Flags;
    public uint Counter;
    public ReadOnlySpan<byte> Origin;
    public ReadOnlySpan<byte> ClientData;
    public ReadOnlySpan<byte> Extensions;

    public static void Fields<V>(ref V visit, ref SecuritySignatureFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Algorithm, NameList.MaxNameLength);
        visit.String(ref message.Blob, SignatureFields.MaxBlob);
        visit.Byte(ref message.Flags);
        visit.UInt32(ref message.Counter);
        if (!message.Algorithm.SequenceEqual("webauthn-sk-ecdsa-sha2-nistp256@openssh.com"u8)) return;
        visit.Text(ref message.Origin, MaxOrigin);
        visit.String(ref message.ClientData, MaxClientData);
        visit.String(ref message.Extensions, MaxExtensions);
    }
}
