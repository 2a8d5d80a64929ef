using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Algorithms.Compression;

namespace Nacre.Protocol.Transport;

/// <summary>What a key exchange agreed on for the direction in: how to open and whether to decompress.</summary>
internal sealed record InboundKeys(IPacketOpener Opener, IDecompressor? Decompressor, bool IsCompressionDelayed, bool ResetsSequence) : IDisposable
{
    public void Dispose()
    {
        Opener.Dispose();
        Decompressor?.Dispose();
    }
}
