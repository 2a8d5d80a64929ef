using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>One message that came over a <see cref="ProcessLink"/>; erased when it is disposed of, for there are passwords and keys in some.</summary>
internal sealed class LinkMessage(MonitorMessageType type, uint connection, byte[] fields, SafeFileHandle? descriptor) : IDisposable
{
    /// <summary>The longest message behind its length; a snapshot with what was read and not yet processed is by far the longest.</summary>
    public const int MaxLength = 2 * 1024 * 1024;

    /// <summary>The length before each message.</summary>
    public const int LengthBytes = 4;

    /// <summary>The type and the number of the connection.</summary>
    public const int HeaderLength = 5;

    /// <summary>What kind of message it is.</summary>
    public MonitorMessageType Type { get; } = type;

    /// <summary>The connection that it is about; 0 where it is about none.</summary>
    public uint Connection { get; } = connection;

    /// <summary>The fields, whose memory is this message's.</summary>
    public T Read<T>()
        where T : IMonitorMessage<T>, allows ref struct
    {
        if (Type != T.Type) throw new InvalidOperationException($"A message was read as {typeof(T).Name}, which it is not.");
        return Message.ReadRecord<T>(fields);
    }

    /// <summary>Takes over the descriptor that came with it.</summary>
    /// <exception cref="UnixException">This process had as many as it may have, so that it was lost on the way.</exception>
    public SafeFileHandle TakeDescriptor()
    {
        SafeFileHandle taken = Interlocked.Exchange(ref descriptor, null) ?? throw new InvalidOperationException("The descriptor of a message has been taken.");
        return taken.IsInvalid ? throw new UnixException(Errno.EMFILE, "take over a connection") : taken;
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(fields);
        Interlocked.Exchange(ref descriptor, null)?.Dispose();
    }

    /// <summary>A message with its length, ready for the socket.</summary>
    public static byte[] Write<T>(uint connection, scoped ref T message)
        where T : IMonitorMessage<T>, allows ref struct
    {
        var sizer = default(FieldSizer);
        T.Fields(ref sizer, ref message);
        int length = HeaderLength + sizer.Size;
        if (length > MaxLength) throw new InvalidOperationException($"A message of {length} bytes is longer than any between the processes of sshd.");
        byte[] framed = new byte[LengthBytes + length];
        BinaryPrimitives.WriteInt32BigEndian(framed, length);
        framed[LengthBytes] = (byte)T.Type;
        BinaryPrimitives.WriteUInt32BigEndian(framed.AsSpan(LengthBytes + 1), connection);
        var writer = new FieldWriter(framed.AsSpan(LengthBytes + HeaderLength));
        T.Fields(ref writer, ref message);
        return framed;
    }

    /// <summary>True for the messages behind whose first byte a descriptor comes.</summary>
    public static bool CarriesDescriptor(MonitorMessageType type) => type is MonitorMessageType.Connect or MonitorMessageType.Adopt or MonitorMessageType.Terminal or MonitorMessageType.Keeper;
}
