using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp;

/// <summary>An SFTP session: files at the other side, with as many requests in flight as the distance needs.</summary>
/// <remarks>May be used from several threads at once. What a server says is shown to nobody before it is escaped; file names come as they are.</remarks>
public sealed partial class SftpClient : IAsyncDisposable
{
    /// <summary>Data in one request where the server says nothing of larger ones; every server takes it.</summary>
    private const int UsualData = 32 * 1024;

    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private readonly IAsyncDisposable? _owner;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<Reply>> _pending = new();
    private readonly HashSet<string> _extensions = [];
    private Task _reading = Task.CompletedTask;
    private Exception? _ended;
    private uint _lastId;

    private SftpClient(PipeReader input, PipeWriter output, IAsyncDisposable? owner) => (_input, _output, _owner) = (input, output, owner);

    /// <summary>The most data that one READ asks for, in bytes.</summary>
    public int MaxReadLength { get; private set; } = UsualData;

    /// <summary>The most data that one WRITE carries, in bytes.</summary>
    public int MaxWriteLength { get; private set; } = UsualData;

    /// <summary>Begins a session over a pair of pipes.</summary>
    /// <param name="input">What the server sends.</param>
    /// <param name="output">What goes to the server.</param>
    /// <param name="owner">Disposed of with the session; may be null.</param>
    /// <param name="ct">Cancels the beginning.</param>
    /// <returns>The session.</returns>
    /// <exception cref="SshException">The other side speaks no SFTP that we do.</exception>
    public static async Task<SftpClient> StartAsync(PipeReader input, PipeWriter output, IAsyncDisposable? owner = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        var client = new SftpClient(input, output, owner);
        await client.BeginAsync(ct).ConfigureAwait(false);
        return client;
    }

    /// <summary>True when the server offers an extension.</summary>
    /// <param name="name">Its name, such as posix-rename@openssh.com.</param>
    /// <returns>Whether it does.</returns>
    public bool Offers(string name) => _extensions.Contains(name);

    /// <summary>The absolute form of a path at the server; of "." it is where the session started.</summary>
    /// <param name="path">The path.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The absolute path.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public async Task<string> ResolveAsync(string path, CancellationToken ct = default) =>
        (await NamesAsync(id => Encode(new SftpRealPath { Id = id, Path = Utf8(path) }), path, ct).ConfigureAwait(false))[0].Name;

    /// <summary>What is known of a file.</summary>
    /// <param name="path">Which.</param>
    /// <param name="followsLinks">False to ask about a link itself.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The attributes.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public async Task<SftpAttributes> StatAsync(string path, bool followsLinks = true, CancellationToken ct = default)
    {
        Reply reply = await SendAsync(
            id => followsLinks ? Encode(new SftpStat { Id = id, Path = Utf8(path) }) : Encode(new SftpLStat { Id = id, Path = Utf8(path) }), ct).ConfigureAwait(false);
        reply.Expect(SftpMessageType.Attrs, path);
        return Message.ReadRecord<SftpAttrs>(reply.Fields).Attributes!;
    }

    /// <summary>Lists a directory as the server sends it, with . and .. where the server names them.</summary>
    /// <param name="path">Which.</param>
    /// <param name="ct">Ends the listing.</param>
    /// <returns>The entries. A name is the server's word: it may hold a slash or be "..", so check it before it becomes a local path.</returns>
    public async IAsyncEnumerable<FileEntry> ListAsync(string path, [EnumeratorCancellation] CancellationToken ct = default)
    {
        byte[] handle = await HandleAsync(id => Encode(new SftpOpenDir { Id = id, Path = Utf8(path) }), path, ct).ConfigureAwait(false);
        try
        {
            while (true)
            {
                Reply reply = await SendAsync(id => Encode(new SftpReadDir { Id = id, Handle = handle }), ct).ConfigureAwait(false);
                if (reply.IsEof) yield break;
                reply.Expect(SftpMessageType.Name, path);
                foreach (FileEntry entry in ReadNames(reply)) yield return entry;
            }
        }
        finally
        {
            await CloseAsync(handle, path, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Sets what the attributes name.</summary>
    /// <param name="path">Of which file.</param>
    /// <param name="attributes">What to set.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is set.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task SetAttributesAsync(string path, SftpAttributes attributes, CancellationToken ct = default) =>
        DoneAsync(id => Encode(new SftpSetStat { Id = id, Path = Utf8(path), Attributes = attributes }), path, ct);

    /// <summary>Makes a directory.</summary>
    /// <param name="path">Where.</param>
    /// <param name="permissions">Its permissions, less the server's umask.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is there.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task MakeDirectoryAsync(string path, uint permissions = 0x1ff, CancellationToken ct = default) =>
        DoneAsync(id => Encode(new SftpMkDir { Id = id, Path = Utf8(path), Attributes = new SftpAttributes { Permissions = permissions } }), path, ct);

    /// <summary>Removes an empty directory.</summary>
    /// <param name="path">Which.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is gone.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task RemoveDirectoryAsync(string path, CancellationToken ct = default) => DoneAsync(id => Encode(new SftpRmDir { Id = id, Path = Utf8(path) }), path, ct);

    /// <summary>Removes a file or a link.</summary>
    /// <param name="path">Which.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is gone.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task RemoveFileAsync(string path, CancellationToken ct = default) => DoneAsync(id => Encode(new SftpRemove { Id = id, Path = Utf8(path) }), path, ct);

    /// <summary>Renames a file or directory.</summary>
    /// <param name="oldPath">Which.</param>
    /// <param name="newPath">Its new path.</param>
    /// <param name="replaces">One that has the new name is replaced at once where the server can (posix-rename); false for version 3's own rename, which fails then.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is renamed.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task RenameAsync(string oldPath, string newPath, bool replaces = true, CancellationToken ct = default) => DoneAsync(
        id => replaces && Offers("posix-rename@openssh.com")
            ? Extended(id, "posix-rename@openssh.com", TwoPaths(oldPath, newPath))
            : Encode(new SftpRename { Id = id, OldPath = Utf8(oldPath), NewPath = Utf8(newPath) }),
        oldPath,
        ct);

    /// <summary>Makes a hard link, where the server can.</summary>
    /// <param name="oldPath">The file.</param>
    /// <param name="newPath">Its other name.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is there.</returns>
    /// <exception cref="SftpException">The server refused or cannot.</exception>
    public Task MakeHardLinkAsync(string oldPath, string newPath, CancellationToken ct = default) => Offers("hardlink@openssh.com")
        ? DoneAsync(id => Extended(id, "hardlink@openssh.com", TwoPaths(oldPath, newPath)), oldPath, ct)
        : throw new SftpException(SftpStatusCode.OperationUnsupported, "Server does not support hardlink@openssh.com extension", oldPath);

    /// <summary>Makes a symbolic link.</summary>
    /// <param name="target">What it says.</param>
    /// <param name="path">Where it is.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is there.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task MakeSymbolicLinkAsync(string target, string path, CancellationToken ct = default) =>
        DoneAsync(id => Encode(new SftpSymLink { Id = id, Target = Utf8(target), Link = Utf8(path) }), path, ct);

    /// <summary>What a symbolic link says.</summary>
    /// <param name="path">The link.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Its text.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public async Task<string> ReadLinkAsync(string path, CancellationToken ct = default) =>
        (await NamesAsync(id => Encode(new SftpReadLink { Id = id, Path = Utf8(path) }), path, ct).ConfigureAwait(false))[0].Name;

    /// <summary>Opens a file.</summary>
    /// <param name="path">Which.</param>
    /// <param name="flags">How.</param>
    /// <param name="permissions">The permissions of a file that is made; the server's default when null.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The open file.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public async Task<RemoteFile> OpenAsync(string path, SftpOpenFlags flags, uint? permissions = null, CancellationToken ct = default)
    {
        var attributes = new SftpAttributes { Permissions = permissions };
        byte[] handle = await HandleAsync(id => Encode(new SftpOpen { Id = id, Path = Utf8(path), Flags = (uint)flags, Attributes = attributes }), path, ct).ConfigureAwait(false);
        return new RemoteFile(this, handle, path);
    }

    /// <summary>Copies a file from the server.</summary>
    /// <param name="path">Which.</param>
    /// <param name="destination">Where its bytes go.</param>
    /// <param name="progress">Hears of the bytes copied so far.</param>
    /// <param name="ct">Ends the copying.</param>
    /// <returns>The bytes copied.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public async Task<long> DownloadAsync(string path, Stream destination, IProgress<long>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        RemoteFile file = await OpenAsync(path, SftpOpenFlags.Read, ct: ct).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable closing = file.ConfigureAwait(false);
        return await new SftpTransfer(file, progress).DownloadAsync(destination, ct).ConfigureAwait(false);
    }

    /// <summary>Copies a file to the server, over what is there.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="path">Where to.</param>
    /// <param name="permissions">The permissions of a file that is made; the server's default when null.</param>
    /// <param name="progress">Hears of the bytes copied so far.</param>
    /// <param name="ct">Ends the copying.</param>
    /// <returns>The bytes copied.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public async Task<long> UploadAsync(Stream source, string path, uint? permissions = null, IProgress<long>? progress = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        const SftpOpenFlags flags = SftpOpenFlags.Write | SftpOpenFlags.Create | SftpOpenFlags.Truncate;
        RemoteFile file = await OpenAsync(path, flags, permissions, ct).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable closing = file.ConfigureAwait(false);
        long written = await new SftpTransfer(file, progress).UploadAsync(source, ct).ConfigureAwait(false);
        await file.CloseAsync(ct).ConfigureAwait(false);
        return written;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _output.CompleteAsync().ConfigureAwait(false);
        _input.CancelPendingRead();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_owner is not null) await _owner.DisposeAsync().ConfigureAwait(false);
        _writing.Dispose();
    }

    internal static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Sends a request and waits for its reply.</summary>
    internal async Task<Reply> SendAsync(Func<uint, byte[]> encode, CancellationToken ct) =>
        await (await PostAsync(encode, ct).ConfigureAwait(false)).WaitAsync(ct).ConfigureAwait(false);

    /// <summary>Sends a request; the task that comes back is its reply.</summary>
    internal async Task<Task<Reply>> PostAsync(Func<uint, byte[]> encode, CancellationToken ct)
    {
        uint id = Interlocked.Increment(ref _lastId);
        var reply = new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[id] = reply;
        if (Volatile.Read(ref _ended) is { } ended) reply.TrySetException(ended);
        else await WriteAsync(encode(id), ct).ConfigureAwait(false);
        return reply.Task;
    }

    internal static byte[] Encode<T>(scoped in T message)
        where T : ISftpMessage<T>, allows ref struct
    {
        T copy = message;
        byte[] fields = Message.WriteRecord(ref copy);
        byte[] encoded = new byte[5 + fields.Length];
        BinaryPrimitives.WriteUInt32BigEndian(encoded, (uint)(1 + fields.Length));
        encoded[4] = (byte)T.Type;
        fields.CopyTo(encoded, 5);
        return encoded;
    }

    internal static byte[] Extended(uint id, string name, byte[] contents) =>
        Encode(new SftpExtended { Id = id, Name = Encoding.ASCII.GetBytes(name), Contents = contents });

    internal Task CloseAsync(byte[] handle, string path, CancellationToken ct) => DoneAsync(id => Encode(new SftpClose { Id = id, Handle = handle }), path, ct);

    internal async Task DoneAsync(Func<uint, byte[]> encode, string path, CancellationToken ct) =>
        (await SendAsync(encode, ct).ConfigureAwait(false)).ExpectOk(path);

    private static byte[] TwoPaths(string oldPath, string newPath)
    {
        var paths = new SftpTwoPaths { OldPath = Utf8(oldPath), NewPath = Utf8(newPath) };
        return Message.WriteRecord(ref paths);
    }

    private async Task<byte[]> HandleAsync(Func<uint, byte[]> encode, string path, CancellationToken ct)
    {
        Reply reply = await SendAsync(encode, ct).ConfigureAwait(false);
        reply.Expect(SftpMessageType.Handle, path);
        return Message.ReadRecord<SftpHandle>(reply.Fields).Handle.ToArray();
    }

    private async Task<List<FileEntry>> NamesAsync(Func<uint, byte[]> encode, string path, CancellationToken ct)
    {
        Reply reply = await SendAsync(encode, ct).ConfigureAwait(false);
        reply.Expect(SftpMessageType.Name, path);
        List<FileEntry> names = ReadNames(reply);
        return names.Count > 0 ? names : throw new SftpException(SftpStatusCode.BadMessage, path: path);
    }

    private static List<FileEntry> ReadNames(Reply reply)
    {
        SftpName name = Message.ReadRecord<SftpName>(reply.Fields);
        var entries = new List<FileEntry>();
        var reader = new FieldReader(name.Entries);
        for (uint i = 0; i < name.Count; i++)
        {
            var entry = default(SftpNameEntry);
            SftpNameEntry.Fields(ref reader, ref entry);
            entries.Add(new FileEntry(Encoding.UTF8.GetString(entry.FileName), Encoding.UTF8.GetString(entry.LongName), entry.Attributes!));
        }

        return entries;
    }

    private async Task BeginAsync(CancellationToken ct)
    {
        await WriteAsync(Encode(new SftpInit { Version = SftpLimits.Version }), ct).ConfigureAwait(false);
        while (true)
        {
            ReadResult read = await _input.ReadAsync(ct).ConfigureAwait(false);
            ReadOnlySequence<byte> rest = read.Buffer;
            if (SftpFrames.TryTake(ref rest, out ReadOnlySequence<byte> message))
            {
                TakeVersion(message.ToArray());
                _input.AdvanceTo(rest.Start);
                break;
            }

            _input.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted) throw new SftpException(SftpStatusCode.NoConnection, "The connection ended before SFTP began: the server may offer no sftp subsystem.");
        }

        _reading = Task.Run(ReadAsync, CancellationToken.None);
        if (Offers("limits@openssh.com")) await LearnLimitsAsync(ct).ConfigureAwait(false);
    }

    private void TakeVersion(byte[] message)
    {
        if (message[0] != (byte)SftpMessageType.Version) throw new SshException("The server's first SFTP message is no VERSION; a login script that prints something may be the cause.");
        SftpVersion version = Message.ReadRecord<SftpVersion>(message.AsSpan(1));
        if (version.Version < SftpLimits.Version) throw new SshException($"The server speaks SFTP version {version.Version}; version 3 is the oldest that is understood.");
        var reader = new FieldReader(version.Extensions);
        while (reader.Remaining > 0)
        {
            var pair = default(SftpExtensionPair);
            SftpExtensionPair.Fields(ref reader, ref pair);
            _extensions.Add(Encoding.ASCII.GetString(pair.Name));
        }
    }

    private async Task LearnLimitsAsync(CancellationToken ct)
    {
        Reply reply = await SendAsync(id => Extended(id, "limits@openssh.com", []), ct).ConfigureAwait(false);
        if (reply.Type != SftpMessageType.ExtendedReply) return;
        SftpLimitsReply limits = Message.ReadRecord<SftpLimitsReply>(Message.ReadRecord<SftpExtendedReply>(reply.Fields).Contents);
        MaxReadLength = Usable(limits.MaxReadLength);
        MaxWriteLength = Usable(limits.MaxWriteLength);

        static int Usable(ulong limit) => limit == 0 ? UsualData : (int)Math.Clamp(limit, 1024, SftpLimits.MaxData);
    }

    private async ValueTask WriteAsync(byte[] message, CancellationToken ct)
    {
        await _writing.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            await _output.WriteAsync(message, ct).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        Exception end = new SshException("The SFTP session has ended.");
        try
        {
            while (true)
            {
                ReadResult read = await _input.ReadAsync().ConfigureAwait(false);
                ReadOnlySequence<byte> rest = read.Buffer;
                while (SftpFrames.TryTake(ref rest, out ReadOnlySequence<byte> message)) Dispatch(message.ToArray());
                _input.AdvanceTo(rest.Start, rest.End);
                if (read.IsCompleted || read.IsCanceled) break;
            }
        }
        catch (Exception error) when (error is SshException or IOException or InvalidOperationException)
        {
            end = error as SshException ?? new SshException("The SFTP session was lost.", error);
        }

        Volatile.Write(ref _ended, end);
        foreach (TaskCompletionSource<Reply> waiting in _pending.Values) waiting.TrySetException(end);
        await _input.CompleteAsync().ConfigureAwait(false);
    }

    // P-SFTP-4: replies may come in any order; one that nothing asked for is a violation.
    private void Dispatch(byte[] message)
    {
        if (message.Length < 5) throw new SshViolationException(Violation.MessageTruncated, "An SFTP reply has no id.");
        uint id = BinaryPrimitives.ReadUInt32BigEndian(message.AsSpan(1));
        if (!_pending.TryRemove(id, out TaskCompletionSource<Reply>? waiting)) throw new SshViolationException(Violation.UnexpectedReply, $"An SFTP reply has the id {id}, which no request has.");
        waiting.TrySetResult(new Reply(message));
    }

    /// <summary>A reply as it came.</summary>
    internal sealed class Reply(byte[] message)
    {
        public SftpMessageType Type => (SftpMessageType)message[0];

        public ReadOnlySpan<byte> Fields => message.AsSpan(1);

        public ReadOnlyMemory<byte> FieldsMemory => message.AsMemory(1);

        public bool IsEof => Type == SftpMessageType.Status && Message.ReadRecord<SftpStatus>(Fields).Code == (uint)SftpStatusCode.Eof;

        /// <summary>Throws unless the reply is of this type.</summary>
        public void Expect(SftpMessageType type, string path)
        {
            if (Type == type) return;
            if (Type != SftpMessageType.Status) throw new SftpException(SftpStatusCode.BadMessage, path: path);
            throw Error(path);
        }

        /// <summary>Throws unless the reply is a status that says OK.</summary>
        public void ExpectOk(string path)
        {
            if (Type != SftpMessageType.Status) throw new SftpException(SftpStatusCode.BadMessage, path: path);
            if (Message.ReadRecord<SftpStatus>(Fields).Code != (uint)SftpStatusCode.Ok) throw Error(path);
        }

        // The code decides the words where it is a known one, as with OpenSSH; the server's text is for the rest.
        private SftpException Error(string path)
        {
            SftpStatus status = Message.ReadRecord<SftpStatus>(Fields);
            var code = (SftpStatusCode)status.Code;
            bool saysMore = code == SftpStatusCode.Failure && !status.Message.IsEmpty;
            return new SftpException(code, saysMore ? Printable.Escape(status.Message) : "", path);
        }
    }
}
