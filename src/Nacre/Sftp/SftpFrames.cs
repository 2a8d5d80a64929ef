using System.Buffers;
using System.Buffers.Binary;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp;

/// <summary>Takes SFTP messages off a pipe and puts them on: a length, a type and fields each.</summary>
internal static class SftpFrames
{
    private const int LengthBytes = 4;

    /// <summary>Takes a whole message, type and fields, from the front of what has come; false when it is not all there.</summary>
    public static bool TryTake(ref ReadOnlySequence<byte> input, out ReadOnlySequence<byte> message)
    {
        message = default;
        if (input.Length < LengthBytes) return false;
        Span<byte> header = stackalloc byte[LengthBytes];
        input.Slice(0, LengthBytes).CopyTo(header);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (length is 0 or > SftpLimits.MaxMessage) throw new SshViolationException(Violation.LengthOutOfRange, $"An SFTP message has {length} bytes where at most {SftpLimits.MaxMessage} are allowed.");
        if (input.Length < LengthBytes + length) return false;
        message = input.Slice(LengthBytes, length);
        input = input.Slice(LengthBytes + length);
        return true;
    }

    /// <summary>Writes a message and returns its length; in a pipe it goes out with the next flush.</summary>
    public static int Write<T>(IBufferWriter<byte> output, scoped ref T message)
        where T : ISftpMessage<T>, allows ref struct
    {
        var sizer = default(FieldSizer);
        T.Fields(ref sizer, ref message);
        Span<byte> room = output.GetSpan(LengthBytes + 1 + sizer.Size);
        BinaryPrimitives.WriteUInt32BigEndian(room, (uint)(1 + sizer.Size));
        room[LengthBytes] = (byte)T.Type;
        var writer = new FieldWriter(room[(LengthBytes + 1)..]);
        T.Fields(ref writer, ref message);
        output.Advance(LengthBytes + 1 + sizer.Size);
        return LengthBytes + 1 + sizer.Size;
    }
}
