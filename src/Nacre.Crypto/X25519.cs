using System.Security.Cryptography;

namespace Nacre.Crypto;

/// <summary>One key pair of the X25519 function (RFC 7748) and the agreements made with it.</summary>
internal sealed unsafe class X25519 : IDisposable
{
    public const int KeySize = 32;

    private readonly LibCryptoHandle key;
    private readonly byte[] publicKey = new byte[KeySize];

    private X25519(ReadOnlySpan<byte> privateKey)
    {
        if (privateKey.Length != KeySize)
            throw new ArgumentException("an X25519 private key has 32 bytes", nameof(privateKey));
        fixed (byte* pointer = privateKey, output = publicKey)
        {
            key = LibCryptoHandle.Key(LibCrypto.EVP_PKEY_new_raw_private_key(LibCrypto.X25519KeyType, 0, pointer, KeySize));
            nuint length = KeySize;
            LibCrypto.Check(LibCrypto.EVP_PKEY_get_raw_public_key(key.Pointer, output, &length), "EVP_PKEY_get_raw_public_key");
        }
    }

    public ReadOnlySpan<byte> PublicKey => publicKey;

    public static X25519 Generate(IRandomSource random)
    {
        using Secret scalar = Secret.Random(KeySize, random);
        return new X25519(scalar.Span);
    }

    public static X25519 FromPrivateKey(ReadOnlySpan<byte> privateKey) => new(privateKey);

    /// <summary>
    /// Computes the shared secret. False where the peer's value has the wrong length, or lies in the small subgroup, so that the result
    /// would be the same for every key of ours.
    /// </summary>
    public bool TryAgree(ReadOnlySpan<byte> peerPublicKey, Span<byte> shared)
    {
        if (shared.Length != KeySize)
            throw new ArgumentException("an X25519 shared secret has 32 bytes", nameof(shared));
        shared.Clear();
        if (peerPublicKey.Length != KeySize)
            return false;

        // RFC 7748 6.1: "whether K is the all-zero value and abort if so"
        if (!Derive(peerPublicKey, shared) || ConstantTime.IsZero(shared))
        {
            LibCrypto.ERR_clear_error();
            CryptographicOperations.ZeroMemory(shared);
            return false;
        }
        return true;
    }

    public void Dispose() => key.Dispose();

    private bool Derive(ReadOnlySpan<byte> peerPublicKey, Span<byte> shared)
    {
        fixed (byte* peerPointer = peerPublicKey, output = shared)
        {
            using LibCryptoHandle peer = LibCryptoHandle.Key(
                LibCrypto.EVP_PKEY_new_raw_public_key(LibCrypto.X25519KeyType, 0, peerPointer, KeySize));
            using LibCryptoHandle operation = LibCryptoHandle.KeyOperation(key);
            LibCrypto.Check(LibCrypto.EVP_PKEY_derive_init(operation.Pointer), "EVP_PKEY_derive_init");
            nuint length = KeySize;
            return LibCrypto.EVP_PKEY_derive_set_peer(operation.Pointer, peer.Pointer) == 1 &&
                LibCrypto.EVP_PKEY_derive(operation.Pointer, output, &length) == 1 &&
                length == KeySize;
        }
    }
}
