namespace Nacre.Protocol.Algorithms.Compression;

/// <summary>Compresses the payloads of one direction, packet by packet, with what earlier packets held as context (RFC 4253 6.2).</summary>
internal interface ICompressor : IDisposable
{
    /// <summary>Compresses a payload so that the peer can decompress it whole; the result is valid until the next call.</summary>
    ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> payload);
}
