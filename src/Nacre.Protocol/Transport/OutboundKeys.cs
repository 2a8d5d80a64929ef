using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Algorithms.Ciphers;
using Nacre.Protocol.Algorithms.Compression;

namespace Nacre.Protocol.Transport;

/// <summary>What a key exchange agreed on for the direction out: how to seal and whether to compress.</summary>
internal sealed record OutboundKeys(IPacketSealer Sealer, ICompressor? Compressor, bool IsCompressionDelayed, bool ResetsSequence) : IDisposable
{
    /// <summary>What the sealer was made of, where another process may have to go on with it.</summary>
    public DirectionKeys? Kept { get; private init; }

    /// <summary>Makes the sealer and the compressor of a direction, and takes over its keys.</summary>
    public static OutboundKeys Create(DirectionAlgorithms algorithms, DirectionKeys keys, bool resetsSequence, bool keepsKeys)
    {
        IPacketSealer sealer = PacketCiphers.CreateSealer(algorithms.Cipher, algorithms.Mac, keys.Key.Span, keys.Iv.Span, keys.Mac.Span);
        if (!keepsKeys) keys.Dispose();
        return new OutboundKeys(sealer, algorithms.Compression.CreateCompressor?.Invoke(), algorithms.Compression.IsDelayed, resetsSequence)
        {
            Kept = keepsKeys ? keys : null,
        };
    }

    public void Dispose()
    {
        Sealer.Dispose();
        Compressor?.Dispose();
        Kept?.Dispose();
    }
}
