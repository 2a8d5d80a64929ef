using Nacre.Crypto;
using Nacre.Tests.Algorithms;

namespace Nacre.Tests.Crypto;

/// <summary>What both key encapsulations promise alike.</summary>
public sealed class KeyEncapsulationTests
{
    private const string MlKem = "ML-KEM-768";
    private const string Sntrup = "sntrup761";
    private const int SharedSize = 32;

    public static TheoryData<string> Schemes => [MlKem, Sntrup];

    [Theory]
    [MemberData(nameof(Schemes))]
    public void Both_sides_agree_on_the_secret(string scheme)
    {
        for (int i = 0; i < 100; i++)
        {
            using Pair pair = Generate(scheme, new SeededRandom(i));
            byte[] ciphertext = new byte[pair.CiphertextSize], sent = new byte[SharedSize], received = new byte[SharedSize];
            Assert.True(pair.TryEncapsulate(pair.PublicKey, new SeededRandom(1000 + i), ciphertext, sent));
            Assert.True(pair.TryDecapsulate(ciphertext, received));
            Assert.Equal(sent, received);
        }
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void A_changed_ciphertext_gives_an_unrelated_secret_that_stays_the_same(string scheme)
    {
        using Pair pair = Generate(scheme, SystemRandom.Instance);
        byte[] ciphertext = new byte[pair.CiphertextSize], sent = new byte[SharedSize], first = new byte[SharedSize], second = new byte[SharedSize];
        Assert.True(pair.TryEncapsulate(pair.PublicKey, SystemRandom.Instance, ciphertext, sent));
        for (int i = 0; i < ciphertext.Length; i += 17)
        {
            ciphertext[i] ^= 1;
            Assert.True(pair.TryDecapsulate(ciphertext, first));
            Assert.True(pair.TryDecapsulate(ciphertext, second));
            Assert.NotEqual(sent, first);
            Assert.Equal(first, second);
            ciphertext[i] ^= 1;
        }

        Assert.True(pair.TryDecapsulate(ciphertext, first));
        Assert.Equal(sent, first);
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void Keys_and_ciphertexts_of_other_lengths_are_refused(string scheme)
    {
        using Pair pair = Generate(scheme, SystemRandom.Instance);
        byte[] ciphertext = new byte[pair.CiphertextSize], shared = new byte[SharedSize];
        foreach (int length in new[] { 0, pair.PublicKey.Length - 1, pair.PublicKey.Length + 1, 2 * pair.PublicKey.Length })
            Assert.False(pair.TryEncapsulate(new byte[length], SystemRandom.Instance, ciphertext, shared));
        foreach (int length in new[] { 0, ciphertext.Length - 1, ciphertext.Length + 1 })
            Assert.False(pair.TryDecapsulate(new byte[length], shared));
    }

    private static Pair Generate(string scheme, IRandomSource random)
    {
        if (scheme == MlKem)
        {
            MlKem768 key = MlKem768.Generate(random);
            return new Pair(key, key.EncapsulationKey.ToArray(), MlKem768.CiphertextSize, MlKem768.TryEncapsulate, key.TryDecapsulate);
        }

        Sntrup761 own = Sntrup761.Generate(random);
        return new Pair(own, own.PublicKey.ToArray(), Sntrup761.CiphertextSize, Sntrup761.TryEncapsulate, own.TryDecapsulate);
    }

    private delegate bool Encapsulation(ReadOnlySpan<byte> publicKey, IRandomSource random, Span<byte> ciphertext, Span<byte> shared);

    private delegate bool Decapsulation(ReadOnlySpan<byte> ciphertext, Span<byte> shared);

    /// <summary>A key pair of either scheme and what is done with it.</summary>
    private sealed record Pair(
        IDisposable Key, byte[] PublicKey, int CiphertextSize, Encapsulation TryEncapsulate, Decapsulation TryDecapsulate) : IDisposable
    {
        public void Dispose() => Key.Dispose();
    }
}
