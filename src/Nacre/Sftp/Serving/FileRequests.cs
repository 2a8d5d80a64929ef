using System.Buffers;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp.Serving;

/// <summary>Opens, reads, writes and closes files (draft-ietf-secsh-filexfer-02 sections 6.3 and 6.4).</summary>
/// <remarks>READ and WRITE allocate nothing where the file answers at once: an async method that never waits is no more than a call.</remarks>
internal static class FileRequests
{
    private const uint DefaultMode = 0b110_110_110;

    private const SftpOpenFlags Changing = SftpOpenFlags.Write | SftpOpenFlags.Append | SftpOpenFlags.Create | SftpOpenFlags.Truncate;

    public static async ValueTask OpenAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        (string path, SftpOpenFlags flags, SftpAttributes attributes) = Read(request.Fields.Span);
        uint mode = attributes.Permissions ?? DefaultMode;
        session.Log.Write(SftpLogLevel.Debug3, $"request {request.Id}: open flags {(uint)flags}");
        session.Log.Write(SftpLogLevel.Info, $"open \"{path}\" flags {NamesOf(flags)} mode 0{Convert.ToString(mode, 8)}");
        if (session.Permits.IsReadOnly && (flags & Changing) != 0)
        {
            session.Log.Write(SftpLogLevel.Verbose, $"Refusing open request in read-only mode");
            throw new SftpException(SftpStatusCode.PermissionDenied);
        }

        session.Handles.RequireRoom();
        IFileHandle file = await session.Files.OpenAsync(path, flags, new SftpAttributes { Permissions = mode }, ct).ConfigureAwait(false);
        Give(session, request.Id, new OpenHandle(path, file, null));

        static (string, SftpOpenFlags, SftpAttributes) Read(ReadOnlySpan<byte> fields)
        {
            SftpOpen open = Message.ReadRecord<SftpOpen>(fields);
            return (ServingSession.PathOf(open.Path), (SftpOpenFlags)open.Flags, open.Attributes!);
        }
    }

    public static async ValueTask CloseAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        bool isOpen = session.Handles.TryFind(Message.ReadRecord<SftpClose>(request.Fields.Span).Handle, out OpenHandle? open, out int place);
        session.Log.Write(SftpLogLevel.Debug3, $"request {request.Id}: close handle {place}");
        if (!isOpen) throw new SftpException(SftpStatusCode.NoSuchFile, "No such handle");
        LogClose(session.Log, open!, isForced: false);
        session.Handles.Remove(place);
        await open!.DisposeAsync().ConfigureAwait(false);
        session.Replies.Ok(request.Id);
    }

    public static async ValueTask ReadAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        (OpenHandle open, long offset, int wanted) = Read(session, request);
        int length = await DataReply.ReadAsync(session.Replies.Output, request.Id, open.File!, offset, wanted, ct).ConfigureAwait(false);
        if (length == 0 && wanted > 0)
        {
            session.Replies.Status(request.Id, SftpStatusCode.Eof);
            return;
        }

        session.Log.Write(SftpLogLevel.Debug1, $"request {request.Id}: sent data len {length}");
        open.BytesRead += length;

        // P-SFTP-3: what is read is capped, whatever the client asks for.
        static (OpenHandle, long, int) Read(ServingSession session, in RequestMessage request)
        {
            SftpRead read = Message.ReadRecord<SftpRead>(request.Fields.Span);
            bool isOpen = session.Handles.TryFind(read.Handle, out OpenHandle? open, out int place);
            session.Log.Write(SftpLogLevel.Debug1, $"request {request.Id}: read \"{open?.Path ?? "(null)"}\" (handle {place}) off {read.Offset} len {read.Length}");
            RequireFile(isOpen, open);
            if (read.Length > SftpLimits.MaxData) session.Log.Write(SftpLogLevel.Debug2, $"read change len {read.Length} to {SftpLimits.MaxData}");
            return (open!, OffsetOf(read.Offset), (int)Math.Min(read.Length, SftpLimits.MaxData));
        }
    }

    // The data is written from where it lies, in however many pieces.
    public static async ValueTask WriteAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        (OpenHandle open, long offset, ReadOnlySequence<byte> data) = Read(session, request);
        await open.File!.WriteAsync(data, offset, ct).ConfigureAwait(false);
        open.BytesWritten += data.Length;
        session.Replies.Ok(request.Id);

        static (OpenHandle, long, ReadOnlySequence<byte>) Read(ServingSession session, in RequestMessage request)
        {
            ReadOnlySequence<byte> beginning = request.Whole.Slice(0, Math.Min(request.Whole.Length, SftpWriteHeader.MaxSize));
            Span<byte> copy = stackalloc byte[SftpWriteHeader.MaxSize];
            beginning.CopyTo(copy);
            var reader = new FieldReader(copy[..(int)beginning.Length]);
            scoped SftpWriteHeader write = default;
            SftpWriteHeader.Fields(ref reader, ref write);
            ReadOnlySequence<byte> data = request.Whole.Slice(beginning.Length - reader.Remaining);
            if (data.Length < write.DataLength) throw new SshViolationException(Violation.MessageTruncated, "A WRITE ends within its data.");
            data = data.Slice(0, write.DataLength);
            bool isOpen = session.Handles.TryFind(write.Handle, out OpenHandle? open, out int place);
            session.Log.Write(SftpLogLevel.Debug1, $"request {request.Id}: write \"{open?.Path ?? "(null)"}\" (handle {place}) off {write.Offset} len {write.DataLength}");
            RequireFile(isOpen, open);
            return (open!, OffsetOf(write.Offset), data);
        }
    }

    public static async ValueTask FSyncAsync(ServingSession session, RequestMessage request, CancellationToken ct)
    {
        bool isOpen = session.Handles.TryFind(Message.ReadRecord<SftpHandleOnly>(request.Fields.Span).Handle, out OpenHandle? open, out int place);
        session.Log.Write(SftpLogLevel.Debug3, $"request {request.Id}: fsync (handle {place})");
        session.Log.Write(SftpLogLevel.Verbose, $"fsync \"{open?.Path ?? "(null)"}\"");
        if (!isOpen || open!.File is not { } file) throw new SftpException(SftpStatusCode.NoSuchFile, "No such handle");
        await file.SyncAsync(ct).ConfigureAwait(false);
        session.Replies.Ok(request.Id);
    }

    /// <summary>Gives what was opened a handle, and the client the handle.</summary>
    public static void Give(ServingSession session, uint id, OpenHandle opened)
    {
        Span<byte> handle = stackalloc byte[OpenHandles.Size];
        int place = session.Handles.Add(opened, handle);
        session.Replies.Handle(id, handle, place);
    }

    /// <summary>Throws unless a handle is that of an open file.</summary>
    public static void RequireFile(bool isOpen, OpenHandle? open)
    {
        if (!isOpen || open!.File is null) throw new SftpException(SftpStatusCode.Failure, "No such handle");
    }

    /// <summary>An offset, or a length, as files count it.</summary>
    public static long OffsetOf(ulong offset) => offset <= long.MaxValue ? (long)offset : throw new SftpException(SftpStatusCode.BadMessage, "The offset is too large");

    public static void LogClose(ServingLog log, OpenHandle open, bool isForced)
    {
        string forced = isForced ? "forced " : "";
        if (open.File is null) log.Write(SftpLogLevel.Info, $"{forced}closedir \"{open.Path}\"");
        else log.Write(SftpLogLevel.Info, $"{forced}close \"{open.Path}\" bytes read {open.BytesRead} written {open.BytesWritten}");
    }

    // OpenSSH's words, which scripts look for in logs.
    private static string NamesOf(SftpOpenFlags flags)
    {
        ReadOnlySpan<(SftpOpenFlags Flag, string Name)> names =
        [
            (SftpOpenFlags.Read, "READ"), (SftpOpenFlags.Write, "WRITE"), (SftpOpenFlags.Append, "APPEND"),
            (SftpOpenFlags.Create, "CREATE"), (SftpOpenFlags.Truncate, "TRUNCATE"), (SftpOpenFlags.Exclusive, "EXCL"),
        ];
        var found = new List<string>();
        foreach ((SftpOpenFlags flag, string name) in names)
        {
            if ((flags & flag) != 0) found.Add(name);
        }

        return string.Join(',', found);
    }
}
