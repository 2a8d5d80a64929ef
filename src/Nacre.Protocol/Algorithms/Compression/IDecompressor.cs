namespace Nacre.Protocol.Algorithms.Compression;

/// <summary>Decompresses the payloads of one direction, packet by packet.</summary>
internal interface IDecompressor : IDisposable
{
    /// <summary>
    /// Decompresses a payload; the result is valid until the next call. Throws <see cref="Wire.Violation.BadCompression"/> for damaged data, for data
    /// that nothing comes out of, and for a payload that would grow past <see cref="Wire.PacketLimits.MaxPacketLength"/>.
    /// </summary>
    ReadOnlySpan<byte> Decompress(ReadOnlySpan<byte> payload);
}
