using System.IO.Compression;

namespace Nacre.Protocol.Algorithms.Compression;

/// <summary>Compresses with zlib (RFC 1950) and flushes after each packet.</summary>
internal sealed class ZlibCompressor : ICompressor
{
    private readonly MemoryStream _output = new();
    private readonly ZLibStream _zlib;

    public ZlibCompressor() => _zlib = new ZLibStream(_output, CompressionLevel.Optimal);

    public ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> payload)
    {
        // RFC 4253 6.2: "The compression context is initialized after each key exchange, and is passed from one packet to the next, with only
        // a partial flush being performed at the end of each packet." A sync flush is as good to the receiver.
        _output.SetLength(0);
        _zlib.Write(payload);
        _zlib.Flush();
        return _output.GetBuffer().AsSpan(0, (int)_output.Length);
    }

    public void Dispose() => _zlib.Dispose();
}
