using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>Turns bytes from the network into packets: measure, open, check the padding, inflate, count.</summary>
internal sealed class InboundCodec(PacketPool pool) : IDisposable
{
    private InboundKeys _keys = new(new PlainOpener(), null, false, false);
    private bool _isInflating;
    private bool _isForged;

    /// <summary>The number of the next packet.</summary>
    public uint Sequence { get; private set; }

    /// <summary>Bytes that came under the present keys, as they were on the wire.</summary>
    public long BytesSinceKeys { get; private set; }

    /// <summary>Packets that came under the present keys.</summary>
    public long PacketsSinceKeys { get; private set; }

    /// <summary>How many bytes the packet that is under way has in all; 0 when that is not known yet.</summary>
    public int Awaited { get; private set; }

    /// <summary>The longest packet, as it is on the wire, that may come now.</summary>
    public int MaxTotal { get; set; } = int.MaxValue;

    /// <summary>Takes the packet that <paramref name="inbound"/> starts with; null when it is not all there.</summary>
    public Packet? TryRead(ReadOnlySpan<byte> inbound, out int consumed)
    {
        consumed = 0;
        if (_isForged) return inbound.Length < Awaited ? null : throw CorruptedMac();
        if (!_keys.Opener.TryMeasure(inbound, Sequence, out int total)) return null;
        if (total > MaxTotal && !_keys.Opener.HidesLength) throw new SshViolationException(Violation.LengthOutOfRange, $"Bad packet length: {total} bytes, before the login.");
        Awaited = total;
        if (inbound.Length < total) return null;

        Packet packet = pool.Rent(total - _keys.Opener.Overhead);
        try
        {
            int frameLength = _keys.Opener.Open(inbound[..total], Sequence, packet.FrameRoom);
            if (frameLength < 0)
            {
                // a chained cipher wants as many bytes as the largest packet has before anyone hears of the failure.
                _isForged = true;
                Awaited = total + _keys.Opener.DiscardAfterFailure;
                if (inbound.Length >= Awaited) throw CorruptedMac();
                packet.Dispose();
                return null;
            }

            packet.SetPayload(PayloadLength(packet.FrameRoom[..frameLength]));
            packet.Sequence = Sequence;
            Count(total);
            consumed = total;
            Awaited = 0;
            return _isInflating ? Inflate(packet) : packet;
        }
        catch
        {
            packet.Dispose();
            throw;
        }
    }

    /// <summary>The peer's NEWKEYS has been read: what follows comes under these keys.</summary>
    public void Switch(InboundKeys keys, bool isAuthenticated)
    {
        _keys.Dispose();
        _keys = keys;
        _isInflating = keys.Decompressor is not null && (isAuthenticated || !keys.IsCompressionDelayed);
        (BytesSinceKeys, PacketsSinceKeys) = (0, 0);
        if (keys.ResetsSequence) Sequence = 0;
    }

    /// <summary>Goes on where another process has stopped.</summary>
    public void Resume(InboundKeys keys, in DirectionFields counts)
    {
        Switch(keys, isAuthenticated: true);
        (Sequence, BytesSinceKeys, PacketsSinceKeys) = (counts.Sequence, (long)counts.BytesSinceKeys, (long)counts.PacketsSinceKeys);
    }

    /// <summary>Says how another process goes on from here; the packet that comes next has not been looked at.</summary>
    public DirectionFields Describe(DirectionAlgorithms algorithms)
    {
        DirectionKeys keys = _keys.Kept ?? throw new InvalidOperationException("The keys of this transport are not kept.");
        _keys.Opener.WriteIv(keys.Iv.Span);
        return DirectionFields.Of(algorithms, keys, Sequence, BytesSinceKeys, PacketsSinceKeys);
    }

    /// <summary>zlib@openssh.com: compression begins when the user is authenticated.</summary>
    public void StartDelayedCompression() => _isInflating = _keys.Decompressor is not null;

    public void Dispose() => _keys.Dispose();

    private static SshViolationException CorruptedMac() => new(Violation.MacMismatch, "Corrupted MAC on input.");

    // RFC 4253 6: padding_length is at least four, and what is left is the payload.
    private static int PayloadLength(ReadOnlySpan<byte> frame)
    {
        int padding = frame[0];
        int payload = frame.Length - 1 - padding;
        if (padding < PacketLimits.MinPadding || payload < 0)
        {
            throw new SshViolationException(Violation.BadPadding, $"Corrupted padlen {padding} on input.");
        }

        if (payload == 0) throw new SshViolationException(Violation.EmptyPayload, "A packet has no payload.");
        return payload;
    }

    private void Count(int total)
    {
        BytesSinceKeys += total;
        PacketsSinceKeys++;
        Sequence++;

        // RFC 4344 3.1: a sequence number must not come again under the same keys.
        if (PacketsSinceKeys > uint.MaxValue) throw new SshViolationException(Violation.RekeyOverdue, "2^32 packets came with no new keys.");
    }

    private Packet Inflate(Packet packet)
    {
        ReadOnlySpan<byte> payload = _keys.Decompressor!.Decompress(packet.Payload);
        Packet inflated = pool.Rent(payload.Length);
        inflated.SetPayload(payload.Length);
        payload.CopyTo(inflated.Payload);
        inflated.Sequence = packet.Sequence;
        packet.Dispose();
        return inflated;
    }
}
