namespace Nacre.Crypto;

/// <summary>One keyed cipher of libcrypto in one direction, whose chaining value or counter carries over from call to call.</summary>
internal sealed unsafe class CipherStream : IDisposable
{
    private readonly LibCryptoHandle context = LibCryptoHandle.Cipher();

    public CipherStream(nint cipher, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, CipherDirection direction)
    {
        fixed (byte* keyPointer = key, ivPointer = iv)
        {
            int encrypt = direction == CipherDirection.Encrypt ? 1 : 0;
            LibCrypto.Check(LibCrypto.EVP_CipherInit_ex(context.Pointer, cipher, 0, keyPointer, ivPointer, encrypt), "EVP_CipherInit_ex");
        }
        LibCrypto.Check(LibCrypto.EVP_CIPHER_CTX_set_padding(context.Pointer, 0), "EVP_CIPHER_CTX_set_padding");
    }

    /// <summary>Starts anew at <paramref name="iv"/> under the same key.</summary>
    public void Restart(ReadOnlySpan<byte> iv)
    {
        fixed (byte* ivPointer = iv)
            LibCrypto.Check(LibCrypto.EVP_CipherInit_ex_Brief(context.Pointer, 0, 0, null, ivPointer, -1), "EVP_CipherInit_ex");
        GC.KeepAlive(this);
    }

    /// <summary>Works through <paramref name="input"/>; <paramref name="output"/> is the same memory or does not overlap it.</summary>
    public void Apply(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (output.Length < input.Length)
            throw new ArgumentException("the output is shorter than the input", nameof(output));
        if (input.IsEmpty)
            return;
        int written;
        fixed (byte* inputPointer = input, outputPointer = output)
        {
            int result = input.Length <= 256
                ? LibCrypto.EVP_CipherUpdate_Brief(context.Pointer, outputPointer, &written, inputPointer, input.Length)
                : LibCrypto.EVP_CipherUpdate(context.Pointer, outputPointer, &written, inputPointer, input.Length);
            LibCrypto.Check(result, "EVP_CipherUpdate");
        }
        GC.KeepAlive(this);
        if (written != input.Length)
            throw new InvalidOperationException("a cipher was given a part of a block");
    }

    /// <summary>Writes what another stream of the same key has to start from to go on where this one is.</summary>
    public void WriteIv(Span<byte> iv)
    {
        fixed (byte* ivPointer = iv)
            LibCrypto.Check(LibCrypto.EVP_CIPHER_CTX_get_updated_iv(context.Pointer, ivPointer, (nuint)iv.Length), "EVP_CIPHER_CTX_get_updated_iv");
        GC.KeepAlive(this);
    }

    public void Dispose() => context.Dispose();
}
