using System.Buffers;
using System.Diagnostics;

namespace Nacre.Protocol.Wire;

/// <summary>
/// One SSH packet in a pooled buffer, with exactly one owner at a time, who hands it on or disposes of it.
/// </summary>
/// <remarks>
/// The payload stands between a headroom, which takes the padding_length byte, and a tailroom, which takes the padding: so the
/// frame that a cipher works on is contiguous and is never copied to make it so. As a sequence segment, a packet of channel data
/// goes to the channel's reader as it is.
/// </remarks>
internal sealed class Packet : ReadOnlySequenceSegment<byte>, IDisposable
{
    /// <summary>Bytes before the payload; the last of them is padding_length.</summary>
    public const int Headroom = 8;

    /// <summary>Bytes after the payload for the largest padding.</summary>
    public const int Tailroom = 256;

    private readonly PacketPool _pool;
    private readonly byte[] _buffer;
    private int _start;
    private int _end;
    private bool _isRented;

    internal Packet(PacketPool pool, int capacity)
    {
        _pool = pool;
        _buffer = GC.AllocateUninitializedArray<byte>(Headroom + capacity + Tailroom);
        Capacity = capacity;
    }

    /// <summary>Where it goes back to.</summary>
    public PacketPool Pool => _pool;

    /// <summary>The largest payload that fits.</summary>
    public int Capacity { get; }

    /// <summary>The sequence number under which the packet arrived; what UNIMPLEMENTED names.</summary>
    public uint Sequence { get; set; }

    /// <summary>True when the contents must be wiped before the buffer serves again.</summary>
    public bool IsSensitive { get; set; }

    public int Length => _end - _start;

    public Span<byte> Payload => _buffer.AsSpan(_start, _end - _start);

    public Memory<byte> PayloadMemory => _buffer.AsMemory(_start, _end - _start);

    /// <summary>The first byte of the payload.</summary>
    public MessageNumber Number => (MessageNumber)_buffer[_start];

    /// <summary>How many bytes fit after the payload.</summary>
    public int Room => Headroom + Capacity - _end;

    /// <summary>Everything from the padding_length byte to the end of the tailroom; what an opener writes its frame to.</summary>
    public Span<byte> FrameRoom => _buffer.AsSpan(Headroom - 1);

    /// <summary>The padding_length byte, the payload and that many bytes of padding, which the caller fills.</summary>
    public Span<byte> Frame(int padding)
    {
        Debug.Assert(_start == Headroom, "A frame is made of a whole payload.");
        _buffer[_start - 1] = (byte)padding;
        return _buffer.AsSpan(_start - 1, 1 + Length + padding);
    }

    /// <summary>The whole room for a payload, to be written before <see cref="SetPayload"/>.</summary>
    public Memory<byte> PayloadRoom => _buffer.AsMemory(Headroom, Capacity);

    /// <summary>Makes the first <paramref name="length"/> bytes of the payload room the payload.</summary>
    public void SetPayload(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)Capacity);
        _start = Headroom;
        _end = Headroom + length;
    }

    /// <summary>Makes a part of the payload the payload: what is left of a message after its fixed fields.</summary>
    public void Narrow(int offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)offset + (uint)length, (uint)Length);
        _start += offset;
        _end = _start + length;
    }

    /// <summary>Takes the first bytes off the payload and moves the rest to the front, so that the room behind it is as large as it can be.</summary>
    public void DropFirst(int length)
    {
        ReadOnlySpan<byte> rest = Payload[length..];
        rest.CopyTo(PayloadRoom.Span);
        SetPayload(rest.Length);
    }

    /// <summary>Appends bytes after the payload; there must be <see cref="Room"/>.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_buffer.AsSpan(_end, Room));
        _end += bytes.Length;
    }

    /// <summary>Publishes the payload as this segment's memory, at the given place of its sequence.</summary>
    public void Publish(long runningIndex)
    {
        Memory = PayloadMemory;
        RunningIndex = runningIndex;
    }

    /// <summary>Links the segment that follows this one.</summary>
    public void Link(Packet? next) => Next = next;

    /// <summary>Gives the buffer back to its pool. The second call is a bug in the caller and throws.</summary>
    public void Dispose()
    {
        if (!_isRented) throw new InvalidOperationException("A packet has one owner, and that owner disposed of it twice.");
        _isRented = false;
        if (IsSensitive) System.Security.Cryptography.CryptographicOperations.ZeroMemory(_buffer);
        Memory = default;
        Next = null;
        _pool.Return(this);
    }

    internal void Rented()
    {
        _isRented = true;
        IsSensitive = false;
        Sequence = 0;
        RunningIndex = 0;
        SetPayload(0);
    }
}
