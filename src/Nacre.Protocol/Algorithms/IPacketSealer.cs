namespace Nacre.Protocol.Algorithms;

/// <summary>
/// Encrypts and authenticates one direction's outgoing frames: a cipher and its MAC composed. It owns its keys and wipes them on Dispose.
/// </summary>
/// <remarks>
/// A frame is padding_length, payload and padding (RFC 4253 6); the sealer puts packet_length before it and its tag after it. The
/// caller pads so that the frame, with the four bytes of packet_length unless <see cref="IsLengthOutside"/>, is a multiple of
/// <see cref="BlockSize"/>. No call allocates.
/// </remarks>
internal interface IPacketSealer : IDisposable
{
    /// <summary>The multiple that padding fills up to: the cipher's block, at least 8.</summary>
    int BlockSize { get; }

    /// <summary>True for AEAD ciphers and encrypt-then-MAC: packet_length does not count towards the multiple.</summary>
    bool IsLengthOutside { get; }

    /// <summary>The bytes that a sealed packet has beyond its frame: packet_length and the tag.</summary>
    int Overhead { get; }

    /// <summary>Seals a frame into <paramref name="output"/> and returns the bytes written: the frame's length and <see cref="Overhead"/>.</summary>
    int Seal(ReadOnlySpan<byte> frame, uint sequence, Span<byte> output);

    /// <summary>Writes the initial vector, as many bytes as the cipher's has, with which another sealer of the same keys goes on from here.</summary>
    void WriteIv(Span<byte> iv);
}
