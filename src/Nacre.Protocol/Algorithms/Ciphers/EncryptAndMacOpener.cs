using System.Buffers.Binary;
using System.Security.Cryptography;
using Nacre.Protocol.Algorithms.Macs;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Algorithms.Ciphers;

/// <summary>
/// Opens what <see cref="EncryptAndMacSealer"/> seals. The length must be decrypted before the tag can be looked for, so a chained cipher takes
/// care not to tell what it was.
/// </summary>
/// <remarks>
/// With cipher block chaining, a peer in the middle may put a block of another packet where a length is due, and learn the block's first
/// bytes from how much is read before the tag fails (CVE-2008-5161, A-40). So a bad length reads the same fixed amount as the largest
/// packet and ends as a wrong tag, a wrong tag asks for the rest of that amount, and both compute a MAC over all of it.
/// </remarks>
internal sealed class EncryptAndMacOpener(BlockStream cipher, PacketMac mac) : IPacketOpener
{
    private readonly byte[] _first = GC.AllocateArray<byte>(cipher.BlockSize, pinned: true);
    private int _measured;
    private bool _isLengthBad;

    public int BlockSize => cipher.BlockSize;

    public bool IsLengthOutside => false;

    public int Overhead => 4 + mac.TagLength;

    public bool HidesLength => cipher.IsChained;

    public int DiscardAfterFailure { get; private set; }

    private int FixedAmount => PacketLimits.MaxPacketLength + Overhead;

    public bool TryMeasure(ReadOnlySpan<byte> inbound, uint sequence, out int total)
    {
        if (_measured == 0 && inbound.Length >= _first.Length)
        {
            cipher.Apply(inbound[.._first.Length], _first);
            _measured = cipher.IsChained ? MeasureQuietly() : PacketLength.Read(_first, BlockSize, IsLengthOutside) + Overhead;
        }

        total = _measured;
        return total != 0;
    }

    public int Open(ReadOnlySpan<byte> packet, uint sequence, Span<byte> frame)
    {
        if (packet.Length != _measured) throw new InvalidOperationException("A packet is measured before it is opened.");
        _measured = 0;
        if (_isLengthBad) return -1;
        int end = packet.Length - mac.TagLength;
        frame = frame[..(end - 4)];
        _first.AsSpan(4).CopyTo(frame);
        cipher.Apply(packet[_first.Length..end], frame[(_first.Length - 4)..]);
        if (mac.Verify(sequence, _first.AsSpan(0, 4), frame, packet[end..])) return frame.Length;
        CryptographicOperations.ZeroMemory(frame);
        if (cipher.IsChained)
        {
            DiscardAfterFailure = FixedAmount - packet.Length;
            mac.Spend(DiscardAfterFailure);
        }

        return -1;
    }

    public void WriteIv(Span<byte> iv) => cipher.WriteIv(iv);

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_first);
        cipher.Dispose();
        mac.Dispose();
    }

    private int MeasureQuietly()
    {
        uint length = BinaryPrimitives.ReadUInt32BigEndian(_first);
        if (PacketLength.IsAllowed(length, BlockSize, IsLengthOutside)) return (int)length + Overhead;
        _isLengthBad = true;
        mac.Spend(FixedAmount);
        return FixedAmount;
    }
}
