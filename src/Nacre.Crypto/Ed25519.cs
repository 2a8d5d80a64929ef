namespace Nacre.Crypto;

/// <summary>
/// One signing key of Ed25519 (RFC 8032) and, as static members, the check of a signature.
/// Several connections may sign with the same object at once: each signature has a context of its own.
/// </summary>
internal sealed unsafe class Ed25519 : IDisposable
{
    public const int SeedSize = 32;
    public const int PublicKeySize = 32;
    public const int SignatureSize = 64;

    private readonly LibCryptoHandle key;
    private readonly byte[] publicKey = new byte[PublicKeySize];

    private Ed25519(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedSize)
            throw new ArgumentException("an Ed25519 seed has 32 bytes", nameof(seed));
        fixed (byte* pointer = seed, output = publicKey)
        {
            key = LibCryptoHandle.Key(LibCrypto.EVP_PKEY_new_raw_private_key(LibCrypto.Ed25519KeyType, 0, pointer, SeedSize));
            nuint length = PublicKeySize;
            LibCrypto.Check(LibCrypto.EVP_PKEY_get_raw_public_key(key.Pointer, output, &length), "EVP_PKEY_get_raw_public_key");
        }
    }

    /// <summary>The order of the group, 2^252 + 27742317777372353535851937790883648493, little-endian.</summary>
    private static ReadOnlySpan<byte> Order =>
    [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];

    public ReadOnlySpan<byte> PublicKey => publicKey;

    public static Ed25519 FromSeed(ReadOnlySpan<byte> seed) => new(seed);

    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        if (signature.Length != SignatureSize)
            throw new ArgumentException("an Ed25519 signature has 64 bytes", nameof(signature));
        bool isHeld = false;
        try
        {
            key.DangerousAddRef(ref isHeld);
            using LibCryptoHandle operation = LibCryptoHandle.Digest();
            LibCrypto.Check(LibCrypto.EVP_DigestSignInit(operation.Pointer, null, 0, 0, key.Pointer), "EVP_DigestSignInit");
            nuint length = SignatureSize;
            fixed (byte* messagePointer = message, output = signature)
            {
                LibCrypto.Check(
                    LibCrypto.EVP_DigestSign(operation.Pointer, output, &length, messagePointer, (nuint)message.Length), "EVP_DigestSign");
            }
        }
        finally
        {
            if (isHeld)
                key.DangerousRelease();
        }
    }

    /// <summary>True where the signature is that of the key over the message, in its one canonical form; never throws for bad input.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != PublicKeySize || signature.Length != SignatureSize || !IsBelowOrder(signature[32..]))
            return false;
        fixed (byte* keyPointer = publicKey, messagePointer = message, signaturePointer = signature)
        {
            nint raw = LibCrypto.EVP_PKEY_new_raw_public_key(LibCrypto.Ed25519KeyType, 0, keyPointer, PublicKeySize);
            if (raw == 0)
            {
                LibCrypto.ERR_clear_error();
                return false;
            }
            using LibCryptoHandle key = LibCryptoHandle.Key(raw);
            using LibCryptoHandle operation = LibCryptoHandle.Digest();
            LibCrypto.Check(LibCrypto.EVP_DigestVerifyInit(operation.Pointer, null, 0, 0, key.Pointer), "EVP_DigestVerifyInit");
            bool isGenuine = LibCrypto.EVP_DigestVerify(
                operation.Pointer, signaturePointer, SignatureSize, messagePointer, (nuint)message.Length) == 1;
            if (!isGenuine)
                LibCrypto.ERR_clear_error();
            return isGenuine;
        }
    }

    public void Dispose() => key.Dispose();

    // RFC 8032 5.1.7: "Decode ... the second half as an integer S, in the range 0 <= s < L."
    private static bool IsBelowOrder(ReadOnlySpan<byte> scalar)
    {
        for (int i = 31; i >= 0; i--)
        {
            if (scalar[i] != Order[i])
                return scalar[i] < Order[i];
        }
        return false;
    }
}
