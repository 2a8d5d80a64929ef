using Nacre.Protocol.Algorithms.Compression;

namespace Nacre.Protocol.Algorithms;

/// <summary>A way to compress payloads.</summary>
/// <param name="Name">The name that goes on the wire.</param>
/// <param name="IsDelayed">True when it starts only after the user is authenticated, so that strangers never reach the decompressor.</param>
/// <param name="CreateCompressor">Makes the compressor of one direction and one set of keys; null when nothing is compressed.</param>
/// <param name="CreateDecompressor">Its counterpart.</param>
/// <param name="IsDefault">True when it is offered unless someone chooses otherwise.</param>
internal sealed record CompressionAlgorithm(
    string Name, bool IsDelayed, Func<ICompressor>? CreateCompressor, Func<IDecompressor>? CreateDecompressor, bool IsDefault)
    : Algorithm(Name, IsLegacy: false);
