using System.Buffers.Binary;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Algorithms;

/// <summary>The one check of a packet_length that a peer sent, before anything uses it.</summary>
internal static class PacketLength
{
    /// <summary>Reads packet_length from its plain bytes and returns it when a packet may have it.</summary>
    public static int Read(ReadOnlySpan<byte> bytes, int blockSize, bool isLengthOutside) =>
        Check(BinaryPrimitives.ReadUInt32BigEndian(bytes), blockSize, isLengthOutside);

    /// <summary>Returns the length when a packet may have it; throws otherwise.</summary>
    public static int Check(uint length, int blockSize, bool isLengthOutside) =>
        IsAllowed(length, blockSize, isLengthOutside)
            ? (int)length
            : throw new SshViolationException(Violation.LengthOutOfRange, $"Bad packet length {length}.");

    /// <summary>True when a packet may have the length: room for padding_length, one byte of payload and the least padding, and whole blocks.</summary>
    public static bool IsAllowed(uint length, int blockSize, bool isLengthOutside) =>
        length is >= 1 + 1 + PacketLimits.MinPadding and <= PacketLimits.MaxPacketLength
        && (length + (isLengthOutside ? 0 : 4)) % (uint)blockSize == 0;
}
