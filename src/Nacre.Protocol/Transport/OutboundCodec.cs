using Nacre.Crypto;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>Turns packets into bytes for the network: deflate, pad, seal, count; belongs to the writer.</summary>
internal sealed class OutboundCodec(IRandomSource random) : IDisposable
{
    /// <summary>What deflate may add to data that does not shrink, with room to spare.</summary>
    private const int CompressionGrowth = 1024;

    private readonly byte[] _padding = new byte[512];
    private int _paddingUsed = 512;
    private OutboundKeys _keys = new(new PlainSealer(), null, false, false);
    private volatile bool _isAuthenticated;
    private long _bytesSinceKeys;
    private long _packetsSinceKeys;

    /// <summary>The number of the next packet.</summary>
    public uint Sequence { get; private set; }

    /// <summary>Bytes sent under the present keys.</summary>
    public long BytesSinceKeys => Volatile.Read(ref _bytesSinceKeys);

    /// <summary>Packets sent under the present keys.</summary>
    public long PacketsSinceKeys => Volatile.Read(ref _packetsSinceKeys);

    private bool IsDeflating => _keys.Compressor is not null && (_isAuthenticated || !_keys.IsCompressionDelayed);

    /// <summary>The most bytes that this packet takes when it is sealed, also when compression begins before it is.</summary>
    public int SealedBound(Packet packet) =>
        packet.Length + (_keys.Compressor is not null ? CompressionGrowth : 0) + 1 + PacketLimits.MinPadding + _keys.Sealer.BlockSize + _keys.Sealer.Overhead;

    /// <summary>Seals the item's packet into <paramref name="output"/>, disposes of it, and changes keys after a NEWKEYS.</summary>
    public int Seal(OutboxItem item, Span<byte> output)
    {
        bool isSuccess = item.Packet.Number == MessageNumber.UserauthSuccess;
        Packet packet = IsDeflating ? Deflate(item.Packet) : item.Packet;
        int padding = PaddingFor(packet.Length);
        Span<byte> frame = packet.Frame(padding);
        FillPadding(frame[^padding..]);
        int written = _keys.Sealer.Seal(frame, Sequence, output);
        Sequence++;
        Volatile.Write(ref _bytesSinceKeys, _bytesSinceKeys + written);
        Volatile.Write(ref _packetsSinceKeys, _packetsSinceKeys + 1);
        if (isSuccess) _isAuthenticated = true;
        packet.Dispose();
        if (item.NextKeys is not null) Switch(item.NextKeys);
        return written;
    }

    /// <summary>Goes on where another process has stopped.</summary>
    public void Resume(OutboundKeys keys, in DirectionFields counts)
    {
        Switch(keys);
        (Sequence, _bytesSinceKeys, _packetsSinceKeys) = (counts.Sequence, (long)counts.BytesSinceKeys, (long)counts.PacketsSinceKeys);
        _isAuthenticated = true;
    }

    /// <summary>Says how another process goes on from here.</summary>
    public DirectionFields Describe(DirectionAlgorithms algorithms)
    {
        DirectionKeys keys = _keys.Kept ?? throw new InvalidOperationException("The keys of this transport are not kept.");
        _keys.Sealer.WriteIv(keys.Iv.Span);
        return DirectionFields.Of(algorithms, keys, Sequence, BytesSinceKeys, PacketsSinceKeys);
    }

    /// <summary>zlib@openssh.com at the client: the user is authenticated, so compression begins.</summary>
    public void StartDelayedCompression() => _isAuthenticated = true;

    public void Dispose() => _keys.Dispose();

    private void Switch(OutboundKeys keys)
    {
        _keys.Dispose();
        _keys = keys;
        Volatile.Write(ref _bytesSinceKeys, 0);
        Volatile.Write(ref _packetsSinceKeys, 0);
        if (keys.ResetsSequence) Sequence = 0;
    }

    private int PaddingFor(int payloadLength)
    {
        int block = _keys.Sealer.BlockSize;
        int counted = (_keys.Sealer.IsLengthOutside ? 0 : 4) + 1 + payloadLength;
        int padding = block - (counted % block);
        return padding < PacketLimits.MinPadding ? padding + block : padding;
    }

    // RFC 4253 6: "The padding SHOULD consist of random bytes." Drawn in blocks, as a draw for each packet costs more than its cipher.
    private void FillPadding(Span<byte> padding)
    {
        if (_paddingUsed + padding.Length > _padding.Length)
        {
            random.Fill(_padding);
            _paddingUsed = 0;
        }

        _padding.AsSpan(_paddingUsed, padding.Length).CopyTo(padding);
        _paddingUsed += padding.Length;
    }

    private Packet Deflate(Packet packet)
    {
        ReadOnlySpan<byte> payload = _keys.Compressor!.Compress(packet.Payload);
        Packet deflated = packet.Pool.Rent(payload.Length);
        deflated.SetPayload(payload.Length);
        payload.CopyTo(deflated.Payload);
        packet.Dispose();
        return deflated;
    }
}
