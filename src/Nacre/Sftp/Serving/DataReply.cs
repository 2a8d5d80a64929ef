using System.Buffers.Binary;
using System.IO.Pipelines;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Sftp;

namespace Nacre.Sftp.Serving;

/// <summary>Reads a file straight into the DATA that answers a READ.</summary>
internal static class DataReply
{
    /// <summary>A length, a type, an id and a length.</summary>
    private const int HeaderSize = 4 + 1 + 4 + 4;

    /// <summary>Reads, and writes the answer unless there is nothing more to read.</summary>
    /// <returns>The bytes read.</returns>
    public static ValueTask<int> ReadAsync(PipeWriter output, uint id, IFileHandle file, long offset, int wanted, CancellationToken ct) =>
        output is ChannelOutput channel && HeaderSize + wanted > channel.MaxPiece
            ? ReadIntoPacketsAsync(channel, id, file, offset, wanted, ct)
            : ReadAtOnceAsync(output, id, file, offset, wanted, ct);

    private static async ValueTask<int> ReadAtOnceAsync(PipeWriter output, uint id, IFileHandle file, long offset, int wanted, CancellationToken ct)
    {
        Memory<byte> room = output.GetMemory(HeaderSize + wanted);
        int length = await file.ReadAsync(room.Slice(HeaderSize, wanted), offset, ct).ConfigureAwait(false);
        if (length == 0 && wanted > 0) return 0;
        WriteHeader(room.Span, id, length);
        output.Advance(HeaderSize + length);
        return length;
    }

    // A channel's memory is that of its packets, of which a long answer takes several. How much there is to read shows at the last of them, so the
    // lengths in front are written once more then.
    private static async ValueTask<int> ReadIntoPacketsAsync(ChannelOutput channel, uint id, IFileHandle file, long offset, int wanted, CancellationToken ct)
    {
        long start = channel.UnflushedBytes;
        int length = 0;
        for (int header = HeaderSize; length < wanted; header = 0)
        {
            int piece = Math.Min(wanted - length, channel.MaxPiece - header);
            Memory<byte> room = channel.GetMemory(header + piece);
            int read = await ReadPieceAsync(file, room.Slice(header, piece), offset + length, isFirst: header > 0, ct).ConfigureAwait(false);
            if (read == 0) break;
            if (header > 0) WriteHeader(room.Span, id, read);
            channel.Advance(header + read);
            length += read;
            if (read < piece) break;
        }

        if (length > 0) RewriteHeader(channel, start, id, length);
        return length;
    }

    // What was read before an error is an answer: the next READ meets the error again.
    private static async ValueTask<int> ReadPieceAsync(IFileHandle file, Memory<byte> room, long offset, bool isFirst, CancellationToken ct)
    {
        try
        {
            return await file.ReadAsync(room, offset, ct).ConfigureAwait(false);
        }
        catch (Exception error) when (!isFirst && error is (IOException or SftpException or UnauthorizedAccessException))
        {
            return 0;
        }
    }

    private static void RewriteHeader(ChannelOutput channel, long start, uint id, int length)
    {
        Span<byte> header = stackalloc byte[HeaderSize];
        WriteHeader(header, id, length);
        channel.Rewrite(start, header);
    }

    private static void WriteHeader(Span<byte> reply, uint id, int length)
    {
        BinaryPrimitives.WriteUInt32BigEndian(reply, (uint)(HeaderSize - 4 + length));
        reply[4] = (byte)SftpMessageType.Data;
        BinaryPrimitives.WriteUInt32BigEndian(reply[5..], id);
        BinaryPrimitives.WriteUInt32BigEndian(reply[9..], (uint)length);
    }
}
