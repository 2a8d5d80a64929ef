using System.Buffers.Binary;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Agent;

/// <summary>Frames, reads and writes agent messages (RFC 9987 5): a length, a number, fields.</summary>
internal static class AgentMessage
{
    /// <summary>The longest message, in either direction; OpenSSH's limit.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>The length before each message.</summary>
    public const int HeaderLength = 4;

    /// <summary>A message with its length, ready for the stream.</summary>
    public static byte[] Write<T>(scoped ref T message)
        where T : IAgentMessage<T>, allows ref struct
    {
        var sizer = default(FieldSizer);
        T.Fields(ref sizer, ref message);
        int length = 1 + sizer.Size;
        if (length > MaxLength) throw new SshException($"A message of {length} bytes is too long for an agent.");
        byte[] framed = new byte[HeaderLength + length];
        BinaryPrimitives.WriteInt32BigEndian(framed, length);
        framed[HeaderLength] = (byte)T.Number;
        var writer = new FieldWriter(framed.AsSpan(HeaderLength + 1));
        T.Fields(ref writer, ref message);
        return framed;
    }

    /// <summary>The length of the message that a header announces.</summary>
    public static int ReadLength(ReadOnlySpan<byte> header)
    {
        uint length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (length is 0 or > MaxLength) throw new SshViolationException(Violation.LengthOutOfRange, $"An agent message claims {length} bytes.");
        return (int)length;
    }

    /// <summary>The number of a message without its length.</summary>
    public static AgentMessageNumber NumberOf(ReadOnlySpan<byte> message) => (AgentMessageNumber)message[0];

    /// <summary>Reads a message without its length, all of it. The number must have been checked.</summary>
    public static T Read<T>(ReadOnlySpan<byte> message)
        where T : IAgentMessage<T>, allows ref struct
    {
        if (message.IsEmpty || message[0] != (byte)T.Number)
        {
            throw new InvalidOperationException($"An agent message was read as {typeof(T).Name}, which it is not.");
        }

        return Message.ReadRecord<T>(message[1..]);
    }
}
