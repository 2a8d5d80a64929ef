using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Nacre.Protocol.Sftp;

namespace Nacre.Sftp.Requests;

/// <summary>What became of a stretch of a local file that was to be sent.</summary>
/// <param name="Read">The bytes of it that there are; the file ends behind them where they are fewer than were wanted.</param>
/// <param name="Sent">The bytes of the WRITE, zeros at its end included; 0 when none was sent, and then the request was not added.</param>
/// <param name="Failure">What failed while the file was read, if anything.</param>
internal readonly record struct SentData(int Read, int Sent, Exception? Failure);

/// <summary>Sends WRITEs whose data goes straight into the pipe's memory, behind the header.</summary>
internal static class DataWriter
{
    // Length, type, id, handle's length | handle | offset, data's length.
    private const int FixedHeader = 4 + 1 + 4 + 4 + 8 + 4;

    /// <summary>Writes bytes that the caller has; they are the caller's again when this is done.</summary>
    public static async ValueTask SendAsync(RequestPump pump, PendingRequest request, byte[] handle, long offset, ReadOnlyMemory<byte> data)
    {
        RequestWriter writer = pump.Writer;
        await writer.EnterAsync().ConfigureAwait(false);
        int written = FixedHeader + handle.Length + data.Length;
        request.DataBytes = data.Length;
        pump.Add(request);
        if (!writer.TryWrite(static (output, given) => given.Write(output), (request.Id, handle, offset, data))) pump.Lose(request.Id);
        writer.Leave(written);
    }

    /// <summary>
    /// Writes what a local file has at an offset, as much as there is up to a length. Where the file ends before, and some of it was on its way
    /// already, zeros make up the length that was promised.
    /// </summary>
    /// <exception cref="IOException">The file could not be read; nothing was sent. What fails later is in the answer.</exception>
    public static async ValueTask<SentData> SendAsync(
        RequestPump pump, PendingRequest request, byte[] handle, long offset, IFileHandle source, int length)
    {
        RequestWriter writer = pump.Writer;
        await writer.EnterAsync().ConfigureAwait(false);
        int written = 0;
        try
        {
            int header = FixedHeader + handle.Length;
            Memory<byte> room = writer.Room(header + 1);
            if (room.IsEmpty)
            {
                pump.Add(request);
                pump.Lose(request.Id);
                return new SentData(length, length, null);
            }

            int wanted = Math.Min(length, room.Length - header);
            int count = await ReadAsync(source, room.Slice(header, wanted), offset).ConfigureAwait(false);
            if (count == 0) return default;
            if (count < wanted) length = count;
            request.DataBytes = length;
            pump.Add(request);
            WriteHeader(room.Span, request.Id, handle, offset, length);
            writer.Output.Advance(header + count);
            written = header + length;
            SentData sent = await CopyRestAsync(writer, source, offset, count, length).ConfigureAwait(false);
            if (writer.IsEnded) pump.Lose(request.Id);
            return sent;
        }
        finally
        {
            writer.Leave(written);
        }
    }

    // The header has promised the length, so it is kept whatever happens to the file.
    private static async ValueTask<SentData> CopyRestAsync(RequestWriter writer, IFileHandle source, long offset, int copied, int length)
    {
        int read = copied;
        bool isEnd = false;
        Exception? failure = null;
        while (copied < length)
        {
            Memory<byte> room = writer.Room(1);
            if (room.IsEmpty) break;
            int wanted = Math.Min(length - copied, room.Length);
            int count = 0;
            try
            {
                if (!isEnd) count = await ReadAsync(source, room[..wanted], offset + copied).ConfigureAwait(false);
            }
            catch (Exception error) when (error is SftpException or IOException or UnauthorizedAccessException)
            {
                failure = error;
            }

            read += count;
            isEnd |= count < wanted;
            room.Span[count..wanted].Clear();
            writer.Output.Advance(wanted);
            copied += wanted;
        }

        return new SentData(read, length, failure);
    }

    private static async ValueTask<int> ReadAsync(IFileHandle source, Memory<byte> room, long offset)
    {
        int count = 0;
        while (count < room.Length)
        {
            int part = await source.ReadAsync(room[count..], offset + count, CancellationToken.None).ConfigureAwait(false);
            if (part == 0) break;
            count += part;
        }

        return count;
    }

    private static void Write(this (uint Id, byte[] Handle, long Offset, ReadOnlyMemory<byte> Data) given, PipeWriter output)
    {
        int header = FixedHeader + given.Handle.Length;
        WriteHeader(output.GetSpan(header), given.Id, given.Handle, given.Offset, given.Data.Length);
        output.Advance(header);
        output.Write(given.Data.Span);
    }

    private static void WriteHeader(Span<byte> room, uint id, byte[] handle, long offset, int length)
    {
        BinaryPrimitives.WriteUInt32BigEndian(room, (uint)(FixedHeader - 4 + handle.Length + length));
        room[4] = (byte)SftpMessageType.Write;
        BinaryPrimitives.WriteUInt32BigEndian(room[5..], id);
        BinaryPrimitives.WriteUInt32BigEndian(room[9..], (uint)handle.Length);
        handle.CopyTo(room[13..]);
        Span<byte> rest = room[(13 + handle.Length)..];
        BinaryPrimitives.WriteUInt64BigEndian(rest, (ulong)offset);
        BinaryPrimitives.WriteUInt32BigEndian(rest[8..], (uint)length);
    }
}
