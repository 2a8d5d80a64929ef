using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp;

/// <summary>A file that is open at an SFTP server.</summary>
public sealed class RemoteFile : IAsyncDisposable
{
    internal const string SyncExtension = "fsync@openssh.com";

    private readonly byte[] _handle;
    private int _isClosed;

    internal RemoteFile(SftpClient client, byte[] handle, string path) => (Client, _handle, Path) = (client, handle, path);

    /// <summary>The path that it was opened by.</summary>
    public string Path { get; }

    internal SftpClient Client { get; }

    /// <summary>Reads at an offset; a server may give less than was asked for.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="offset">From where, in bytes.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The bytes read; 0 at or behind the end.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public async Task<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken ct = default)
    {
        Task<SftpClient.Reply> reply = await PostReadAsync(Math.Min(buffer.Length, Client.MaxReadLength), offset, ct).ConfigureAwait(false);
        ReadOnlyMemory<byte> data = DataOf(await reply.WaitAsync(ct).ConfigureAwait(false));
        if (data.Length > buffer.Length) throw new SshViolationException(Violation.FieldTooLong, "The server sent more data than was asked for.");
        data.CopyTo(buffer);
        return data.Length;
    }

    /// <summary>Writes at an offset.</summary>
    /// <param name="bytes">What.</param>
    /// <param name="offset">Where, in bytes.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when the server has it.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken ct = default)
    {
        while (!bytes.IsEmpty)
        {
            ReadOnlyMemory<byte> part = bytes[..Math.Min(bytes.Length, Client.MaxWriteLength)];
            Task<SftpClient.Reply> reply = await PostWriteAsync(part, offset, ct).ConfigureAwait(false);
            (await reply.WaitAsync(ct).ConfigureAwait(false)).ExpectOk(Path);
            offset += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    /// <summary>What is known of the file.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The attributes.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public async Task<SftpAttributes> StatAsync(CancellationToken ct = default)
    {
        SftpClient.Reply reply = await Client.SendAsync(id => SftpClient.Encode(new SftpFStat { Id = id, Handle = _handle }), ct).ConfigureAwait(false);
        reply.Expect(SftpMessageType.Attrs, Path);
        return Message.ReadRecord<SftpAttrs>(reply.Fields).Attributes!;
    }

    /// <summary>Sets what the attributes name.</summary>
    /// <param name="attributes">What to set.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is set.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task SetAttributesAsync(SftpAttributes attributes, CancellationToken ct = default) =>
        Client.DoneAsync(id => SftpClient.Encode(new SftpFSetStat { Id = id, Handle = _handle, Attributes = attributes }), Path, ct);

    /// <summary>Has the server put the file on its disk; asks of a server that offers <see cref="SyncExtension"/>.</summary>
    internal Task SyncAsync(CancellationToken ct = default)
    {
        var handle = new SftpHandle { Handle = _handle };
        byte[] contents = Message.WriteRecord(ref handle);
        return Client.DoneAsync(id => SftpClient.Extended(id, SyncExtension, contents), Path, ct);
    }

    /// <summary>Closes the file; an error of an earlier write may come only now.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is closed.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task CloseAsync(CancellationToken ct = default) =>
        Interlocked.Exchange(ref _isClosed, 1) == 0 ? Client.CloseAsync(_handle, Path, ct) : Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await CloseAsync().ConfigureAwait(false);
        }
        catch (SshException)
        {
            // Whoever wants to know closes the file before.
        }
    }

    internal Task<Task<SftpClient.Reply>> PostReadAsync(int length, long offset, CancellationToken ct) =>
        Client.PostAsync(id => SftpClient.Encode(new SftpRead { Id = id, Handle = _handle, Offset = (ulong)offset, Length = (uint)length }), ct);

    internal Task<Task<SftpClient.Reply>> PostWriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken ct) =>
        Client.PostAsync(id => SftpClient.Encode(new SftpWrite { Id = id, Handle = _handle, Offset = (ulong)offset, Data = bytes.Span }), ct);

    /// <summary>The data of a reply to READ; empty at the end of the file.</summary>
    internal ReadOnlyMemory<byte> DataOf(SftpClient.Reply reply)
    {
        if (reply.IsEof) return default;
        reply.Expect(SftpMessageType.Data, Path);
        int length = Message.ReadRecord<SftpData>(reply.Fields).Data.Length;
        return reply.FieldsMemory.Slice(sizeof(uint) + sizeof(uint), length);
    }
}
