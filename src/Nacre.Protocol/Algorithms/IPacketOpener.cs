namespace Nacre.Protocol.Algorithms;

/// <summary>
/// Verifies and decrypts one direction's incoming packets: a cipher and its MAC composed. It owns its keys and wipes them on Dispose.
/// </summary>
/// <remarks>No call allocates. A packet with a wrong tag leaves nothing of its plaintext in the output.</remarks>
internal interface IPacketOpener : IDisposable
{
    /// <summary>The multiple that frames are padded to.</summary>
    int BlockSize { get; }

    /// <summary>True for AEAD ciphers and encrypt-then-MAC: packet_length does not count towards the multiple.</summary>
    bool IsLengthOutside { get; }

    /// <summary>The bytes that a sealed packet has beyond its frame: packet_length and the tag.</summary>
    int Overhead { get; }

    /// <summary>True when what is measured must not be told from what it might have been, as it could be part of another packet's plaintext .</summary>
    bool HidesLength => false;

    /// <summary>
    /// Learns the whole length of the sealed packet that <paramref name="inbound"/> starts with; false when more bytes are needed to tell.
    /// May be called again for the same packet with more bytes. Throws <see cref="Wire.Violation.LengthOutOfRange"/> through
    /// <see cref="PacketLength.Check"/> for a length that no packet may have.
    /// </summary>
    bool TryMeasure(ReadOnlySpan<byte> inbound, uint sequence, out int total);

    /// <summary>
    /// Opens a whole packet of the measured length into <paramref name="frame"/>, which has room for at least <c>total - Overhead</c>
    /// bytes, and returns the frame's length, or -1 when the tag is wrong.
    /// </summary>
    int Open(ReadOnlySpan<byte> packet, uint sequence, Span<byte> frame);

    /// <summary>
    /// Writes the initial vector, as many bytes as the cipher's has, with which another opener of the same keys goes on from the packet that comes
    /// next. That packet has not been measured yet.
    /// </summary>
    void WriteIv(Span<byte> iv);

    /// <summary>
    /// After a wrong tag: how many bytes more to receive and drop before the connection ends, so that the moment of its end says
    /// nothing about the length that the packet had (CVE-2008-5161). Zero but for ciphers that chain blocks.
    /// </summary>
    int DiscardAfterFailure => 0;
}
