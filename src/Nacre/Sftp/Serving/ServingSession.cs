using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp.Serving;

/// <summary>One SFTP session: takes requests off the input, has each done as <see cref="RequestTable"/> declares it, and sends the answers.</summary>
internal sealed class ServingSession(IFileSystem files, SftpServerOptions options, PipeWriter output)
{
    /// <summary>Answers of this size in all go out before more requests are read.</summary>
    private const int FlushAt = 256 * 1024;

    /// <summary>Requests of this size in all are answered, and their room given back, before more of those that have come.</summary>
    private const int BatchBytes = 512 * 1024;

    /// <summary>A type and an id.</summary>
    private const int HeadSize = 1 + sizeof(uint);

    private bool _hasBegun;

    public IFileSystem Files { get; } = files;

    public ServingLog Log { get; } = new(options);

    public OpenHandles Handles { get; } = new();

    public RequestPermits Permits { get; } = new(options);

    public Replies Replies => field ??= new Replies(output, Log);

    /// <summary>Serves until the client ends its input, then closes what is open.</summary>
    public async Task RunAsync(PipeReader input, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync(ct).ConfigureAwait(false);
                ReadOnlySequence<byte> rest = read.Buffer;
                bool isAll = true;
                for (long taken = 0; isAll && SftpFrames.TryTake(ref rest, out ReadOnlySequence<byte> message);)
                {
                    taken += message.Length;
                    isAll = taken < BatchBytes;
                    await AnswerAsync(message, ct).ConfigureAwait(false);
                    if (output.CanGetUnflushedBytes && output.UnflushedBytes >= FlushAt) await output.FlushAsync(ct).ConfigureAwait(false);
                }

                input.AdvanceTo(rest.Start, isAll ? rest.End : rest.Start);
                FlushResult flushed = await output.FlushAsync(ct).ConfigureAwait(false);
                bool isOver = read.IsCompleted && isAll;
                if (!isOver && !flushed.IsCompleted) continue;
                Log.Write(SftpLogLevel.Debug1, $"{(isOver ? "read" : "write")} eof");
                return;
            }
        }
        finally
        {
            foreach (OpenHandle open in Handles.Open) FileRequests.LogClose(Log, open, isForced: true);
            await Handles.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The text of a path from the client.</summary>
    public static string PathOf(ReadOnlySpan<byte> path)
    {
        if (path.Contains((byte)0)) throw new SftpException(SftpStatusCode.NoSuchFile);
        return path.Length <= SftpLimits.MaxPath ? FileNameText.Decode(path) : throw new SftpException(SftpStatusCode.BadMessage, "The path is too long");
    }

    private async ValueTask AnswerAsync(ReadOnlySequence<byte> message, CancellationToken ct)
    {
        if (!TryReadHead(message, out SftpMessageType type, out uint id)) return;
        byte[]? copy = null;
        try
        {
            ReadOnlySequence<byte> whole = message.Slice(1);
            ReadOnlyMemory<byte> fields = type == SftpMessageType.Write ? default : Contiguous(whole, ref copy);
            int row = RowOf(type, ref fields);
            if (!Permits.Permits(row, Log)) throw new SftpException(SftpStatusCode.PermissionDenied);
            await RequestTable.All[row].Do(this, new RequestMessage(id, fields, whole), ct).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not SshViolationException && !ct.IsCancellationRequested)
        {
            (SftpStatusCode code, string text) = StatusText.Of(error);
            Replies.Status(id, code, text);
        }
        finally
        {
            if (copy is not null) ArrayPool<byte>.Shared.Return(copy);
        }
    }

    // False for INIT, which is done here.
    private bool TryReadHead(ReadOnlySequence<byte> message, out SftpMessageType type, out uint id)
    {
        Span<byte> head = stackalloc byte[HeadSize];
        int length = (int)Math.Min(message.Length, HeadSize);
        message.Slice(0, length).CopyTo(head);
        (type, id) = ((SftpMessageType)head[0], BinaryPrimitives.ReadUInt32BigEndian(head[1..]));
        if (type == SftpMessageType.Init)
        {
            Begin(message.Slice(1));
            return false;
        }

        if (!_hasBegun) throw new SshViolationException(Violation.UnexpectedMessage, $"Received {(byte)type} request before init");
        return length == HeadSize ? true : throw new SshViolationException(Violation.MessageTruncated, "An SFTP request has no id.");
    }

    // A message within one segment, as most are, is used where it lies.
    private static ReadOnlyMemory<byte> Contiguous(ReadOnlySequence<byte> whole, ref byte[]? copy)
    {
        if (whole.IsSingleSegment) return whole.First;
        copy = ArrayPool<byte>.Shared.Rent((int)whole.Length);
        whole.CopyTo(copy);
        return copy.AsMemory(0, (int)whole.Length);
    }

    private int RowOf(SftpMessageType type, ref ReadOnlyMemory<byte> fields)
    {
        int row;
        if (type == SftpMessageType.Extended)
        {
            SftpExtended extended = Message.ReadRecord<SftpExtended>(fields.Span);
            row = RequestTable.Find(extended.Name);
            fields = fields[^extended.Contents.Length..];
            if (row < 0) Log.Write(SftpLogLevel.Error, $"Unknown extended request \"{FileNameText.Decode(extended.Name)}\"");
        }
        else
        {
            row = RequestTable.Find(type);
            if (row < 0) Log.Write(SftpLogLevel.Error, $"Unknown message {(byte)type}");
        }

        return row >= 0 ? row : throw new SftpException(SftpStatusCode.OperationUnsupported);
    }

    private void Begin(ReadOnlySequence<byte> fields)
    {
        if (_hasBegun) throw new SshViolationException(Violation.UnexpectedMessage, "A second INIT came.");
        _hasBegun = true;
        uint version = Message.ReadRecord<SftpInit>(fields.ToArray()).Version;
        Log.Write(SftpLogLevel.Verbose, $"received client version {version}");
        var reply = new SftpVersion { Version = SftpLimits.Version, Extensions = Extensions() };
        SftpFrames.Write(output, ref reply);
    }

    // What the session may not ask for it is not told of.
    private byte[] Extensions()
    {
        var extensions = new ArrayBufferWriter<byte>();
        string last = "";
        for (int row = 0; row < RequestTable.All.Length; row++)
        {
            ServedRequest request = RequestTable.All[row];
            if (request.AdvertisedAs.Length == 0 || request.AdvertisedAs == last) continue;
            if (!Permits.Permits(row, Log))
            {
                Log.Write(SftpLogLevel.Debug2, $"compose_extension: refusing to advertise disallowed extension {request.Extension}");
                continue;
            }

            last = request.AdvertisedAs;
            var pair = new SftpExtensionPair { Name = Encoding.ASCII.GetBytes(last), Value = Encoding.ASCII.GetBytes(request.Version) };
            extensions.Write(Message.WriteRecord(ref pair));
        }

        return extensions.WrittenSpan.ToArray();
    }
}
