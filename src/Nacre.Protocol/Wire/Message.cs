using System.Text;
using Nacre.Crypto;

namespace Nacre.Protocol.Wire;

/// <summary>Reads, writes and prints messages and records through their one Fields method.</summary>
internal static class Message
{
    /// <summary>Reads the message that a payload holds, all of it. The number must have been checked.</summary>
    public static T Read<T>(ReadOnlySpan<byte> payload)
        where T : IMessage<T>, allows ref struct
    {
        if (payload.IsEmpty || payload[0] != (byte)T.Number)
        {
            throw new InvalidOperationException($"A payload was read as {typeof(T).Name}, which it is not.");
        }

        return ReadRecord<T>(payload[1..]);
    }

    /// <summary>Reads fields that fill the bytes exactly, or all but a rest where the record may have one.</summary>
    public static T ReadRecord<T>(ReadOnlySpan<byte> bytes)
        where T : IRecord<T>, allows ref struct
    {
        var reader = new FieldReader(bytes);
        T message = default!;
        T.Fields(ref reader, ref message);
        if (!T.MayHaveRest) reader.End();
        return message;
    }

    /// <summary>Puts a message into a packet from the pool.</summary>
    public static Packet Write<T>(PacketPool pool, scoped ref T message)
        where T : IMessage<T>, allows ref struct
    {
        var sizer = default(FieldSizer);
        T.Fields(ref sizer, ref message);
        Packet packet = pool.Rent(1 + sizer.Size);
        packet.SetPayload(1 + sizer.Size);
        packet.Payload[0] = (byte)T.Number;
        var writer = new FieldWriter(packet.Payload[1..]);
        T.Fields(ref writer, ref message);
        return packet;
    }

    /// <summary>The bytes of a record, in an array of its own.</summary>
    public static byte[] WriteRecord<T>(scoped ref T message)
        where T : IRecord<T>, allows ref struct
    {
        var sizer = default(FieldSizer);
        T.Fields(ref sizer, ref message);
        byte[] bytes = new byte[sizer.Size];
        var writer = new FieldWriter(bytes);
        T.Fields(ref writer, ref message);
        return bytes;
    }

    /// <summary>The bytes of a record that holds secret numbers.</summary>
    public static Secret WriteSecretRecord<T>(scoped ref T message)
        where T : IRecord<T>, allows ref struct
    {
        var sizer = default(FieldSizer);
        T.Fields(ref sizer, ref message);
        var secret = new Secret(sizer.Size);
        var writer = new FieldWriter(secret.Span);
        T.Fields(ref writer, ref message);
        return secret;
    }

    /// <summary>One line for a trace.</summary>
    public static string Print<T>(scoped ref T message)
        where T : IRecord<T>, allows ref struct
    {
        var line = new StringBuilder();
        var printer = new FieldPrinter(line);
        T.Fields(ref printer, ref message);
        return line.ToString();
    }
}
