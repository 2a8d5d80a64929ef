using System.Buffers;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp.Requests;

/// <summary>A READ whose data is copied into memory of the caller's, who may give up waiting and have the memory back.</summary>
internal sealed class BufferRead(Memory<byte> buffer, string? path) : PendingRequest
{
    private readonly TaskCompletionSource<int> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private bool _isAbandoned;

    /// <summary>The bytes read; 0 at the end of the file.</summary>
    public async Task<int> ReplyAsync(CancellationToken ct)
    {
        try
        {
            return await _reply.Task.WaitAsync(ct).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock) _isAbandoned = true;
        }
    }

    public override ValueTask OnDataAsync(ReadOnlySequence<byte> data)
    {
        if (data.Length > buffer.Length) throw TooMuch(data.Length, buffer.Length);
        lock (_lock)
        {
            if (!_isAbandoned) data.CopyTo(buffer.Span);
        }

        if (data.IsEmpty && !buffer.IsEmpty) Fail(Empty(path));
        else _reply.TrySetResult((int)data.Length);
        return ValueTask.CompletedTask;
    }

    public override void OnReply(SftpMessageType type, ReadOnlySpan<byte> fields)
    {
        SftpException error = Replies.Error(type, fields, path);
        if (error.Status == SftpStatusCode.Eof) _reply.TrySetResult(0);
        else Fail(error);
    }

    public override void OnLost(Exception error) => Fail(error);

    internal static SshViolationException TooMuch(long given, long asked) =>
        new(Violation.FieldTooLong, $"The server sent {given} bytes of a file where {asked} were asked for.");

    /// <summary>P-SFTP-5: data without bytes is no end, and it could come for ever.</summary>
    internal static SftpException Empty(string? path) => new(SftpStatusCode.BadMessage, "The server sent data without any bytes.", path);

    private void Fail(Exception error)
    {
        _reply.TrySetException(error);
        _ = _reply.Task.Exception; // who gave up waiting is not told, and that is no fault
    }
}
