using System.Security.Cryptography;
using Nacre.Crypto;

namespace Nacre.Protocol.Algorithms.Macs;

/// <summary>UMAC over the packet with the sequence number as its nonce (draft-miller-secsh-umac).</summary>
/// <remarks>
/// UMAC hashes blocks of a kilobyte, so two pieces are first put together in a buffer of our own; with the -etm forms the packet is one piece
/// and goes without a copy.
/// </remarks>
internal sealed class UmacPacketMac : PacketMac
{
    private readonly Umac _umac;
    private byte[] _joined = [];

    private UmacPacketMac(ReadOnlySpan<byte> key, int tagLength) => _umac = new Umac(key, tagLength);

    public override int TagLength => _umac.TagSize;

    public static UmacPacketMac Tag64(ReadOnlySpan<byte> key) => new(key, 8);

    public static UmacPacketMac Tag128(ReadOnlySpan<byte> key) => new(key, 16);

    public override void Compute(uint sequence, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> tag)
    {
        if (first.IsEmpty)
        {
            _umac.Compute(sequence, second, tag);
            return;
        }

        int length = first.Length + second.Length;
        if (_joined.Length < length) _joined = GC.AllocateUninitializedArray<byte>((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length));
        Span<byte> joined = _joined.AsSpan(0, length);
        first.CopyTo(joined);
        second.CopyTo(joined[first.Length..]);
        _umac.Compute(sequence, joined, tag);
        CryptographicOperations.ZeroMemory(joined);
    }

    public override void Dispose() => _umac.Dispose();
}
