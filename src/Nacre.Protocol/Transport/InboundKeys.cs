using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Algorithms.Ciphers;
using Nacre.Protocol.Algorithms.Compression;

namespace Nacre.Protocol.Transport;

/// <summary>What a key exchange agreed on for the direction in: how to open and whether to decompress.</summary>
internal sealed record InboundKeys(IPacketOpener Opener, IDecompressor? Decompressor, bool IsCompressionDelayed, bool ResetsSequence) : IDisposable
{
    /// <summary>What the opener was made of, where another process may have to go on with it.</summary>
    public DirectionKeys? Kept { get; private init; }

    /// <summary>Makes the opener and the decompressor of a direction, and takes over its keys.</summary>
    public static InboundKeys Create(DirectionAlgorithms algorithms, DirectionKeys keys, bool resetsSequence, bool keepsKeys)
    {
        IPacketOpener opener = PacketCiphers.CreateOpener(algorithms.Cipher, algorithms.Mac, keys.Key.Span, keys.Iv.Span, keys.Mac.Span);
        if (!keepsKeys) keys.Dispose();
        return new InboundKeys(opener, algorithms.Compression.CreateDecompressor?.Invoke(), algorithms.Compression.IsDelayed, resetsSequence)
        {
            Kept = keepsKeys ? keys : null,
        };
    }

    public void Dispose()
    {
        Opener.Dispose();
        Decompressor?.Dispose();
        Kept?.Dispose();
    }
}
