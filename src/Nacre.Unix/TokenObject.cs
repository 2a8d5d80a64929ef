namespace Nacre.Unix;

/// <summary>What an object on a token may be (CKA_CLASS).</summary>
internal enum TokenObjectClass : uint
{
    Certificate = 1,
    PublicKey = 2,
    PrivateKey = 3,
}

/// <summary>What kind of key it is (CKA_KEY_TYPE).</summary>
internal enum TokenKeyType : uint
{
    Rsa = 0,
    EllipticCurve = 3,
    Edwards = 0x40,
}

/// <summary>The attributes of objects that are asked for (CKA_...).</summary>
internal enum TokenAttributeType : uint
{
    Class = 0,
    Label = 3,
    Value = 0x11,
    CertificateType = 0x80,
    KeyType = 0x100,
    Id = 0x102,
    Sign = 0x108,
    Modulus = 0x120,
    PublicExponent = 0x122,
    CurveParameters = 0x180,
    CurvePoint = 0x181,
    AlwaysAuthenticate = 0x202,
}

/// <summary>How a token signs (CKM_...).</summary>
internal enum TokenMechanism : uint
{
    RsaPkcs = 1,
    Ecdsa = 0x1041,
    EdDsa = 0x1057,
}

/// <summary>Whom a login is for (CKU_...).</summary>
internal enum TokenUser : uint
{
    User = 1,

    /// <summary>For the next signature alone.</summary>
    ContextSpecific = 2,
}

/// <summary>What a token says about itself (CK_TOKEN_INFO's flags).</summary>
[Flags]
internal enum TokenFlags : ulong
{
    LoginRequired = 0x4,
    ProtectedAuthenticationPath = 0x100,
    Initialized = 0x400,
}

/// <summary>An attribute that objects are looked for by.</summary>
internal readonly record struct TokenAttribute(TokenAttributeType Type, byte[] Value)
{
    public static TokenAttribute Of(TokenAttributeType type, bool value) => new(type, [value ? (byte)1 : (byte)0]);

    public static TokenAttribute Of(TokenAttributeType type, uint value) => new(type, nint.Size == sizeof(ulong) ? BitConverter.GetBytes((ulong)value) : BitConverter.GetBytes(value));
}
