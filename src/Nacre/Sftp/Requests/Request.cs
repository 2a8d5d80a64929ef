using Nacre.Protocol.Sftp;

namespace Nacre.Sftp.Requests;

/// <summary>Makes a value of a reply, or throws <see cref="SftpException"/> about the path.</summary>
internal delegate T ReplyReader<T>(SftpMessageType type, ReadOnlySpan<byte> fields, string? path);

/// <summary>A request whose reply somebody awaits.</summary>
/// <param name="read">Makes a value of the reply.</param>
/// <param name="path">The path that it is about; null when it is about none.</param>
/// <param name="goesOnInline">True when who awaits goes on at once, on the reading loop, and so must never block.</param>
internal sealed class Request<T>(ReplyReader<T> read, string? path, bool goesOnInline) : PendingRequest
{
    private readonly TaskCompletionSource<T> _reply = new(goesOnInline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Reply => _reply.Task;

    public override void OnReply(SftpMessageType type, ReadOnlySpan<byte> fields)
    {
        T value;
        try
        {
            value = read(type, fields, path);
        }
        catch (SftpException error)
        {
            Fail(error);
            return;
        }

        _reply.TrySetResult(value);
    }

    public override void OnLost(Exception error) => Fail(error);

    private void Fail(Exception error)
    {
        _reply.TrySetException(error);
        _ = _reply.Task.Exception; // who gave up waiting is not told, and that is no fault
    }
}
