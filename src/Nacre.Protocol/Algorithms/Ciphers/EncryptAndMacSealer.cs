using System.Buffers.Binary;
using System.Security.Cryptography;
using Nacre.Protocol.Algorithms.Macs;

namespace Nacre.Protocol.Algorithms.Ciphers;

/// <summary>Seals by a cipher over the whole packet and a MAC over its plaintext, the way of RFC 4253 6.</summary>
internal sealed class EncryptAndMacSealer(BlockStream cipher, PacketMac mac) : IPacketSealer
{
    private const int MaxBlockSize = 16;

    public int BlockSize => cipher.BlockSize;

    public bool IsLengthOutside => false;

    public int Overhead => 4 + mac.TagLength;

    public int Seal(ReadOnlySpan<byte> frame, uint sequence, Span<byte> output)
    {
        // The length and the start of the frame make up the first block, which is put together here; the rest goes from frame to output.
        Span<byte> first = stackalloc byte[MaxBlockSize];
        first = first[..cipher.BlockSize];
        int end = 4 + frame.Length;
        BinaryPrimitives.WriteInt32BigEndian(first, frame.Length);
        frame[..(first.Length - 4)].CopyTo(first[4..]);
        mac.Compute(sequence, first[..4], frame, output.Slice(end, mac.TagLength));
        cipher.Apply(first, output);
        cipher.Apply(frame[(first.Length - 4)..], output[first.Length..end]);
        CryptographicOperations.ZeroMemory(first);
        return end + mac.TagLength;
    }

    public void WriteIv(Span<byte> iv) => cipher.WriteIv(iv);

    public void Dispose()
    {
        cipher.Dispose();
        mac.Dispose();
    }
}
