using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nacre.Tools.Sshd.Operations;

/// <summary>Reads the header of the PROXY protocol, version 1 and 2: who is behind the proxy that a connection comes from.</summary>
/// <remarks>https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt, whose sections the comments name.</remarks>
internal static class ProxyHeader
{
    /// <summary>How many bytes tell what kind of header comes; both kinds are longer.</summary>
    public const int StartBytes = 12;

    /// <summary>The longest line of version 1, with its end (section 2.1).</summary>
    public const int MostLineBytes = 107;

    /// <summary>The fixed part of version 2, whose last two bytes are the length of the rest.</summary>
    public const int FixedBytes = 16;

    /// <summary>The longest rest of version 2 that is taken: addresses, and additions that are passed over. Proxies add names and certificates' names.</summary>
    public const int MostRestBytes = 4096;

    private const int LengthOffset = 14;
    private const int Version2 = 2;
    private const byte Tcp4 = 0x11;
    private const byte Tcp6 = 0x21;
    private const byte UnixStream = 0x31;
    private const byte Unspecified = 0x00;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    private static ReadOnlySpan<byte> Word => "PROXY "u8;

    /// <summary>The version that begins like this; 0 when it is no header.</summary>
    public static int VersionOf(ReadOnlySpan<byte> start) => start.SequenceEqual(Signature) ? Version2 : start.StartsWith(Word) ? 1 : 0;

    /// <summary>How many bytes follow the fixed part of version 2.</summary>
    /// <exception cref="InvalidDataException">More than are taken.</exception>
    public static int RestOf(ReadOnlySpan<byte> fixedPart)
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian(fixedPart[LengthOffset..]);
        return length <= MostRestBytes ? length : throw new InvalidDataException($"its header has {length} more bytes; at most {MostRestBytes} are taken");
    }

    /// <summary>Reads a header of version 1, the line with its end. Null when it names nobody: then the addresses of the connection count.</summary>
    /// <exception cref="InvalidDataException">It is wrong.</exception>
    public static ProxiedAddresses? ReadLine(ReadOnlySpan<byte> line)
    {
        if (line.Length > MostLineBytes) throw new InvalidDataException($"its header is longer than {MostLineBytes} bytes");
        if (!line.EndsWith("\r\n"u8) || line[..^2].ContainsAnyExceptInRange((byte)' ', (byte)'~')) throw new InvalidDataException("its header is no line of text");
        string[] words = Encoding.ASCII.GetString(line[..^2]).Split(' ');
        const int most = 6;
        // Section 2.1: whatever follows UNKNOWN on the line means nothing.
        if (words[1] == "UNKNOWN") return null;
        AddressFamily family = words[1] switch
        {
            "TCP4" => AddressFamily.InterNetwork,
            "TCP6" => AddressFamily.InterNetworkV6,
            _ => throw new InvalidDataException("its header names a protocol that is neither TCP4 nor TCP6"),
        };
        if (words.Length != most) throw new InvalidDataException("its header has not two addresses and two ports");
        return new ProxiedAddresses(new IPEndPoint(Address(words[2], family), Port(words[4])), new IPEndPoint(Address(words[3], family), Port(words[5])));
    }

    /// <summary>Reads a header of version 2. Null when it names nobody: then the addresses of the connection count.</summary>
    /// <exception cref="InvalidDataException">It is wrong.</exception>
    public static ProxiedAddresses? ReadBlock(ReadOnlySpan<byte> header)
    {
        const int versionOffset = 12, familyOffset = 13, command = 0x0f, local = 0, proxied = 1;
        if (header[versionOffset] >> 4 != Version2) throw new InvalidDataException($"its header is of version {header[versionOffset] >> 4}");
        int kind = header[versionOffset] & command;
        // Section 2.2: the proxy speaks for itself, to see whether this server lives.
        if (kind == local) return null;
        if (kind != proxied) throw new InvalidDataException($"its header has the unknown command {kind}");
        ReadOnlySpan<byte> rest = header[FixedBytes..];
        return header[familyOffset] switch
        {
            Tcp4 => Addresses(rest, addressBytes: 4),
            Tcp6 => Addresses(rest, addressBytes: 16),
            // Nobody who could be told from others by an address.
            Unspecified or UnixStream => null,
            var family => throw new InvalidDataException($"its header names the address family and protocol 0x{family:x2}, which is not TCP"),
        };
    }

    private static ProxiedAddresses Addresses(ReadOnlySpan<byte> rest, int addressBytes)
    {
        if (rest.Length < 2 * (addressBytes + sizeof(ushort))) throw new InvalidDataException("its header is too short for the addresses");
        ReadOnlySpan<byte> ports = rest[(2 * addressBytes)..];
        return new ProxiedAddresses(
            new IPEndPoint(new IPAddress(rest[..addressBytes]), BinaryPrimitives.ReadUInt16BigEndian(ports)),
            new IPEndPoint(new IPAddress(rest[addressBytes..(2 * addressBytes)]), BinaryPrimitives.ReadUInt16BigEndian(ports[sizeof(ushort)..])));
    }

    // Four decimal numbers without leading zeros, or what a colon is in: IPAddress alone would take "1" and "0x7f.1" too.
    private static IPAddress Address(string text, AddressFamily family)
    {
        bool isPlain = !text.AsSpan().ContainsAnyExcept("0123456789abcdefABCDEF:.") && IPAddress.TryParse(text, out _);
        if (isPlain && IPAddress.Parse(text) is var address && address.AddressFamily == family && (family == AddressFamily.InterNetworkV6 || address.ToString() == text)) return address;
        throw new InvalidDataException("its header has something else than an address of the family that it names");
    }

    private static int Port(string text)
    {
        bool isPlain = text is "0" || (text.Length > 0 && text[0] != '0');
        if (isPlain && ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)) return port;
        throw new InvalidDataException("its header has something else than a port");
    }
}
