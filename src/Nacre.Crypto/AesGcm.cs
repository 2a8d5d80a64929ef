using System.Security.Cryptography;

namespace Nacre.Crypto;

/// <summary>
/// AES in Galois/Counter Mode (NIST SP 800-38D) under one key with 96-bit nonces and 128-bit tags.
/// The key schedule is made once; a call allocates nothing.
/// </summary>
internal sealed unsafe class AesGcm : IDisposable
{
    public const int NonceSize = 12;
    public const int TagSize = 16;

    private readonly LibCryptoHandle context = LibCryptoHandle.Cipher();

    /// <param name="key">16 or 32 bytes.</param>
    public AesGcm(ReadOnlySpan<byte> key)
    {
        nint cipher = key.Length switch
        {
            16 => LibCrypto.EVP_aes_128_gcm(),
            32 => LibCrypto.EVP_aes_256_gcm(),
            _ => throw new ArgumentException("an AES-GCM key has 16 or 32 bytes", nameof(key)),
        };
        fixed (byte* keyPointer = key)
            LibCrypto.Check(LibCrypto.EVP_CipherInit_ex(context.Pointer, cipher, 0, keyPointer, null, 1), "EVP_CipherInit_ex");
    }

    /// <summary>Encrypts into <paramref name="output"/>, which is the input itself or does not overlap it.</summary>
    public void Seal(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> plaintext, Span<byte> output, Span<byte> tag)
    {
        CheckSizes(nonce.Length, plaintext.Length, output.Length, tag.Length);
        nint pointer = context.Pointer;
        fixed (byte* tagPointer = tag)
        {
            Start(pointer, nonce, associated, encrypt: 1);
            Update(pointer, plaintext, output);
            int written;
            LibCrypto.Check(LibCrypto.EVP_CipherFinal_ex(pointer, tagPointer, &written), "EVP_CipherFinal_ex");
            LibCrypto.Check(LibCrypto.EVP_CIPHER_CTX_ctrl(pointer, LibCrypto.GetTag, TagSize, tagPointer), "EVP_CTRL_AEAD_GET_TAG");
        }
        GC.KeepAlive(this);
    }

    /// <summary>
    /// Decrypts into <paramref name="output"/>, which is the input itself or does not overlap it.
    /// Where the tag does not fit, the output is erased and the result is false: no byte of a forged packet is ever seen.
    /// </summary>
    public bool Open(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> output)
    {
        CheckSizes(nonce.Length, ciphertext.Length, output.Length, tag.Length);
        nint pointer = context.Pointer;
        bool isGenuine;
        fixed (byte* tagPointer = tag)
        {
            Start(pointer, nonce, associated, encrypt: 0);
            LibCrypto.Check(LibCrypto.EVP_CIPHER_CTX_ctrl(pointer, LibCrypto.SetTag, TagSize, tagPointer), "EVP_CTRL_AEAD_SET_TAG");
            Update(pointer, ciphertext, output);
            byte* nothing = stackalloc byte[TagSize];
            int written;
            isGenuine = LibCrypto.EVP_CipherFinal_ex(pointer, nothing, &written) == 1;
        }
        GC.KeepAlive(this);
        if (isGenuine)
            return true;

        // The peer's fault stays out of the thread's queue of errors, where the next fault of ours would be taken for it.
        LibCrypto.ERR_clear_error();
        CryptographicOperations.ZeroMemory(output[..ciphertext.Length]);
        return false;
    }

    public void Dispose() => context.Dispose();

    private static void Start(nint pointer, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associated, int encrypt)
    {
        fixed (byte* noncePointer = nonce, associatedPointer = associated)
        {
            LibCrypto.Check(LibCrypto.EVP_CipherInit_ex_Brief(pointer, 0, 0, null, noncePointer, encrypt), "EVP_CipherInit_ex");
            if (associated.IsEmpty)
                return;
            int written;
            int result = associated.Length <= 256
                ? LibCrypto.EVP_CipherUpdate_Brief(pointer, null, &written, associatedPointer, associated.Length)
                : LibCrypto.EVP_CipherUpdate(pointer, null, &written, associatedPointer, associated.Length);
            LibCrypto.Check(result, "EVP_CipherUpdate");
        }
    }

    private static void Update(nint pointer, ReadOnlySpan<byte> input, Span<byte> output)
    {
        // An empty span has a null address, which libcrypto would take for the end of the message.
        if (input.IsEmpty)
            return;
        int written;
        fixed (byte* inputPointer = input, outputPointer = output)
        {
            int result = input.Length <= 1024
                ? LibCrypto.EVP_CipherUpdate_Brief(pointer, outputPointer, &written, inputPointer, input.Length)
                : LibCrypto.EVP_CipherUpdate(pointer, outputPointer, &written, inputPointer, input.Length);
            LibCrypto.Check(result, "EVP_CipherUpdate");
        }
    }

    private static void CheckSizes(int nonce, int input, int output, int tag)
    {
        if (nonce != NonceSize || tag != TagSize || output < input)
            throw new ArgumentException("AES-GCM takes a nonce of 12 bytes, a tag of 16, and an output as long as the input");
    }
}
