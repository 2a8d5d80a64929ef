using Nacre.Crypto;
using Nacre.Protocol.Algorithms;

namespace Nacre.Protocol.Transport;

/// <summary>The keys of one direction that a sealer or an opener is made of (RFC 4253 7.2); erased by their owner.</summary>
internal sealed record DirectionKeys(Secret Iv, Secret Key, Secret Mac) : IDisposable
{
    /// <summary>Copies keys that were derived before.</summary>
    public static DirectionKeys CopyOf(ReadOnlySpan<byte> iv, ReadOnlySpan<byte> key, ReadOnlySpan<byte> mac) =>
        new(Secret.CopyOf(iv), Secret.CopyOf(key), Secret.CopyOf(mac));

    /// <summary>Derives the keys that the algorithms of a direction take, by the letters of RFC 4253 7.2.</summary>
    public static DirectionKeys Derive(KeyDerivation derivation, DirectionAlgorithms algorithms, char iv, char key, char mac) => new(
        derivation.Derive(iv, algorithms.Cipher.IvLength),
        derivation.Derive(key, algorithms.Cipher.KeyLength),
        derivation.Derive(mac, algorithms.Mac?.KeyLength ?? 0));

    public void Dispose()
    {
        Iv.Dispose();
        Key.Dispose();
        Mac.Dispose();
    }
}
