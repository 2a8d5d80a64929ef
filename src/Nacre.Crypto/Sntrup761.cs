using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Nacre.Crypto;

/// <summary>
/// One key pair of the key encapsulation Streamlined NTRU Prime 761 (as of the third round of NIST's competition, which RFC 9941 uses)
/// and, as a static member, encapsulation to somebody else's key.
/// </summary>
internal sealed class Sntrup761 : IDisposable
{
    public const int PublicKeySize = 1158;
    public const int CiphertextSize = Sntrup761Coding.RoundedBytes + HashSize;
    public const int SharedSize = 32;

    private const int HashSize = 32;
    private const int Padded = Sntrup761Ring.Padded;
    private const int SmallBytes = Sntrup761Coding.SmallBytes;

    // Domain separation: the first byte of what is hashed.
    private const byte RejectedSession = 0;
    private const byte AcceptedSession = 1;
    private const byte Confirmation = 2;
    private const byte Input = 3;
    private const byte PublicKeyHash = 4;

    private readonly byte[] publicKey = new byte[PublicKeySize];
    private readonly byte[] publicKeyHash = new byte[HashSize];
    private readonly Secret f = new(sizeof(short) * Padded);
    private readonly Secret gInverse = new(sizeof(short) * Padded);
    private readonly Secret rejection;

    private Sntrup761(IRandomSource random)
    {
        Span<short> g = stackalloc short[Padded], inverse = stackalloc short[Padded];
        do
            Sntrup761Coding.DrawSmall(random, g);
        while (!Sntrup761Ring.TryInvertByThree(g, Lanes(gInverse)));
        Sntrup761Coding.DrawShort(random, Lanes(f));
        Sntrup761Ring.InvertTriple(Lanes(f), inverse);
        Span<short> h = stackalloc short[Padded];
        Sntrup761Ring.MultiplySmall(inverse, g, h);
        Sntrup761Coding.EncodeFull(h, publicKey);
        rejection = Secret.Random(SmallBytes, random);
        Hash(PublicKeyHash, publicKey, default, publicKeyHash);
        ShortLanes.Erase(g);
        ShortLanes.Erase(inverse);
    }

    public ReadOnlySpan<byte> PublicKey => publicKey;

    public static Sntrup761 Generate(IRandomSource random) => new(random);

    /// <summary>Makes a shared secret and the ciphertext that carries it; false where the key has the wrong length.</summary>
    public static bool TryEncapsulate(ReadOnlySpan<byte> publicKey, IRandomSource random, Span<byte> ciphertext, Span<byte> shared)
    {
        if (ciphertext.Length != CiphertextSize || shared.Length != SharedSize)
            throw new ArgumentException("sntrup761 writes a ciphertext of 1039 bytes and a secret of 32");
        if (publicKey.Length != PublicKeySize)
            return false;
        Span<byte> keyHash = stackalloc byte[HashSize], encoded = stackalloc byte[SmallBytes];
        Hash(PublicKeyHash, publicKey, default, keyHash);
        Span<short> r = stackalloc short[Padded];
        Sntrup761Coding.DrawShort(random, r);
        Encrypt(publicKey, keyHash, r, encoded, ciphertext);
        HashSession(AcceptedSession, encoded, ciphertext, shared);
        ShortLanes.Erase(r);
        CryptographicOperations.ZeroMemory(encoded);
        return true;
    }

    /// <summary>
    /// Recovers the shared secret. False only for a ciphertext of the wrong length: a forged one gives a secret that is unrelated to the
    /// sender's and tells nothing about the key.
    /// </summary>
    public bool TryDecapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> shared)
    {
        if (shared.Length != SharedSize)
            throw new ArgumentException("a shared secret of sntrup761 has 32 bytes", nameof(shared));
        if (ciphertext.Length != CiphertextSize)
            return false;
        Span<short> r = stackalloc short[Padded];
        Decrypt(ciphertext, r);
        Span<byte> encoded = stackalloc byte[SmallBytes], expected = stackalloc byte[CiphertextSize];
        Encrypt(publicKey, publicKeyHash, r, encoded, expected);
        byte isForged = ConstantTime.DifferenceMask(ciphertext, expected);
        ConstantTime.ConditionalCopy(isForged, rejection.Span, encoded);
        HashSession((byte)(AcceptedSession ^ (isForged & (AcceptedSession ^ RejectedSession))), encoded, ciphertext, shared);
        ShortLanes.Erase(r);
        CryptographicOperations.ZeroMemory(encoded);
        CryptographicOperations.ZeroMemory(expected);
        return true;
    }

    public void Dispose()
    {
        f.Dispose();
        gInverse.Dispose();
        rejection.Dispose();
    }

    private static void Encrypt(
        ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> keyHash, ReadOnlySpan<short> r, Span<byte> encoded, Span<byte> ciphertext)
    {
        Sntrup761Coding.EncodeSmall(r, encoded);
        Span<short> h = stackalloc short[Padded], product = stackalloc short[Padded];
        Sntrup761Coding.DecodeFull(publicKey, h);
        Sntrup761Ring.MultiplySmall(h, r, product);
        for (int i = 0; i < Sntrup761Ring.Degree; i++)
            product[i] -= Sntrup761Field.FreezeByThree(product[i]);
        Sntrup761Coding.EncodeRounded(product, ciphertext);
        Span<byte> input = stackalloc byte[HashSize];
        Hash(Input, encoded, default, input);
        Hash(Confirmation, input, keyHash, ciphertext[Sntrup761Coding.RoundedBytes..]);
        ShortLanes.Erase(product);
        CryptographicOperations.ZeroMemory(input);
    }

    private void Decrypt(ReadOnlySpan<byte> ciphertext, Span<short> r)
    {
        Span<short> c = stackalloc short[Padded], e = stackalloc short[Padded];
        Sntrup761Coding.DecodeRounded(ciphertext, c);
        Sntrup761Ring.MultiplySmall(c, Lanes(f), e);
        for (int i = 0; i < Sntrup761Ring.Degree; i++)
            e[i] = Sntrup761Field.FreezeByThree(Sntrup761Field.Freeze(3 * e[i]));
        Sntrup761Ring.MultiplyByThree(e, Lanes(gInverse), r);
        Sntrup761Coding.ReplaceUnlessShort(r);
        ShortLanes.Erase(e);
    }

    private static void HashSession(byte prefix, ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> ciphertext, Span<byte> shared)
    {
        Span<byte> input = stackalloc byte[HashSize];
        Hash(Input, encoded, default, input);
        Hash(prefix, input, ciphertext, shared);
        CryptographicOperations.ZeroMemory(input);
    }

    /// <summary>The first half of SHA-512 over the prefix and both parts.</summary>
    private static void Hash(byte prefix, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> output)
    {
        Span<byte> message = stackalloc byte[1 + first.Length + second.Length], digest = stackalloc byte[ShaState.LargestDigest];
        message[0] = prefix;
        first.CopyTo(message[1..]);
        second.CopyTo(message[(1 + first.Length)..]);
        Digest.Sha512(message, digest);
        digest[..HashSize].CopyTo(output);
        CryptographicOperations.ZeroMemory(message);
        CryptographicOperations.ZeroMemory(digest);
    }

    private static Span<short> Lanes(Secret polynomial) => MemoryMarshal.Cast<byte, short>(polynomial.Span);
}
