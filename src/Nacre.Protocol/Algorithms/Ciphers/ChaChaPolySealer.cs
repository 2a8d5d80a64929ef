using System.Buffers.Binary;

namespace Nacre.Protocol.Algorithms.Ciphers;

/// <summary>Seals with chacha20-poly1305@openssh.com.</summary>
internal sealed class ChaChaPolySealer(ReadOnlySpan<byte> key) : IPacketSealer
{
    private readonly ChaChaPoly _cipher = new(key);

    public int BlockSize => 8;

    public bool IsLengthOutside => true;

    public int Overhead => 4 + ChaChaPoly.TagSize;

    public int Seal(ReadOnlySpan<byte> frame, uint sequence, Span<byte> output)
    {
        int end = 4 + frame.Length;
        BinaryPrimitives.WriteInt32BigEndian(output, frame.Length);
        _cipher.ApplyToLength(sequence, output[..4], output[..4]);
        _cipher.Begin(sequence);
        _cipher.ApplyToFrame(frame, output[4..end]);
        _cipher.Authenticate(output[..end], output.Slice(end, ChaChaPoly.TagSize));
        return frame.Length + Overhead;
    }

    // The sequence number is all of the nonce.
    public void WriteIv(Span<byte> iv)
    {
    }

    public void Dispose() => _cipher.Dispose();
}
