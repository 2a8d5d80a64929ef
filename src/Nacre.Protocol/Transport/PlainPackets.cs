using System.Buffers.Binary;
using Nacre.Protocol.Algorithms;

namespace Nacre.Protocol.Transport;

/// <summary>Seals packets before the first NEWKEYS: no encryption, no MAC (RFC 4253 6). No negotiation can lead back to it.</summary>
internal sealed class PlainSealer : IPacketSealer
{
    public int BlockSize => 8;

    public bool IsLengthOutside => false;

    public int Overhead => 4;

    public int Seal(ReadOnlySpan<byte> frame, uint sequence, Span<byte> output)
    {
        BinaryPrimitives.WriteUInt32BigEndian(output, (uint)frame.Length);
        frame.CopyTo(output[4..]);
        return 4 + frame.Length;
    }

    public void WriteIv(Span<byte> iv)
    {
    }

    public void Dispose()
    {
    }
}

/// <summary>Opens what a <see cref="PlainSealer"/> sealed.</summary>
internal sealed class PlainOpener : IPacketOpener
{
    public int BlockSize => 8;

    public bool IsLengthOutside => false;

    public int Overhead => 4;

    public bool TryMeasure(ReadOnlySpan<byte> inbound, uint sequence, out int total)
    {
        total = 0;
        if (inbound.Length < 4) return false;
        total = 4 + PacketLength.Read(inbound, BlockSize, IsLengthOutside);
        return true;
    }

    public int Open(ReadOnlySpan<byte> packet, uint sequence, Span<byte> frame)
    {
        packet[4..].CopyTo(frame);
        return packet.Length - 4;
    }

    public void WriteIv(Span<byte> iv)
    {
    }

    public void Dispose()
    {
    }
}
