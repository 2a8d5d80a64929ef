#if NET10_0_OR_GREATER
using System.Security.Cryptography;
#endif

namespace Nacre.Crypto;

/// <summary>
/// One key pair of ML-KEM-768 (FIPS 203) and, as a static member, encapsulation to somebody else's key.
/// Where the base library has ML-KEM (with OpenSSL 3.5 or later) it does the work; elsewhere the code of this house does.
/// </summary>
internal sealed class MlKem768 : IDisposable
{
    public const int EncapsulationKeySize = 1184;
    public const int CiphertextSize = 1088;
    public const int SharedSize = 32;

    private const int SeedSize = MlKem768PrivateKey.SeedSize;

    private readonly byte[] encapsulationKey = new byte[EncapsulationKeySize];
    private readonly MlKem768PrivateKey? own;
#if NET10_0_OR_GREATER
    private readonly MLKem? platform;

    // The base library is asked only where the answer may be yes: it would load libssl for it.
    private static bool IsInPlatform => LibCrypto.IsAtLeast(3, 5) && MLKem.IsSupported;
#endif

    private MlKem768(ReadOnlySpan<byte> seeds)
    {
#if NET10_0_OR_GREATER
        if (IsInPlatform)
        {
            platform = MLKem.ImportPrivateSeed(MLKemAlgorithm.MLKem768, seeds);
            platform.ExportEncapsulationKey(encapsulationKey);
            return;
        }
#endif
        own = MlKem768PrivateKey.FromSeeds(seeds[..SeedSize], seeds[SeedSize..]);
        own.EncapsulationKey.CopyTo(encapsulationKey);
    }

    public ReadOnlySpan<byte> EncapsulationKey => encapsulationKey;

    public static MlKem768 Generate(IRandomSource random)
    {
        using Secret seeds = Secret.Random(2 * SeedSize, random);
        return new MlKem768(seeds.Span);
    }

    /// <summary>
    /// Makes a shared secret and the ciphertext that carries it. False where the key has the wrong length or a coefficient that is not
    /// reduced (FIPS 203 7.2), which the peer may not send.
    /// </summary>
    public static bool TryEncapsulate(ReadOnlySpan<byte> encapsulationKey, IRandomSource random, Span<byte> ciphertext, Span<byte> shared)
    {
        CheckOutputs(ciphertext, shared);
        if (encapsulationKey.Length != EncapsulationKeySize)
            return false;
#if NET10_0_OR_GREATER
        if (IsInPlatform && random is SystemRandom)
        {
            if (!MlKem768Encryption.IsValidKey(encapsulationKey))
                return false;
            using MLKem peer = MLKem.ImportEncapsulationKey(MLKemAlgorithm.MLKem768, encapsulationKey);
            peer.Encapsulate(ciphertext, shared);
            return true;
        }
#endif
        using Secret message = Secret.Random(MlKem768PrivateKey.SeedSize, random);
        return MlKem768Encryption.TryEncapsulate(encapsulationKey, message.Span, ciphertext, shared);
    }

    /// <summary>
    /// Recovers the shared secret. False only for a ciphertext of the wrong length: any other gives a secret, which for a forged one
    /// is unrelated to the sender's, so that the exchange fails later and tells nothing about the key.
    /// </summary>
    public bool TryDecapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> shared)
    {
        if (shared.Length != SharedSize)
            throw new ArgumentException("a shared secret of ML-KEM has 32 bytes", nameof(shared));
        if (ciphertext.Length != CiphertextSize)
            return false;
#if NET10_0_OR_GREATER
        if (platform is not null)
        {
            platform.Decapsulate(ciphertext, shared);
            return true;
        }
#endif
        own!.Decapsulate(ciphertext, shared);
        return true;
    }

    public void Dispose()
    {
        own?.Dispose();
#if NET10_0_OR_GREATER
        platform?.Dispose();
#endif
    }

    private static void CheckOutputs(Span<byte> ciphertext, Span<byte> shared)
    {
        if (ciphertext.Length != CiphertextSize || shared.Length != SharedSize)
            throw new ArgumentException("ML-KEM-768 writes a ciphertext of 1088 bytes and a secret of 32");
    }
}
