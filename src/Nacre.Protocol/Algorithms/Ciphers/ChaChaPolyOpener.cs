using Nacre.Crypto;

namespace Nacre.Protocol.Algorithms.Ciphers;

/// <summary>Opens what <see cref="ChaChaPolySealer"/> seals: the tag is checked before the frame is decrypted.</summary>
internal sealed class ChaChaPolyOpener(ReadOnlySpan<byte> key) : IPacketOpener
{
    private readonly ChaChaPoly _cipher = new(key);
    private int _measured;

    public int BlockSize => 8;

    public bool IsLengthOutside => true;

    public int Overhead => 4 + ChaChaPoly.TagSize;

    public bool TryMeasure(ReadOnlySpan<byte> inbound, uint sequence, out int total)
    {
        if (_measured == 0 && inbound.Length >= 4)
        {
            Span<byte> length = stackalloc byte[4];
            _cipher.ApplyToLength(sequence, inbound[..4], length);
            _measured = PacketLength.Read(length, BlockSize, IsLengthOutside) + Overhead;
        }

        total = _measured;
        return total != 0;
    }

    public int Open(ReadOnlySpan<byte> packet, uint sequence, Span<byte> frame)
    {
        _measured = 0;
        int length = packet.Length - Overhead;
        Span<byte> expected = stackalloc byte[ChaChaPoly.TagSize];
        _cipher.Begin(sequence);
        _cipher.Authenticate(packet[..(4 + length)], expected);
        if (!ConstantTime.Equals(expected, packet[(4 + length)..])) return -1;
        _cipher.ApplyToFrame(packet.Slice(4, length), frame);
        return length;
    }

    // The sequence number is all of the nonce.
    public void WriteIv(Span<byte> iv)
    {
    }

    public void Dispose() => _cipher.Dispose();
}
