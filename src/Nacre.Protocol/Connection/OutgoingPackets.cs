using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Connection;

/// <summary>
/// Gathers a producer's data in packets, behind the room for the header that each will have, and takes them out as the peer's window allows;
/// guarded by its <see cref="ChannelOutput"/>.
/// </summary>
internal sealed class OutgoingPackets(PacketPool pool, uint? dataType, int maxData)
{
    private readonly int _header = dataType is null ? ChannelData.HeaderLength : ChannelExtendedData.HeaderLength;

    // The packet being filled, and those that are full and wait to be posted; of the first, so many bytes are taken already.
    private Packet? _current;
    private int _currentData;
    private Packet? _first;
    private Packet? _last;
    private int _firstTaken;

    // Packets whose room was handed out behind that of the packet being filled.
    private readonly Queue<Packet> _further = [];

    /// <summary>The most data of one packet.</summary>
    public int MaxData => maxData;

    /// <summary>Bytes that came in and were not taken out.</summary>
    public long Length { get; private set; }

    /// <summary>True when no full packet waits.</summary>
    public bool IsEmpty => _first is null;

    /// <summary>True when there is a packet being filled, be it with nothing yet.</summary>
    public bool IsFilling => _current is not null;

    /// <summary>Room in one packet for at least so many bytes, which must not be more than a packet takes.</summary>
    public Memory<byte> Room(int wanted)
    {
        if (_current is not null && CurrentRoom < wanted) SealCurrent();
        Packet packet = Current(maxData);
        return packet.PayloadRoom.Slice(_header + _currentData, CurrentRoom);
    }

    /// <summary>Adds room in several packets, to be written to in their order, and returns how much that is.</summary>
    public int AddRooms(List<ArraySegment<byte>> rooms, int count)
    {
        DropFurther();
        int length = Add(Room(1));
        for (int i = 1; i < count; i++)
        {
            Packet packet = pool.Rent(_header + maxData);
            _further.Enqueue(packet);
            length += Add(packet.PayloadRoom.Slice(_header, Math.Min(maxData, packet.Capacity - _header)));
        }

        return length;

        int Add(Memory<byte> room)
        {
            if (!MemoryMarshal.TryGetArray(room, out ArraySegment<byte> piece)) throw new InvalidOperationException("A packet is made of an array.");
            rooms.Add(piece);
            return piece.Count;
        }
    }

    /// <summary>Says how much of the room was written to.</summary>
    public void Advance(int bytes)
    {
        while (_further.Count > 0 && bytes > CurrentRoom)
        {
            bytes -= CurrentRoom;
            Fill(CurrentRoom);
            SealCurrent();
            _current = _further.Dequeue();
        }

        DropFurther();
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(_current is null ? 0 : CurrentRoom));
        Fill(bytes);
    }

    /// <summary>Copies as much as one packet takes and returns how much that was.</summary>
    public int Fill(ReadOnlySpan<byte> source)
    {
        if (_current is not null && CurrentRoom == 0) SealCurrent();
        Packet packet = Current(source.Length);
        int part = Math.Min(source.Length, CurrentRoom);
        source[..part].CopyTo(packet.PayloadRoom.Span[(_header + _currentData)..]);
        Fill(part);
        return part;
    }

    /// <summary>Replaces data that was not taken out, from so many bytes behind the first that was not.</summary>
    public void Rewrite(long position, ReadOnlySpan<byte> data)
    {
        position += _firstTaken;
        for (Packet? packet = _first; packet is not null && !data.IsEmpty; packet = (Packet?)packet.Next)
        {
            int length = packet.Length - _header;
            int part = (int)Math.Clamp(length - position, 0, data.Length);
            if (part > 0) data[..part].CopyTo(packet.Payload[(_header + (int)position)..]);
            data = data[part..];
            position += part - length;
        }

        if (!data.IsEmpty) data.CopyTo(_current!.PayloadRoom.Span[(_header + (int)position)..]);
    }

    /// <summary>Ends the packet being filled; little data goes on in a little buffer, so that queued packets cost what they carry.</summary>
    public void Seal()
    {
        DropFurther();
        SealCurrent();
    }

    private void SealCurrent()
    {
        if (_current is not { } packet) return;
        int length = _header + _currentData;
        bool isEmpty = _currentData == 0;
        (_current, _currentData) = (null, 0);
        packet.SetPayload(length);
        if (isEmpty)
        {
            packet.Dispose();
            return;
        }

        if (packet.Capacity > PacketPool.SmallCapacity && length <= PacketPool.SmallCapacity) packet = Exchange(packet, _header, length - _header);
        if (_last is null) _first = packet;
        else _last.Link(packet);
        _last = packet;
    }

    /// <summary>
    /// Takes the next data out of the window, as a whole message to <paramref name="recipient"/>; null when the window is used up.
    /// There must be a full packet.
    /// </summary>
    public Packet? Take(SendWindow window, uint recipient)
    {
        Packet packet = _first!;
        int left = packet.Length - _header - _firstTaken;
        int taken = (int)window.Take((uint)left);
        if (taken == 0) return null;

        // RFC 4254 5.2: the window counts bytes, so what goes may be a part of the packet, and then it is copied.
        Packet sent = taken < left || _firstTaken > 0 ? Copy(packet, _header + _firstTaken, taken) : packet;
        _firstTaken += taken;
        Length -= taken;
        if (taken == left) RemoveFirst(isTaken: sent == packet);
        WriteHeader(sent, recipient, taken);
        return sent;
    }

    /// <summary>Drops the full packets.</summary>
    public void DropQueued()
    {
        while (_first is { } packet)
        {
            Length -= packet.Length - _header - _firstTaken;
            RemoveFirst(isTaken: false);
        }
    }

    /// <summary>Drops the packet being filled.</summary>
    public void DropCurrent()
    {
        DropFurther();
        Length -= _currentData;
        _current?.Dispose();
        (_current, _currentData) = (null, 0);
    }

    private void Fill(int bytes)
    {
        _currentData += bytes;
        Length += bytes;
    }

    private void DropFurther()
    {
        while (_further.TryDequeue(out Packet? unused)) unused.Dispose();
    }

    private int CurrentRoom => Math.Min(maxData, _current!.Capacity - _header) - _currentData;

    private Packet Current(int wanted) => _current ??= pool.Rent(_header + Math.Min(wanted, maxData));

    private void RemoveFirst(bool isTaken)
    {
        Packet packet = _first!;
        _first = (Packet?)packet.Next;
        if (_first is null) _last = null;
        _firstTaken = 0;
        if (isTaken) packet.Link(null);
        else packet.Dispose();
    }

    private Packet Copy(Packet packet, int start, int length)
    {
        Packet copy = pool.Rent(_header + length);
        copy.SetPayload(_header + length);
        packet.Payload.Slice(start, length).CopyTo(copy.Payload[_header..]);
        return copy;
    }

    private Packet Exchange(Packet packet, int start, int length)
    {
        Packet copy = Copy(packet, start, length);
        packet.Dispose();
        return copy;
    }

    private void WriteHeader(Packet packet, uint recipient, int length)
    {
        Span<byte> payload = packet.Payload;
        BinaryPrimitives.WriteUInt32BigEndian(payload[1..], recipient);
        if (dataType is { } type)
        {
            payload[0] = (byte)MessageNumber.ChannelExtendedData;
            BinaryPrimitives.WriteUInt32BigEndian(payload[5..], type);
            BinaryPrimitives.WriteUInt32BigEndian(payload[9..], (uint)length);
        }
        else
        {
            payload[0] = (byte)MessageNumber.ChannelData;
            BinaryPrimitives.WriteUInt32BigEndian(payload[5..], (uint)length);
        }
    }
}
