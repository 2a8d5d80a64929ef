using System.Buffers.Binary;
using Nacre.Crypto;

namespace Nacre.Protocol.Algorithms.Macs;

/// <summary>HMAC over the sequence number and the packet. RFC 4253 6.4: "mac = MAC(key, sequence_number || unencrypted_packet)"</summary>
internal sealed class HmacPacketMac : PacketMac
{
    private readonly Hmac _hmac;

    private HmacPacketMac(Hmac hmac) => _hmac = hmac;

    public override int TagLength => _hmac.Size;

    public static HmacPacketMac Sha1(ReadOnlySpan<byte> key) => new(Hmac.Sha1(key));

    public static HmacPacketMac Sha256(ReadOnlySpan<byte> key) => new(Hmac.Sha256(key));

    public static HmacPacketMac Sha512(ReadOnlySpan<byte> key) => new(Hmac.Sha512(key));

    public override void Compute(uint sequence, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> tag)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(number, sequence);
        _hmac.Append(number);
        if (!first.IsEmpty) _hmac.Append(first);
        _hmac.Append(second);
        _hmac.Finish(tag);
    }

    public override void Dispose() => _hmac.Dispose();
}
