namespace Nacre.Crypto;

/// <summary>SHA over a plain state of libcrypto's that its owner keeps and may copy.</summary>
/// <remarks>
/// These functions need neither provider nor configuration file. libcrypto's newer interface, which the base library uses, looks both up before the first digest of a process,
/// and the base library loads libssl besides.
/// </remarks>
internal static unsafe class ShaState
{
    /// <summary>The size of the largest state. Those of SHA_CTX, SHA256_CTX and SHA512_CTX are part of libcrypto's binary interface.</summary>
    public const int Size = 216;

    public const int LargestDigest = 64;

    /// <summary>The length of a digest in bytes.</summary>
    public static int DigestSize(ShaVariant variant) => variant switch
    {
        ShaVariant.Sha1 => 20,
        ShaVariant.Sha256 => 32,
        ShaVariant.Sha384 => 48,
        _ => LargestDigest,
    };

    public static void Begin(ShaVariant variant, byte* state) => LibCrypto.Check(
        variant switch
        {
            ShaVariant.Sha1 => LibCrypto.SHA1_Init(state),
            ShaVariant.Sha256 => LibCrypto.SHA256_Init(state),
            ShaVariant.Sha384 => LibCrypto.SHA384_Init(state),
            _ => LibCrypto.SHA512_Init(state),
        },
        "SHA_Init");

    public static void Append(ShaVariant variant, byte* state, ReadOnlySpan<byte> data)
    {
        fixed (byte* pointer = data)
        {
            nuint length = (nuint)data.Length;
            LibCrypto.Check(
                variant switch
                {
                    ShaVariant.Sha1 => LibCrypto.SHA1_Update(state, pointer, length),
                    ShaVariant.Sha256 => LibCrypto.SHA256_Update(state, pointer, length),
                    ShaVariant.Sha384 => LibCrypto.SHA384_Update(state, pointer, length),
                    _ => LibCrypto.SHA512_Update(state, pointer, length),
                },
                "SHA_Update");
        }
    }

    /// <summary>Writes the digest, <see cref="DigestSize"/> bytes, and erases the state.</summary>
    public static void Finish(ShaVariant variant, byte* state, byte* digest) => LibCrypto.Check(
        variant switch
        {
            ShaVariant.Sha1 => LibCrypto.SHA1_Final(digest, state),
            ShaVariant.Sha256 => LibCrypto.SHA256_Final(digest, state),
            ShaVariant.Sha384 => LibCrypto.SHA384_Final(digest, state),
            _ => LibCrypto.SHA512_Final(digest, state),
        },
        "SHA_Final");
}
