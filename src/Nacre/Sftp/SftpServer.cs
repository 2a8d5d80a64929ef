using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp;

/// <summary>Serves one SFTP session, version 3 with OpenSSH's extensions, over a pair of pipes.</summary>
/// <remarks>
/// Requests are done one after another, as a client may count on for those on one handle; replies gather while requests wait and go out together.
/// A malformed message ends the session, a request that fails does not.
/// </remarks>
public sealed class SftpServer
{
    /// <summary>Replies of this size in all go out before more requests are read.</summary>
    private const int FlushAt = 256 * 1024;

    /// <summary>Names in one reply to READDIR; OpenSSH's number.</summary>
    private const int NamesPerReply = 100;

    private static readonly (string Name, string Version)[] Extensions =
    [
        ("posix-rename@openssh.com", "1"),
        ("hardlink@openssh.com", "1"),
        ("fsync@openssh.com", "1"),
        ("lsetstat@openssh.com", "1"),
        ("limits@openssh.com", "1"),
        ("expand-path@openssh.com", "1"),
    ];

    private readonly IFileSystem _files;
    private readonly bool _isReadOnly;
    private readonly Action<string>? _log;
    private readonly Dictionary<ulong, IAsyncDisposable> _handles = [];
    private ulong _lastHandle;
    private bool _hasBegun;

    /// <summary>Creates a server for one session.</summary>
    /// <param name="files">The files that it shows.</param>
    /// <param name="isReadOnly">True to refuse whatever changes anything.</param>
    /// <param name="log">Hears of each request, one escaped line at a time.</param>
    public SftpServer(IFileSystem files, bool isReadOnly = false, Action<string>? log = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        (_files, _isReadOnly, _log) = (files, isReadOnly, log);
    }

    /// <summary>Serves until the client ends its input.</summary>
    /// <param name="input">What the client sends.</param>
    /// <param name="output">What goes to the client.</param>
    /// <param name="ct">Ends the session.</param>
    /// <returns>Done when the session has ended.</returns>
    /// <exception cref="SshViolationException">The client sent what is no SFTP.</exception>
    public async Task RunAsync(PipeReader input, PipeWriter output, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        try
        {
            while (true)
            {
                ReadResult read = await input.ReadAsync(ct).ConfigureAwait(false);
                ReadOnlySequence<byte> rest = read.Buffer;
                while (SftpFrames.TryTake(ref rest, out ReadOnlySequence<byte> message))
                {
                    await AnswerAsync(message, output, ct).ConfigureAwait(false);
                    if (output.CanGetUnflushedBytes && output.UnflushedBytes >= FlushAt) await output.FlushAsync(ct).ConfigureAwait(false);
                }

                input.AdvanceTo(rest.Start, rest.End);
                FlushResult flushed = await output.FlushAsync(ct).ConfigureAwait(false);
                if (read.IsCompleted || flushed.IsCompleted) return;
            }
        }
        finally
        {
            foreach (IAsyncDisposable handle in _handles.Values) await handle.DisposeAsync().ConfigureAwait(false);
            _handles.Clear();
        }
    }

    private async ValueTask AnswerAsync(ReadOnlySequence<byte> message, PipeWriter output, CancellationToken ct)
    {
        // A message within one segment, as most are, is used where it lies.
        byte[]? copy = message.IsSingleSegment ? null : ArrayPool<byte>.Shared.Rent((int)message.Length);
        ReadOnlyMemory<byte> bytes = message.First;
        if (copy is not null)
        {
            message.CopyTo(copy);
            bytes = copy.AsMemory(0, (int)message.Length);
        }

        try
        {
            await AnswerAsync(bytes, output, ct).ConfigureAwait(false);
        }
        finally
        {
            if (copy is not null) ArrayPool<byte>.Shared.Return(copy);
        }
    }

    private async ValueTask AnswerAsync(ReadOnlyMemory<byte> message, PipeWriter output, CancellationToken ct)
    {
        var type = (SftpMessageType)message.Span[0];
        ReadOnlyMemory<byte> fields = message[1..];
        if (type == SftpMessageType.Init)
        {
            Begin(Message.ReadRecord<SftpInit>(fields.Span), output);
            return;
        }

        if (!_hasBegun) throw new SshViolationException(Violation.UnexpectedMessage, "An SFTP request came before INIT.");
        if (fields.Length < sizeof(uint)) throw new SshViolationException(Violation.MessageTruncated, "An SFTP request has no id.");
        uint id = BinaryPrimitives.ReadUInt32BigEndian(fields.Span);
        try
        {
            await DoAsync(type, id, fields, output, ct).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not (SshViolationException or OperationCanceledException))
        {
            (SftpStatusCode code, string text) = StatusOf(error);
            if (code is not SftpStatusCode.Eof) _log?.Invoke($"sent status {text}");
            Reply(output, id, code, text);
        }
    }

    private void Begin(SftpInit init, PipeWriter output)
    {
        if (_hasBegun) throw new SshViolationException(Violation.UnexpectedMessage, "A second INIT came.");
        _hasBegun = true;
        _log?.Invoke($"received client version {init.Version}");
        var extensions = new List<byte>();
        foreach ((string name, string version) in Extensions)
        {
            var pair = new SftpExtensionPair { Name = Encoding.ASCII.GetBytes(name), Value = Encoding.ASCII.GetBytes(version) };
            extensions.AddRange(Message.WriteRecord(ref pair));
        }

        var reply = new SftpVersion { Version = SftpLimits.Version, Extensions = extensions.ToArray() };
        SftpFrames.Write(output, ref reply);
    }

    private ValueTask DoAsync(SftpMessageType type, uint id, ReadOnlyMemory<byte> fields, PipeWriter output, CancellationToken ct) => type switch
    {
        SftpMessageType.Open => OpenAsync(id, fields, output, ct),
        SftpMessageType.Close => CloseAsync(id, fields, output),
        SftpMessageType.Read => ReadAsync(id, fields, output, ct),
        SftpMessageType.Write => WriteAsync(id, fields, output, ct),
        SftpMessageType.LStat => StatAsync(id, PathOf(Message.ReadRecord<SftpLStat>(fields.Span).Path), false, output, ct),
        SftpMessageType.Stat => StatAsync(id, PathOf(Message.ReadRecord<SftpStat>(fields.Span).Path), true, output, ct),
        SftpMessageType.FStat => StatHandleAsync(id, fields, output, ct),
        SftpMessageType.SetStat => SetStatAsync(id, fields, output, ct),
        SftpMessageType.FSetStat => SetStatHandleAsync(id, fields, output, ct),
        SftpMessageType.OpenDir => OpenDirectoryAsync(id, fields, output, ct),
        SftpMessageType.ReadDir => ReadDirectoryAsync(id, fields, output),
        SftpMessageType.Remove => ChangeAsync(id, "remove name", PathOf(Message.ReadRecord<SftpRemove>(fields.Span).Path), (path, token) => _files.RemoveFileAsync(path, token), output, ct),
        SftpMessageType.MkDir => MakeDirectoryAsync(id, fields, output, ct),
        SftpMessageType.RmDir => ChangeAsync(id, "rmdir name", PathOf(Message.ReadRecord<SftpRmDir>(fields.Span).Path), (path, token) => _files.RemoveDirectoryAsync(path, token), output, ct),
        SftpMessageType.RealPath => RealPathAsync(id, PathOf(Message.ReadRecord<SftpRealPath>(fields.Span).Path), output, ct),
        SftpMessageType.Rename => RenameAsync(id, fields, output, ct),
        SftpMessageType.ReadLink => ReadLinkAsync(id, fields, output, ct),
        SftpMessageType.SymLink => SymLinkAsync(id, fields, output, ct),
        SftpMessageType.Extended => ExtendedAsync(id, fields, output, ct),
        _ => throw new SftpException(SftpStatusCode.OperationUnsupported),
    };

    private async ValueTask OpenAsync(uint id, ReadOnlyMemory<byte> fields, PipeWriter output, CancellationToken ct)
    {
        (string path, SftpOpenFlags flags, SftpAttributes attributes) = Read(fields.Span);
        _log?.Invoke($"open \"{Printable.Escape(path)}\" flags {flags} mode {Convert.ToString(attributes.Permissions ?? 438, 8)}");
        if ((flags & (SftpOpenFlags.Write | SftpOpenFlags.Append | SftpOpenFlags.Create | SftpOpenFlags.Truncate)) != 0) RequireWritable();
        CheckRoom();
        ReplyHandle(output, id, await _files.OpenAsync(path, flags, attributes, ct).ConfigureAwait(false));

        static (string, SftpOpenFlags, SftpAttributes) Read(ReadOnlySpan<byte> fields)
        {
            SftpOpen open = Message.ReadRecord<SftpOpen>(fields);
            return (PathOf(open.Path), (SftpOpenFlags)open.Flags, open.Attributes!);
        }
    }

    private async ValueTask CloseAsync(uint id, ReadOnlyMemory<byte> fields, PipeWriter output)
    {
        ulong number = NumberOf(Message.ReadRecord<SftpClose>(fields.Span).Handle);
        if (!_handles.Remove(number, out IAsyncDisposable? handle)) throw new SftpException(SftpStatusCode.Failure);
        await handle.DisposeAsync().ConfigureAwait(false);
        Reply(output, id, SftpStatusCode.Ok);
    }

    // The file is read straight into the reply.
    private async ValueTask ReadAsync(uint id, ReadOnlyMemory<byte> fields, PipeWriter output, CancellationToken ct)
    {
        const int header = 4 + 1 + 4 + 4;
        (IFileHandle file, long offset, int wanted) = Read(fields.Span);
        Memory<byte> room = output.GetMemory(header + wanted);
        int length = await file.ReadAsync(room.Slice(header, wanted), offset, ct).ConfigureAwait(false);
        if (length == 0 && wanted > 0) throw new SftpException(SftpStatusCode.Eof);
        Span<byte> reply = room.Span;
        BinaryPrimitives.WriteUInt32BigEndian(reply, (uint)(header - 4 + length));
        reply[4] = (byte)SftpMessageType.Data;
        BinaryPrimitives.WriteUInt32BigEndian(reply[5..], id);
        BinaryPrimitives.WriteUInt32BigEndian(reply[9..], (uint)length);
        output.Advance(header + length);

        (IFileHandle, long, int) Read(ReadOnlySpan<byte> bytes)
        {
            SftpRead read = Message.ReadRecord<SftpRead>(bytes);
            return (FileOf(read.Handle), OffsetOf(read.Offset), (int)Math.Min(read.Length, SftpLimits.MaxData));
        }
    }

    private async ValueTask WriteAsync(uint id, ReadOnlyMemory<byte> fields, PipeWriter output, CancellationToken ct)
    {
        RequireWritable();
        (IFileHandle file, long offset, int length) = Read(fields.Span);
        await file.WriteAsync(new ReadOnlySequence<byte>(fields[^length..]), offset, ct).ConfigureAwait(false);
        Reply(output, id, SftpStatusCode.Ok);

        (IFileHandle, long, int) Read(ReadOnlySpan<byte> bytes)
        {
            SftpWrite write = Message.ReadRecord<SftpWrite>(bytes);
            return (FileOf(write.Handle), OffsetOf(write.Offset), write.Data.Length);
        }
    }

    private async ValueTask StatAsync(uint id, string path, bool followsLinks, PipeWriter output, CancellationToken ct) =>
        ReplyAttributes(output, id, await _files.StatAsync(path, followsLinks, ct).ConfigureAwait(false));

    private async ValueTask StatHandleAsync(uint id, ReadOnlyMemory<byte> fields, PipeWriter output, CancellationToken ct)
    {
        IFileHandle file = FileOf(Message.ReadRecord<SftpFStat>(fields.Span).Handle);
        ReplyAttributes(output, id, await file.StatAsync(ct).ConfigureAwait(false));
    }

    private async ValueTask SetStatAsync(uint id, ReadOnlyMemory<byte> fields, PipeWriter output, CancellationToken ct)
    {
        RequireWritable();
        (string path, SftpAttributes attributes) = Read(fields.Span);
        await _files.SetAttributesAsync(path, attributes, followsLinks: true, ct).ConfigureAwait(false);
        Reply(output, id, SftpStatusCode.Ok);

        static (string, SftpAttributes) Read(ReadOnlySpan<byte> bytes)
        {
            SftpSetStat set = Message.ReadRecord<SftpSetStat>(bytes);
            return (PathOf(set.Path), set.Attributes!);
        }
    }

    private async ValueTask SetStatHandleAsync(uint id, ReadOnlyMemory<byte> fields, PipeWriter output, CancellationToken ct)
    {
        RequireWritable();
        (IFileHandle file, SftpAttributes attributes) = Read(fields.Span);
        await file.SetAttributesAsync(attributes, ct).ConfigureAwait(false);
        Reply(output, id, SftpStatusCode.Ok);

        (IFileHandle, SftpAttributes) Read(ReadOnlySpan<byte> bytes)
        {
            SftpFSetStat set = Message.ReadRecord<SftpFSetStat>(bytes);
            return (FileOf(set.Handle), set.Attributes!);
        }
    }

    private async ValueTask OpenDirectoryAsync(uint id, ReadOnlyMemory<byte> fields, PipeWriter output, CancellationToken ct)
    {
        string path = PathOf(Message.ReadRecord<SftpOpenDir>(fields.Span).Path);
        _log?.Invoke($"opendir \"{Printable.Escape(path)}\"");
        CheckRoom();
        SftpAttributes attributes = await _files.StatAsync(path, followsLinks: true, ct).ConfigureAwait(false);
        if (!attributes.IsDirectory) throw new SftpException(SftpStatusCode.Failure, "Not a directory");
        var listing = new Listing(_files.ListAsync(path, ct).GetAsyncEnumerator(ct));

        // A directory that may not be read is refused here and not at its first name.
        await listing.PeekAsync().ConfigureAwait(false);
        ReplyHandle(output, id, listing);
    }

    private async ValueTask ReadDirectoryAsync(uint id, ReadOnlyMemory<byte> fields, PipeWriter output)
    {
        Listing listing = DirectoryOf(Message.ReadRecord<SftpReadDir>(fields.Span).Handle);
        var entries = new List<byte>();
        uint count = 0;
        while (count < NamesPerReply && await listing.PeekAsync().ConfigureAwait(false) is { } entry)
        {
            byte[] encoded = Encode(entry.Name, entry.LongName, entry.Attributes);
            if (entries.Count + encoded.Length > SftpLimits.MaxData) break;
            entries.AddRange(encoded);
            listing.Take();
            count++;
        }

        if (count == 0) throw new SftpException(SftpStatusCode.Eof);
        ReplyNames(output, id, count, entries.ToArray());
    }

    private async ValueTask MakeDirectoryAsync(uint id, ReadOnlyMemory<byte> fields, PipeWriter output, CancellationToken ct)
    {
        (string path, SftpAttributes attributes) = Read(fields.Span);
        await ChangeAsync(id, "mkdir name", path, (where, token) => _files.MakeDirectoryAsync(where, attributes, token), output, ct).ConfigureAwait(false);

        static (string, SftpAttributes) Read(ReadOnlySpan<byte> bytes)
        {
            SftpMkDir make = Message.ReadRecord<SftpMkDir>(bytes);
            return (PathOf(make.Path), make.Attributes!);
        }
    }

    private async ValueTask ChangeAsync(uint id, string what, string path, Func<string, CancellationToken, ValueTask> change, PipeWriter output, CancellationToken ct)
    {
        _log?.Invoke($"{what} \"{Printable.Escape(path)}\"");
        RequireWritable();
        await change(path, ct).ConfigureAwait(false);
        Reply(output, id, SftpStatusCode.Ok);
    }

    private async ValueTask RealPathAsync(uint id, string path, PipeWriter output, CancellationToken ct)
    {
        string resolved = await _files.ResolveAsync(path, ct).ConfigureAwait(false);
        ReplyNames(output, id, 1, Encode(resolved, resolved, new SftpAttributes()));
    }

    private async ValueTask RenameAsync(uint id, ReadOnlyMemory<byte> fields, PipeWriter output, CancellationToken ct)
    {
        (string oldPath, string newPath) = Read(fields.Span);
        _log?.Invoke($"rename old \"{Printable.Escape(oldPath)}\" new \"{Printable.Escape(newPath)}\"");
        RequireWritable();
        await _files.RenameAsync(oldPath, newPath, replaces: false, ct).ConfigureAwait(false);
        Reply(output, id, SftpStatusCode.Ok);

        static (string, string) Read(ReadOnlySpan<byte> bytes)
        {
            SftpRename rename = Message.ReadRecord<SftpRename>(bytes);
            return (PathOf(rename.OldPath), PathOf(rename.NewPath));
        }
    }

    private async ValueTask ReadLinkAsync(uint id, ReadOnlyMemory<byte> fields, PipeWriter output, CancellationToken ct)
    {
        string target = await _files.ReadLinkAsync(PathOf(Message.ReadRecord<SftpReadLink>(fields.Span).Path), ct).ConfigureAwait(false);
        ReplyNames(output, id, 1, Encode(target, target, new SftpAttributes()));
    }

    private async ValueTask SymLinkAsync(uint id, ReadOnlyMemory<byte> fields, PipeWriter output, CancellationToken ct)
    {
        (string target, string link) = Read(fields.Span);
        _log?.Invoke($"symlink old \"{Printable.Escape(target)}\" new \"{Printable.Escape(link)}\"");
        RequireWritable();
        await _files.MakeSymbolicLinkAsync(target, link, ct).ConfigureAwait(false);
        Reply(output, id, SftpStatusCode.Ok);

        static (string, string) Read(ReadOnlySpan<byte> bytes)
        {
            SftpSymLink link = Message.ReadRecord<SftpSymLink>(bytes);
            return (PathOf(link.Target), PathOf(link.Link));
        }
    }

    private async ValueTask ExtendedAsync(uint id, ReadOnlyMemory<byte> fields, PipeWriter output, CancellationToken ct)
    {
        (string name, int length) = Read(fields.Span);
        ReadOnlyMemory<byte> contents = fields[^length..];
        switch (name)
        {
            case "posix-rename@openssh.com":
                (string oldPath, string newPath) = TwoPaths(contents.Span);
                RequireWritable();
                await _files.RenameAsync(oldPath, newPath, replaces: true, ct).ConfigureAwait(false);
                break;
            case "hardlink@openssh.com":
                (string existing, string added) = TwoPaths(contents.Span);
                RequireWritable();
                await _files.MakeHardLinkAsync(existing, added, ct).ConfigureAwait(false);
                break;
            case "fsync@openssh.com":
                RequireWritable();
                await FileOf(Message.ReadRecord<SftpHandleOnly>(contents.Span).Handle).SyncAsync(ct).ConfigureAwait(false);
                break;
            case "lsetstat@openssh.com":
                RequireWritable();
                (string path, SftpAttributes attributes) = PathAndAttributes(contents.Span);
                await _files.SetAttributesAsync(path, attributes, followsLinks: false, ct).ConfigureAwait(false);
                break;
            case "expand-path@openssh.com":
                await RealPathAsync(id, WithoutTilde(PathOf(Message.ReadRecord<SftpPathOnly>(contents.Span).Path)), output, ct).ConfigureAwait(false);
                return;
            case "limits@openssh.com":
                ReplyLimits(output, id);
                return;
            default:
                throw new SftpException(SftpStatusCode.OperationUnsupported);
        }

        Reply(output, id, SftpStatusCode.Ok);

        static (string, int) Read(ReadOnlySpan<byte> bytes)
        {
            SftpExtended extended = Message.ReadRecord<SftpExtended>(bytes);
            return (Encoding.UTF8.GetString(extended.Name), extended.Contents.Length);
        }

        static (string, string) TwoPaths(ReadOnlySpan<byte> bytes)
        {
            SftpTwoPaths paths = Message.ReadRecord<SftpTwoPaths>(bytes);
            return (PathOf(paths.OldPath), PathOf(paths.NewPath));
        }

        static (string, SftpAttributes) PathAndAttributes(ReadOnlySpan<byte> bytes)
        {
            SftpPathAndAttributes set = Message.ReadRecord<SftpPathAndAttributes>(bytes);
            return (PathOf(set.Path), set.Attributes!);
        }
    }

    // A session starts in the user's home, which ~ therefore is; another user's is not ours to tell.
    private static string WithoutTilde(string path) => path switch
    {
        "~" or "~/" => "",
        _ when path.StartsWith("~/", StringComparison.Ordinal) => path[2..],
        _ when path.StartsWith('~') => throw new SftpException(SftpStatusCode.NoSuchFile),
        _ => path,
    };

    private static void ReplyLimits(PipeWriter output, uint id)
    {
        var limits = new SftpLimitsReply
        {
            MaxPacketLength = SftpLimits.MaxMessage,
            MaxReadLength = SftpLimits.MaxData,
            MaxWriteLength = SftpLimits.MaxData,
            MaxOpenHandles = SftpLimits.MaxHandles,
        };
        var reply = new SftpExtendedReply { Id = id, Contents = Message.WriteRecord(ref limits) };
        SftpFrames.Write(output, ref reply);
    }

    private void RequireWritable()
    {
        if (_isReadOnly) throw new SftpException(SftpStatusCode.PermissionDenied);
    }

    private void CheckRoom()
    {
        if (_handles.Count >= SftpLimits.MaxHandles) throw new SftpException(SftpStatusCode.Failure, "Too many open files");
    }

    private void ReplyHandle(PipeWriter output, uint id, IAsyncDisposable handle)
    {
        _handles.Add(++_lastHandle, handle);
        byte[] encoded = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(encoded, _lastHandle);
        var reply = new SftpHandle { Id = id, Handle = encoded };
        SftpFrames.Write(output, ref reply);
    }

    private static void ReplyAttributes(PipeWriter output, uint id, SftpAttributes attributes)
    {
        var reply = new SftpAttrs { Id = id, Attributes = attributes };
        SftpFrames.Write(output, ref reply);
    }

    private static void ReplyNames(PipeWriter output, uint id, uint count, byte[] entries)
    {
        var reply = new SftpName { Id = id, Count = count, Entries = entries };
        SftpFrames.Write(output, ref reply);
    }

    private static void Reply(PipeWriter output, uint id, SftpStatusCode code, string? text = null)
    {
        var reply = new SftpStatus { Id = id, Code = (uint)code, Message = Encoding.UTF8.GetBytes(text ?? SftpException.Describe(code)) };
        SftpFrames.Write(output, ref reply);
    }

    private static byte[] Encode(string name, string longName, SftpAttributes attributes)
    {
        var entry = new SftpNameEntry { FileName = Encoding.UTF8.GetBytes(name), LongName = Encoding.UTF8.GetBytes(longName), Attributes = attributes };
        return Message.WriteRecord(ref entry);
    }

    private static string PathOf(ReadOnlySpan<byte> path)
    {
        if (path.Contains((byte)0)) throw new SftpException(SftpStatusCode.NoSuchFile);
        return Encoding.UTF8.GetString(path);
    }

    private static long OffsetOf(ulong offset) => offset <= long.MaxValue ? (long)offset : throw new SftpException(SftpStatusCode.Failure, "The offset is too large");

    private static ulong NumberOf(ReadOnlySpan<byte> handle) => handle.Length == sizeof(ulong) ? BinaryPrimitives.ReadUInt64BigEndian(handle) : 0;

    private IFileHandle FileOf(ReadOnlySpan<byte> handle) =>
        _handles.GetValueOrDefault(NumberOf(handle)) as IFileHandle ?? throw new SftpException(SftpStatusCode.Failure, "No such handle");

    private Listing DirectoryOf(ReadOnlySpan<byte> handle) =>
        _handles.GetValueOrDefault(NumberOf(handle)) as Listing ?? throw new SftpException(SftpStatusCode.Failure, "No such handle");

    private static (SftpStatusCode Code, string Text) StatusOf(Exception error) => error switch
    {
        SftpException known => (known.Status, known.Message),
        FileNotFoundException or DirectoryNotFoundException => Of(SftpStatusCode.NoSuchFile),
        UnauthorizedAccessException => Of(SftpStatusCode.PermissionDenied),
        _ => Of(SftpStatusCode.Failure),
    };

    private static (SftpStatusCode Code, string Text) Of(SftpStatusCode code) => (code, SftpException.Describe(code));

    /// <summary>A directory that is being listed.</summary>
    private sealed class Listing(IAsyncEnumerator<FileEntry> entries) : IAsyncDisposable
    {
        private FileEntry? _next;

        /// <summary>The next entry, which stays next; null at the end.</summary>
        public async ValueTask<FileEntry?> PeekAsync()
        {
            if (_next is null && await entries.MoveNextAsync().ConfigureAwait(false)) _next = entries.Current;
            return _next;
        }

        public void Take() => _next = null;

        public ValueTask DisposeAsync() => entries.DisposeAsync();
    }
}
