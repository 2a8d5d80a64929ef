using Nacre.Crypto;

namespace Nacre.Protocol.Algorithms.Ciphers;

/// <summary>Opens what <see cref="GcmSealer"/> seals.</summary>
internal sealed class GcmOpener(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv) : IPacketOpener
{
    private readonly AesGcm _aes = new(key);
    private readonly GcmNonce _nonce = new(iv);

    public int BlockSize => 16;

    public bool IsLengthOutside => true;

    public int Overhead => 4 + AesGcm.TagSize;

    public bool TryMeasure(ReadOnlySpan<byte> inbound, uint sequence, out int total)
    {
        total = inbound.Length < 4 ? 0 : PacketLength.Read(inbound, BlockSize, IsLengthOutside) + Overhead;
        return total != 0;
    }

    public int Open(ReadOnlySpan<byte> packet, uint sequence, Span<byte> frame)
    {
        int length = packet.Length - Overhead;
        bool isGenuine = _aes.Open(_nonce.Bytes, packet[..4], packet.Slice(4, length), packet[(4 + length)..], frame[..length]);
        _nonce.Advance();
        return isGenuine ? length : -1;
    }

    public void WriteIv(Span<byte> iv) => _nonce.Bytes.CopyTo(iv);

    public void Dispose() => _aes.Dispose();
}
