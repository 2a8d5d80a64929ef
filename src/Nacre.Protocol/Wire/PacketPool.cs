namespace Nacre.Protocol.Wire;

/// <summary>
/// Lends packets in four sizes, so that steady traffic allocates nothing; shared by the connections of one client or server.
/// </summary>
internal sealed class PacketPool
{
    /// <summary>Control messages, keystrokes, small replies.</summary>
    public const int SmallCapacity = 1024;

    /// <summary>A channel packet of the size that peers commonly allow, with its header, and the largest that RFC 4253 6.1 requires.</summary>
    public const int MediumCapacity = 36 * 1024;

    /// <summary>A channel packet of the size that we allow our peers, with its header and padding.</summary>
    public const int WideCapacity = 68 * 1024;

    /// <summary>The largest payload of a packet of <see cref="PacketLimits.MaxPacketLength"/>.</summary>
    public const int LargeCapacity = PacketLimits.MaxPacketLength;

    private readonly Shelf _small = new(SmallCapacity, keep: 1024);
    private readonly Shelf _medium = new(MediumCapacity, keep: 512);
    private readonly Shelf _wide = new(WideCapacity, keep: 256);
    private readonly Shelf _large = new(LargeCapacity, keep: 8);
    private int _outstanding;

    /// <summary>Packets lent and not yet returned; zero when all connections are gone, or something leaks.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Lends a packet that can hold a payload of this many bytes.</summary>
    public Packet Rent(int payloadLength)
    {
        Interlocked.Increment(ref _outstanding);
        Packet packet = ShelfFor(payloadLength).Take() ?? new Packet(this, ShelfFor(payloadLength).Capacity);
        packet.Rented();
        return packet;
    }

    internal void Return(Packet packet)
    {
        Interlocked.Decrement(ref _outstanding);
        ShelfFor(packet.Capacity).Put(packet);
    }

    private Shelf ShelfFor(int payloadLength)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payloadLength, LargeCapacity);
        return payloadLength <= SmallCapacity ? _small : payloadLength <= MediumCapacity ? _medium : payloadLength <= WideCapacity ? _wide : _large;
    }

    /// <summary>Keeps packets of one size, up to a number; more go to the garbage collector.</summary>
    private sealed class Shelf(int capacity, int keep)
    {
        private readonly Lock _lock = new();
        private readonly Packet?[] _packets = new Packet?[keep];
        private int _count;

        public int Capacity => capacity;

        public Packet? Take()
        {
            lock (_lock)
            {
                if (_count == 0) return null;
                Packet? packet = _packets[--_count];
                _packets[_count] = null;
                return packet;
            }
        }

        public void Put(Packet packet)
        {
            lock (_lock)
            {
                if (_count < _packets.Length) _packets[_count++] = packet;
            }
        }
    }
}
