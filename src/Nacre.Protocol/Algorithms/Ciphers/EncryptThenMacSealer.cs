using System.Buffers.Binary;
using Nacre.Protocol.Algorithms.Macs;

namespace Nacre.Protocol.Algorithms.Ciphers;

/// <summary>Seals by a cipher and a MAC over its ciphertext, with the length in the clear: the MACs whose names end in -etm@openssh.com.</summary>
internal sealed class EncryptThenMacSealer(BlockStream cipher, PacketMac mac) : IPacketSealer
{
    public int BlockSize => cipher.BlockSize;

    public bool IsLengthOutside => true;

    public int Overhead => 4 + mac.TagLength;

    public int Seal(ReadOnlySpan<byte> frame, uint sequence, Span<byte> output)
    {
        int end = 4 + frame.Length;
        BinaryPrimitives.WriteInt32BigEndian(output, frame.Length);
        cipher.Apply(frame, output[4..end]);
        mac.Compute(sequence, [], output[..end], output.Slice(end, mac.TagLength));
        return end + mac.TagLength;
    }

    public void WriteIv(Span<byte> iv) => cipher.WriteIv(iv);

    public void Dispose()
    {
        cipher.Dispose();
        mac.Dispose();
    }
}
