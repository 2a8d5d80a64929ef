using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Tokens;

/// <summary>What the process that loads a library of tokens is to do.</summary>
internal enum TokenTask : byte
{
    /// <summary>Comes once, and first.</summary>
    Load = 1,
    ListTokens = 2,
    ListObjects = 3,
    Login = 4,
    Sign = 5,
}

/// <summary>A request to that process; each stands behind its length.</summary>
internal ref struct TokenRequest : IRecord<TokenRequest>
{
    /// <summary>Longer requests are none: what is signed may be as long as a message to an agent.</summary>
    public const int MaxLength = 1 << 20;

    public const int HeaderLength = sizeof(uint);

    /// <summary>The longest path and the longest PIN.</summary>
    public const int MaxText = 4096;

    public byte Task;

    /// <summary>The library's path; for loading it.</summary>
    public ReadOnlySpan<byte> Library;

    public ulong Slot;
    public bool HasPin;
    public ReadOnlySpan<byte> Pin;

    /// <summary>The kind of key that signs, and what it is found by.</summary>
    public uint KeyType;

    public ReadOnlySpan<byte> Id;

    /// <summary>What the token is given to sign: a digest for some kinds of keys.</summary>
    public ReadOnlySpan<byte> Data;

    public static void Fields<V>(ref V visit, ref TokenRequest message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Byte(ref message.Task);
        visit.Text(ref message.Library, MaxText);
        visit.UInt64(ref message.Slot);
        visit.Boolean(ref message.HasPin);
        visit.Secret(ref message.Pin, MaxText);
        visit.UInt32(ref message.KeyType);
        visit.String(ref message.Id, TokenObjectFields.MaxName);
        visit.String(ref message.Data, MaxLength);
    }
}

/// <summary>A token; several follow each other.</summary>
internal ref struct TokenFields : IRecord<TokenFields>
{
    public ulong Slot;
    public ReadOnlySpan<byte> Label;
    public bool WantsLogin;
    public bool HasPinPad;

    public static void Fields<V>(ref V visit, ref TokenFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt64(ref message.Slot);
        visit.Text(ref message.Label, TokenObjectFields.MaxName);
        visit.Boolean(ref message.WantsLogin);
        visit.Boolean(ref message.HasPinPad);
    }
}

/// <summary>A public key or a certificate as the token has it, nothing of which has been looked at; several follow each other.</summary>
internal ref struct TokenObjectFields : IRecord<TokenObjectFields>
{
    /// <summary>The longest identifier or label; an object with a longer identifier is passed over.</summary>
    public const int MaxName = 256;

    /// <summary>The most that all objects of a token together take; what comes after those is passed over.</summary>
    public const int MaxTotal = 4 << 20;

    public bool IsCertificate;
    public ReadOnlySpan<byte> Id;
    public ReadOnlySpan<byte> Label;

    /// <summary>The certificate.</summary>
    public ReadOnlySpan<byte> Value;

    public uint KeyType;
    public ReadOnlySpan<byte> Modulus;
    public ReadOnlySpan<byte> Exponent;
    public ReadOnlySpan<byte> Parameters;
    public ReadOnlySpan<byte> Point;

    public static void Fields<V>(ref V visit, ref TokenObjectFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Boolean(ref message.IsCertificate);
        visit.String(ref message.Id, MaxName);
        visit.Text(ref message.Label, MaxName);
        visit.String(ref message.Value, TokenLibrary.MaxValue);
        visit.UInt32(ref message.KeyType);
        visit.String(ref message.Modulus, TokenLibrary.MaxValue);
        visit.String(ref message.Exponent, TokenLibrary.MaxValue);
        visit.String(ref message.Parameters, TokenLibrary.MaxValue);
        visit.String(ref message.Point, TokenLibrary.MaxValue);
    }
}
