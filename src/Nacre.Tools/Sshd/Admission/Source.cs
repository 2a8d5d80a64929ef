using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Nacre.Config.Values;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Admission;

/// <summary>Where a client comes from as far as limits tell sources apart: the first bits of its address (PerSourceNetBlockSize).</summary>
internal readonly record struct Source : IComparable<Source>
{
    private const int AllBits = 128;

    private readonly UInt128 _network;
    private readonly byte _bits;

    private Source(UInt128 network, int bits, bool isIPv6) => (_network, _bits, IsIPv6) = (network, (byte)bits, isIPv6);

    public bool IsIPv6 { get; }

    /// <summary>The source of an address; an IPv4 address that an IPv6 socket shows is one of IPv4.</summary>
    public static Source Of(IPAddress address, NetBlockSize size)
    {
        IPAddress plain = address.Unmapped();
        bool isIPv6 = plain.AddressFamily == AddressFamily.InterNetworkV6;
        Span<byte> bytes = stackalloc byte[AllBits / 8];
        bytes.Clear();
        plain.TryWriteBytes(bytes, out _);
        int bits = isIPv6 ? size.IPv6 : size.IPv4;
        UInt128 mask = bits == 0 ? UInt128.Zero : UInt128.MaxValue << (AllBits - bits);
        return new Source(BinaryPrimitives.ReadUInt128BigEndian(bytes) & mask, bits, isIPv6);
    }

    public int CompareTo(Source other)
    {
        int byNetwork = _network.CompareTo(other._network);
        int byBits = byNetwork == 0 ? _bits.CompareTo(other._bits) : byNetwork;
        return byBits == 0 ? IsIPv6.CompareTo(other.IsIPv6) : byBits;
    }

    /// <summary>In CIDR form.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[AllBits / 8];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, _network);
        return string.Create(CultureInfo.InvariantCulture, $"{new IPAddress(IsIPv6 ? bytes : bytes[..4])}/{_bits}");
    }
}
