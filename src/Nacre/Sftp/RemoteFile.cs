using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;
using Nacre.Sftp.Requests;

namespace Nacre.Sftp;

/// <summary>A file that is open at an SFTP server.</summary>
/// <remarks>Reads and writes say where, and several may be under way at once; <see cref="SftpClient.OpenStreamAsync"/> gives a stream with a position.</remarks>
public sealed class RemoteFile : IAsyncDisposable
{
    private readonly FileRequests _requests;
    private int _isClosed;

    internal RemoteFile(SftpClient client, byte[] handle, string path)
    {
        (Client, Handle, Path) = (client, handle, path);
        _requests = new FileRequests(client.Pump, goesOnInline: false);
    }

    /// <summary>The path that it was opened by.</summary>
    public string Path { get; }

    internal SftpClient Client { get; }

    internal byte[] Handle { get; }

    /// <summary>Reads at an offset; a server may give less than was asked for.</summary>
    /// <param name="buffer">Where to; when the wait ends by cancellation, nothing is written to it any more.</param>
    /// <param name="offset">From where, in bytes.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The bytes read; 0 at or behind the end.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        int length = Math.Min(buffer.Length, Client.MaxReadLength);
        var request = new BufferRead(buffer[..length], Path);
        Client.Pump.Add(request);
        var message = new SftpRead { Id = request.Id, Handle = Handle, Offset = (ulong)offset, Length = (uint)length };
        Client.Pump.Post(ref message, request.Id);
        return request.ReplyAsync(ct);
    }

    /// <summary>Writes at an offset.</summary>
    /// <param name="bytes">What; they are the caller's again when this is done or has failed.</param>
    /// <param name="offset">Where, in bytes.</param>
    /// <param name="ct">Ends the wait; what is on its way is written all the same.</param>
    /// <returns>Done when the server has it.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken ct = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        while (!bytes.IsEmpty)
        {
            ct.ThrowIfCancellationRequested();
            ReadOnlyMemory<byte> part = bytes[..Math.Min(bytes.Length, Client.MaxWriteLength)];
            var request = new Request<bool>(Replies.Done, Path, goesOnInline: false);
            await DataWriter.SendAsync(Client.Pump, request, Handle, offset, part).ConfigureAwait(false);
            await request.Reply.WaitAsync(ct).ConfigureAwait(false);
            offset += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    /// <summary>What is known of the file.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The attributes.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task<SftpAttributes> StatAsync(CancellationToken ct = default) => _requests.StatAsync(Handle, Path).WaitAsync(ct);

    /// <summary>Sets what the attributes name.</summary>
    /// <param name="attributes">What to set.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is set.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task SetAttributesAsync(SftpAttributes attributes, CancellationToken ct = default) => _requests.SetAttributesAsync(Handle, attributes, Path).WaitAsync(ct);

    /// <summary>Has the server keep what was written through a loss of power, where it offers fsync@openssh.com.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is kept.</returns>
    /// <exception cref="SftpException">The server refused or cannot.</exception>
    public Task SyncAsync(CancellationToken ct = default)
    {
        Client.Require(SftpClient.SyncExtension, Path);
        var only = new SftpHandleOnly { Handle = Handle };
        return _requests.ExtendedAsync(SftpClient.SyncExtension, ref only, Path).WaitAsync(ct);
    }

    /// <summary>How full the file system is that holds the file, where the server offers fstatvfs@openssh.com.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The figures.</returns>
    /// <exception cref="SftpException">The server refused or cannot.</exception>
    public Task<FileSystemStatistics> StatisticsAsync(CancellationToken ct = default) => Client.StatisticsAsync(Handle, Path).WaitAsync(ct);

    /// <summary>Has the server hash the file, where it offers check-file.</summary>
    /// <param name="algorithm">The hash, such as sha256 or sha512.</param>
    /// <param name="offset">From where, in bytes.</param>
    /// <param name="length">How many bytes; 0 for all to the end.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The hash.</returns>
    /// <exception cref="SftpException">The server refused or cannot.</exception>
    public Task<byte[]> HashAsync(string algorithm = "sha256", long offset = 0, long length = 0, CancellationToken ct = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(algorithm);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return Client.HashAsync(Handle, algorithm, offset, length, 0, Path).WaitAsync(ct);
    }

    /// <summary>Closes the file; an error of an earlier write may come only now.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Done when it is closed.</returns>
    /// <exception cref="SftpException">The server refused.</exception>
    public Task CloseAsync(CancellationToken ct = default) =>
        Interlocked.Exchange(ref _isClosed, 1) == 0 ? _requests.CloseAsync(Handle, Path).WaitAsync(ct) : Task.CompletedTask;

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
}
