using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Algorithms.Compression;

namespace Nacre.Protocol.Transport;

/// <summary>What a key exchange agreed on for the direction out: how to seal and whether to compress.</summary>
internal sealed record OutboundKeys(IPacketSealer Sealer, ICompressor? Compressor, bool IsCompressionDelayed, bool ResetsSequence) : IDisposable
{
    public void Dispose()
    {
        Sealer.Dispose();
        Compressor?.Dispose();
    }
}
