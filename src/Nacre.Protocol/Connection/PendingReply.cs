namespace Nacre.Protocol.Connection;

/// <summary>A request of ours that waits for its reply.</summary>
internal class PendingReply
{
    private readonly TaskCompletionSource<GlobalAnswer> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The reply, or why there is none.</summary>
    public Task<GlobalAnswer> Task => _completion.Task;

    /// <summary>The reply is there; called by the reader, before it looks at the next packet.</summary>
    public virtual void OnReply(bool isSuccess, ReadOnlySpan<byte> fields) =>
        _completion.TrySetResult(isSuccess ? GlobalAnswer.Success(fields.ToArray()) : GlobalAnswer.Failure);

    public void OnEnded(Exception error)
    {
        _completion.TrySetException(error);
        _ = _completion.Task.Exception; // who gave up waiting is not told, and that is no fault
    }
}
