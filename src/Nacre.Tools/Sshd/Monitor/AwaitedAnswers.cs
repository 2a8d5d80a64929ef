using System.Collections.Concurrent;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>What was asked under a number, and waits for the answer with that number.</summary>
/// <param name="options">On which thread whoever asked goes on.</param>
internal sealed class AwaitedAnswers<T>(TaskCreationOptions options)
{
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<T>> _waiting = [];
    private uint _requests;

    /// <summary>Asks, and waits for the answer.</summary>
    /// <param name="send">Sends the question with its number.</param>
    /// <param name="ct">Ends the wait; an answer that comes later is nobody's.</param>
    public async ValueTask<T> AskAsync(Action<uint> send, CancellationToken ct)
    {
        uint request = Interlocked.Increment(ref _requests);
        var waiting = new TaskCompletionSource<T>(options);
        _waiting[request] = waiting;
        await using CancellationTokenRegistration leaving = ct.UnsafeRegister((_, token) => waiting.TrySetCanceled(token), null);
        try
        {
            send(request);
            return await waiting.Task.ConfigureAwait(false);
        }
        finally
        {
            _waiting.TryRemove(request, out _);
        }
    }

    /// <summary>Gives an answer; false where nobody waits for it any more, so that it is still the caller's.</summary>
    public bool TryAnswer(uint request, T answer) => _waiting.TryRemove(request, out TaskCompletionSource<T>? waiting) && waiting.TrySetResult(answer);

    /// <summary>There is no answer.</summary>
    public void Fail(uint request, Exception error)
    {
        if (_waiting.TryRemove(request, out TaskCompletionSource<T>? waiting)) waiting.TrySetException(error);
    }

    /// <summary>There will be no answer to anybody.</summary>
    public void FailAll(Exception error)
    {
        foreach (TaskCompletionSource<T> waiting in _waiting.Values) waiting.TrySetException(error);
    }
}
