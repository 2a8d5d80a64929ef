using System.Security.Cryptography;

namespace Nacre.Crypto;

/// <summary>The digest of a message that comes in pieces and, as static members, of one that is there at once.</summary>
/// <remarks>The first one of a process costs less than with the base library: see <see cref="ShaState"/>.</remarks>
internal sealed unsafe class Digest : IDisposable
{
    private readonly ShaVariant _variant;
    private readonly Secret _state = new(ShaState.Size);

    private Digest(ShaVariant variant)
    {
        _variant = variant;
        Begin();
    }

    /// <summary>The length of the digest in bytes.</summary>
    public int Size => ShaState.DigestSize(_variant);

    public static byte[] Sha1(ReadOnlySpan<byte> message) => Of(ShaVariant.Sha1, message);

    public static byte[] Sha256(ReadOnlySpan<byte> message) => Of(ShaVariant.Sha256, message);

    public static byte[] Sha384(ReadOnlySpan<byte> message) => Of(ShaVariant.Sha384, message);

    public static byte[] Sha512(ReadOnlySpan<byte> message) => Of(ShaVariant.Sha512, message);

    /// <summary>Writes 32 bytes.</summary>
    public static void Sha256(ReadOnlySpan<byte> message, Span<byte> digest) => Compute(ShaVariant.Sha256, message, digest);

    /// <summary>Writes 64 bytes.</summary>
    public static void Sha512(ReadOnlySpan<byte> message, Span<byte> digest) => Compute(ShaVariant.Sha512, message, digest);

    /// <summary>Begins a digest by the name of its hash.</summary>
    public static Digest Begin(HashAlgorithmName name) => new(name.Name switch
    {
        "SHA1" => ShaVariant.Sha1,
        "SHA256" => ShaVariant.Sha256,
        "SHA384" => ShaVariant.Sha384,
        "SHA512" => ShaVariant.Sha512,
        _ => throw new ArgumentException($"{name} is none of SHA-1, SHA-256, SHA-384 and SHA-512", nameof(name)),
    });

    public void Append(ReadOnlySpan<byte> data)
    {
        fixed (byte* state = _state.Span) ShaState.Append(_variant, state, data);
    }

    /// <summary>Writes the digest of what was appended, <see cref="Size"/> bytes, and begins anew.</summary>
    public void Finish(Span<byte> digest)
    {
        fixed (byte* state = _state.Span, output = digest[..Size]) ShaState.Finish(_variant, state, output);
        Begin();
    }

    /// <summary>The digest of what was appended; then begins anew.</summary>
    public byte[] Finish()
    {
        byte[] digest = new byte[Size];
        Finish(digest);
        return digest;
    }

    public void Dispose() => _state.Dispose();

    private static byte[] Of(ShaVariant variant, ReadOnlySpan<byte> message)
    {
        byte[] digest = new byte[ShaState.DigestSize(variant)];
        Compute(variant, message, digest);
        return digest;
    }

    private static void Compute(ShaVariant variant, ReadOnlySpan<byte> message, Span<byte> digest)
    {
        byte* state = stackalloc byte[ShaState.Size];
        ShaState.Begin(variant, state);
        ShaState.Append(variant, state, message);
        fixed (byte* output = digest[..ShaState.DigestSize(variant)]) ShaState.Finish(variant, state, output);
        CryptographicOperations.ZeroMemory(new Span<byte>(state, ShaState.Size));
    }

    private void Begin()
    {
        fixed (byte* state = _state.Span) ShaState.Begin(_variant, state);
    }
}
