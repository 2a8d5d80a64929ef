using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Connection;

/// <summary>
/// Answers the requests of one channel, or the global ones, strictly one after the other, however long each answer takes.
/// </summary>
/// <remarks>
/// The reader starts the first answer; an answer that takes time goes on in its own task, which then works off what came meanwhile.
/// RFC 4254 4 and 5.4: replies carry no number, so their order is all that tells the peer which is which.
/// </remarks>
internal abstract class RequestSequence(bool isPaused)
{
    private readonly Lock _lock = new();
    private Queue<IncomingRequest>? _waiting;
    private bool _isBusy = isPaused;
    private bool _isEnded;

    /// <summary>Takes a request; a violation in it that shows at once is thrown.</summary>
    public void Add(IncomingRequest request)
    {
        bool isDropped;
        lock (_lock)
        {
            isDropped = _isEnded;
            if (!isDropped && _isBusy)
            {
                (_waiting ??= new Queue<IncomingRequest>()).Enqueue(request);
                return;
            }

            _isBusy |= !isDropped;
        }

        if (isDropped) request.Dispose();
        else Run(request);
    }

    /// <summary>Ends the pause that the sequence began with.</summary>
    public void Resume() => Run(Next());

    /// <summary>Drops what waits; the answer in progress goes on and is not sent.</summary>
    public void End()
    {
        Queue<IncomingRequest>? dropped;
        lock (_lock)
        {
            _isEnded = true;
            dropped = _waiting;
            _waiting = null;
        }

        while (dropped is not null && dropped.TryDequeue(out IncomingRequest? request)) request.Dispose();
    }

    /// <summary>Decides; the request lives until the task is done.</summary>
    protected abstract ValueTask<GlobalAnswer> AnswerAsync(IncomingRequest request);

    /// <summary>Sends the answer if one is wanted, and lets what was asked begin.</summary>
    protected abstract void Reply(IncomingRequest request, GlobalAnswer answer);

    /// <summary>A violation showed while no reader was there to catch it.</summary>
    protected abstract void Fail(SshViolationException violation);

    private void Run(IncomingRequest? request)
    {
        while (request is not null)
        {
            ValueTask<GlobalAnswer> answer = Ask(request);
            if (!answer.IsCompleted)
            {
                _ = FinishLaterAsync(request, answer);
                return;
            }

            GlobalAnswer result;
            try
            {
                result = ResultOf(answer);
            }
            catch (SshViolationException)
            {
                request.Dispose();
                throw;
            }

            Reply(request, result);
            request.Dispose();
            request = Next();
        }
    }

    private async Task FinishLaterAsync(IncomingRequest request, ValueTask<GlobalAnswer> answer)
    {
        try
        {
            GlobalAnswer result;
            try
            {
                result = await answer.ConfigureAwait(false);
            }
            catch (Exception e) when (e is not SshViolationException)
            {
                result = GlobalAnswer.Failure;
            }

            Reply(request, result);
        }
        catch (SshViolationException violation)
        {
            Fail(violation);
        }
        finally
        {
            request.Dispose();
        }

        try
        {
            Run(Next());
        }
        catch (SshViolationException violation)
        {
            Fail(violation);
        }
    }

    private ValueTask<GlobalAnswer> Ask(IncomingRequest request)
    {
        try
        {
            return AnswerAsync(request);
        }
        catch (Exception e)
        {
            return ValueTask.FromException<GlobalAnswer>(e);
        }
    }

    // The policy's own failure is not the peer's fault: what it was asked is refused, and the connection goes on.
    private static GlobalAnswer ResultOf(ValueTask<GlobalAnswer> answer)
    {
        try
        {
            return answer.GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is not SshViolationException)
        {
            return GlobalAnswer.Failure;
        }
    }

    private IncomingRequest? Next()
    {
        lock (_lock)
        {
            if (_waiting is not null && _waiting.TryDequeue(out IncomingRequest? next)) return next;
            _isBusy = false;
            return null;
        }
    }
}
