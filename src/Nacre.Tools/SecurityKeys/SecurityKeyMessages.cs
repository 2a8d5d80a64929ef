using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.SecurityKeys;

/// <summary>What a process that loads a provider is to have it do.</summary>
internal enum SecurityKeyTask : byte
{
    Enroll = 1,
    Sign = 2,
    LoadResidentKeys = 3,
}

/// <summary>The one request that such a process reads, up to its end.</summary>
internal ref struct SecurityKeyRequest : IRecord<SecurityKeyRequest>
{
    /// <summary>Longer requests and answers are none: what is signed may be as long as a message to an agent.</summary>
    public const int MaxLength = 1 << 20;

    public const uint Ecdsa = 0, Ed25519 = 1;

    private const int MaxText = 4096;

    public byte Task;
    public ReadOnlySpan<byte> Provider;
    public uint Algorithm;

    /// <summary>The challenge of an enrolment, or what is to be signed.</summary>
    public ReadOnlySpan<byte> Data;

    public ReadOnlySpan<byte> Application;
    public ReadOnlySpan<byte> KeyHandle;
    public byte Flags;
    public bool HasPin;
    public ReadOnlySpan<byte> Pin;

    /// <summary>Empty for whichever there is.</summary>
    public ReadOnlySpan<byte> Device;

    /// <summary>Empty for nobody's.</summary>
    public ReadOnlySpan<byte> User;

    public static void Fields<V>(ref V visit, ref SecurityKeyRequest message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Byte(ref message.Task);
        visit.Text(ref message.Provider, MaxText);
        visit.UInt32(ref message.Algorithm);
        visit.String(ref message.Data, MaxLength);
        visit.Text(ref message.Application, SecurityKeyFields.MaxApplication);
        visit.Secret(ref message.KeyHandle, PrivateKeyFields.MaxKeyHandle);
        visit.Byte(ref message.Flags);
        visit.Boolean(ref message.HasPin);
        visit.Secret(ref message.Pin, MaxText);
        visit.Text(ref message.Device, MaxText);
        visit.Text(ref message.User, MaxText);
    }
}

/// <summary>A key that was made or found; several follow each other.</summary>
internal ref struct EnrolledKeyFields : IRecord<EnrolledKeyFields>
{
    private const int MaxAttestation = 64 * 1024;

    public uint Algorithm;
    public ReadOnlySpan<byte> Application;
    public ReadOnlySpan<byte> UserId;
    public byte Flags;
    public ReadOnlySpan<byte> PublicKey;
    public ReadOnlySpan<byte> KeyHandle;
    public ReadOnlySpan<byte> Signature;
    public ReadOnlySpan<byte> Certificate;
    public ReadOnlySpan<byte> AuthenticatorData;

    public static void Fields<V>(ref V visit, ref EnrolledKeyFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Algorithm);
        visit.Text(ref message.Application, SecurityKeyFields.MaxApplication);
        visit.String(ref message.UserId, MaxAttestation);
        visit.Byte(ref message.Flags);
        visit.String(ref message.PublicKey, EcdsaKeyFields.MaxPoint);
        visit.Secret(ref message.KeyHandle, PrivateKeyFields.MaxKeyHandle);
        visit.String(ref message.Signature, MaxAttestation);
        visit.String(ref message.Certificate, MaxAttestation);
        visit.String(ref message.AuthenticatorData, MaxAttestation);
    }
}

/// <summary>A signature as the security key made it.</summary>
internal ref struct RawSignatureFields : IRecord<RawSignatureFields>
{
    private const int MaxNumber = 64;

    public byte Flags;
    public uint Counter;
    public ReadOnlySpan<byte> R;
    public ReadOnlySpan<byte> S;

    public static void Fields<V>(ref V visit, ref RawSignatureFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Byte(ref message.Flags);
        visit.UInt32(ref message.Counter);
        visit.String(ref message.R, MaxNumber);
        visit.String(ref message.S, MaxNumber);
    }
}
