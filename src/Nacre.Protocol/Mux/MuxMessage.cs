using System.Buffers.Binary;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Mux;

/// <summary>Frames, reads and writes the messages of connection sharing (PROTOCOL.mux): a length, a type, fields.</summary>
internal static class MuxMessage
{
    /// <summary>The version that both ends speak.</summary>
    public const uint Version = 4;

    /// <summary>The longest message without its length, in either direction; what OpenSSH's channels hold of one.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>The length before each message.</summary>
    public const int HeaderLength = 4;

    private const int TypeLength = 4;

    /// <summary>A message with its length, ready for the socket.</summary>
    /// <exception cref="SshException">It is longer than a message may be.</exception>
    public static byte[] Write<T>(scoped ref T message)
        where T : IMuxMessage<T>, allows ref struct
    {
        var sizer = default(FieldSizer);
        T.Fields(ref sizer, ref message);
        int length = TypeLength + sizer.Size;
        if (length > MaxLength) throw new SshException($"A request of {length} bytes is too long for the master of a shared connection.");
        byte[] framed = new byte[HeaderLength + length];
        BinaryPrimitives.WriteInt32BigEndian(framed, length);
        BinaryPrimitives.WriteUInt32BigEndian(framed.AsSpan(HeaderLength), (uint)T.Type);
        var writer = new FieldWriter(framed.AsSpan(HeaderLength + TypeLength));
        T.Fields(ref writer, ref message);
        return framed;
    }

    /// <summary>The length of the message that a header announces.</summary>
    public static int ReadLength(ReadOnlySpan<byte> header)
    {
        uint length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (length is < TypeLength or > MaxLength) throw new SshViolationException(Violation.LengthOutOfRange, $"A message on a control socket claims {length} bytes.");
        return (int)length;
    }

    /// <summary>The type of a message without its length.</summary>
    public static MuxMessageType TypeOf(ReadOnlySpan<byte> message) => (MuxMessageType)BinaryPrimitives.ReadUInt32BigEndian(message);

    /// <summary>The request id that every request but HELLO begins with.</summary>
    public static uint RequestIdOf(ReadOnlySpan<byte> message)
    {
        if (message.Length < TypeLength + sizeof(uint)) throw new SshViolationException(Violation.MessageTruncated, "A request on a control socket has no id.");
        return BinaryPrimitives.ReadUInt32BigEndian(message[TypeLength..]);
    }

    /// <summary>Reads a message without its length, all of it. The type must have been checked.</summary>
    public static T Read<T>(ReadOnlySpan<byte> message)
        where T : IMuxMessage<T>, allows ref struct
    {
        if (message.Length < TypeLength || TypeOf(message) != T.Type)
        {
            throw new InvalidOperationException($"A message on a control socket was read as {typeof(T).Name}, which it is not.");
        }

        return Message.ReadRecord<T>(message[TypeLength..]);
    }
}
