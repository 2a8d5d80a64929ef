using Nacre.Protocol.Keys;

namespace Nacre.Fuzz;

/// <summary>Keys, as they come from peers, files and agents.</summary>
internal static class KeyTargets
{
    private static readonly byte[] Signed = "what was signed"u8.ToArray();

    public static IEnumerable<FuzzTarget> All()
    {
        using PrivateKey ed25519 = PrivateKey.GenerateEd25519();
        using PrivateKey ecdsa = PrivateKey.GenerateEcdsa();
        using PrivateKey rsa = PrivateKey.GenerateRsa(2048);
        PrivateKey[] keys = [ed25519, ecdsa, rsa];
        yield return new FuzzTarget("public-key", input => _ = PublicKey.Parse(input).Fingerprint, [.. keys.Select(each => each.PublicKey.Blob.ToArray())])
        {
            IsRefusal = static exception => exception is KeyFormatException,
        };
        foreach (PrivateKey key in keys)
        {
            PublicKey verifier = key.PublicKey;
            string algorithm = verifier.SignatureAlgorithms[0];
            byte[] good = key.Sign(algorithm, Signed);
            yield return new FuzzTarget($"signature-{verifier.Type}", input => FeedSignature(verifier, algorithm, good, input), [good])
            {
                IsRefusal = static _ => false,
            };
        }
    }

    /// <summary>No signature but the good one may verify, and none may throw.</summary>
    private static void FeedSignature(PublicKey verifier, string algorithm, byte[] good, byte[] input)
    {
        if (verifier.Verify(algorithm, Signed, input) != input.AsSpan().SequenceEqual(good))
        {
            throw new InvalidOperationException("a signature was judged wrongly");
        }
    }
}
