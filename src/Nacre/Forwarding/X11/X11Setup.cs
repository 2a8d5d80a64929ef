using System.Buffers;
using System.Buffers.Binary;

namespace Nacre.Forwarding.X11;

/// <summary>Where the authorization stands in the first message of an X11 client (X Window System Protocol, chapter 8).</summary>
internal readonly record struct X11Setup(Range Protocol, Range Cookie, int Length)
{
    /// <summary>The longest message that is read; every part has its limit.</summary>
    public const int MaxLength = HeaderLength + (2 * X11Forwarding.MaxLength);

    // byte order, unused, major and minor version, the two lengths, unused
    private const int HeaderLength = 12;
    private const int ProtocolLengthAt = 6;
    private const int CookieLengthAt = 8;
    private const byte BigEndian = (byte)'B';
    private const byte LittleEndian = (byte)'l';

    /// <summary>Reads the message, as soon as it is there; what can never become one is known at once.</summary>
    public static OperationStatus Parse(ReadOnlySpan<byte> bytes, out X11Setup setup)
    {
        setup = default;
        if (bytes.IsEmpty) return OperationStatus.NeedMoreData;
        if (bytes[0] is not (BigEndian or LittleEndian)) return OperationStatus.InvalidData;
        if (bytes.Length < HeaderLength) return OperationStatus.NeedMoreData;
        bool isBigEndian = bytes[0] == BigEndian;
        int protocolLength = Read(bytes[ProtocolLengthAt..], isBigEndian);
        int cookieLength = Read(bytes[CookieLengthAt..], isBigEndian);
        if (protocolLength > X11Forwarding.MaxLength || cookieLength > X11Forwarding.MaxLength) return OperationStatus.InvalidData;
        int cookieAt = HeaderLength + Padded(protocolLength);
        int length = cookieAt + Padded(cookieLength);
        if (bytes.Length < length) return OperationStatus.NeedMoreData;
        setup = new X11Setup(HeaderLength..(HeaderLength + protocolLength), cookieAt..(cookieAt + cookieLength), length);
        return OperationStatus.Done;
    }

    private static int Read(ReadOnlySpan<byte> bytes, bool isBigEndian) =>
        isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static int Padded(int length) => (length + 3) & ~3;
}
