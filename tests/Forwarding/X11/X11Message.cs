using System.Buffers.Binary;
using System.Text;

namespace Nacre.Tests.Forwarding.X11;

/// <summary>The first message of an X11 client.</summary>
internal static class X11Message
{
    public static byte[] Setup(string protocol, ReadOnlySpan<byte> cookie, bool isBigEndian = false)
    {
        byte[] message = new byte[12 + Padded(protocol.Length) + Padded(cookie.Length)];
        message[0] = (byte)(isBigEndian ? 'B' : 'l');
        Write(message.AsSpan(2), 11, isBigEndian);
        Write(message.AsSpan(6), protocol.Length, isBigEndian);
        Write(message.AsSpan(8), cookie.Length, isBigEndian);
        Encoding.ASCII.GetBytes(protocol).CopyTo(message, 12);
        cookie.CopyTo(message.AsSpan(12 + Padded(protocol.Length)));
        return message;
    }

    private static int Padded(int length) => (length + 3) / 4 * 4;

    private static void Write(Span<byte> target, int value, bool isBigEndian)
    {
        if (isBigEndian) BinaryPrimitives.WriteUInt16BigEndian(target, (ushort)value);
        else BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)value);
    }
}
