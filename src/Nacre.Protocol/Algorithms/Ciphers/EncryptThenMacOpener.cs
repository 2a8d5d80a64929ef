using Nacre.Protocol.Algorithms.Macs;

namespace Nacre.Protocol.Algorithms.Ciphers;

/// <summary>Opens what <see cref="EncryptThenMacSealer"/> seals: the tag is checked before anything is decrypted.</summary>
internal sealed class EncryptThenMacOpener(BlockStream cipher, PacketMac mac) : IPacketOpener
{
    public int BlockSize => cipher.BlockSize;

    public bool IsLengthOutside => true;

    public int Overhead => 4 + mac.TagLength;

    public bool TryMeasure(ReadOnlySpan<byte> inbound, uint sequence, out int total)
    {
        total = inbound.Length < 4 ? 0 : PacketLength.Read(inbound, BlockSize, IsLengthOutside) + Overhead;
        return total != 0;
    }

    public int Open(ReadOnlySpan<byte> packet, uint sequence, Span<byte> frame)
    {
        int end = packet.Length - mac.TagLength;
        if (!mac.Verify(sequence, [], packet[..end], packet[end..])) return -1;
        cipher.Apply(packet[4..end], frame);
        return end - 4;
    }

    public void WriteIv(Span<byte> iv) => cipher.WriteIv(iv);

    public void Dispose()
    {
        cipher.Dispose();
        mac.Dispose();
    }
}
