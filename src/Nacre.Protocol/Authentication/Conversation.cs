namespace Nacre.Protocol.Authentication;

/// <summary>
/// One keyboard-interactive attempt at a server, which goes on over several packets: the policy's judgement runs beside the
/// reader, and each waits for the other in turn.
/// </summary>
internal sealed class Conversation : IInteractiveConversation, IDisposable
{
    private readonly CancellationTokenSource _abandoned;
    private readonly List<Password> _given = [];
    private Task<AuthenticationVerdict>? _verdict;
    private TaskCompletionSource<InteractiveRequest> _question = NewSource<InteractiveRequest>();
    private TaskCompletionSource<IReadOnlyList<Password>>? _answer;

    public Conversation(AuthenticationRequest request, CancellationToken ct)
    {
        Request = request;
        _abandoned = CancellationTokenSource.CreateLinkedTokenSource(ct);
    }

    /// <summary>What began it.</summary>
    public AuthenticationRequest Request { get; }

    /// <summary>How many answers are awaited.</summary>
    public int PromptCount { get; private set; }

    /// <summary>Starts the judgement.</summary>
    public void Begin(IAuthenticator authenticator) => _verdict = JudgeAsync(authenticator, new KeyboardInteractiveAttempt(Request.UserName, Request.Submethods, this));

    /// <summary>Waits until the policy asks something or has made up its mind; null in the second case.</summary>
    public async ValueTask<InteractiveRequest?> WhenAskedAsync()
    {
        await Task.WhenAny(_verdict!, _question.Task).ConfigureAwait(false);
        if (_verdict!.IsCompleted) return null;
        InteractiveRequest request = await _question.Task.ConfigureAwait(false);
        PromptCount = request.Prompts.Count;
        return request;
    }

    /// <summary>Hands the answers to the policy.</summary>
    public void Answer(IReadOnlyList<Password> answers)
    {
        _given.AddRange(answers);
        TaskCompletionSource<IReadOnlyList<Password>> waiting = _answer!;
        _answer = null;
        _question = NewSource<InteractiveRequest>();
        waiting.TrySetResult(answers);
    }

    /// <summary>The verdict, once <see cref="WhenAskedAsync"/> gave null; whatever the policy throws is a no.</summary>
    public async ValueTask<(AuthenticationVerdict Verdict, Exception? Error)> VerdictAsync()
    {
        try
        {
            return (await _verdict!.ConfigureAwait(false), null);
        }
        catch (Exception error)
        {
            return (AuthenticationVerdict.Reject, error);
        }
    }

    /// <summary>The client began something else: what the policy still says counts for nothing, and it has ended when this has.</summary>
    public async ValueTask AbandonAsync()
    {
        await _abandoned.CancelAsync().ConfigureAwait(false);
        await ((Task)_verdict!).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<Password>> AskAsync(InteractiveRequest request, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Prompts.Count > InteractiveRequest.MaxPrompts)
        {
            throw new ArgumentException($"A round may have {InteractiveRequest.MaxPrompts} prompts, not {request.Prompts.Count}.", nameof(request));
        }

        _abandoned.Token.ThrowIfCancellationRequested();
        TaskCompletionSource<IReadOnlyList<Password>> answer = NewSource<IReadOnlyList<Password>>();
        if (Interlocked.CompareExchange(ref _answer, answer, null) is not null) throw new InvalidOperationException("A conversation asks one round at a time.");
        _question.TrySetResult(request);
        await using (_abandoned.Token.UnsafeRegister(Cancel, answer).ConfigureAwait(false))
        await using (ct.UnsafeRegister(Cancel, answer).ConfigureAwait(false))
        {
            return await answer.Task.ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _abandoned.Dispose();
        foreach (Password password in _given) password.Dispose();
    }

    private static void Cancel(object? answer) => ((TaskCompletionSource<IReadOnlyList<Password>>)answer!).TrySetCanceled();

    private static TaskCompletionSource<T> NewSource<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<AuthenticationVerdict> JudgeAsync(IAuthenticator authenticator, KeyboardInteractiveAttempt attempt) =>
        await authenticator.JudgeAsync(attempt, _abandoned.Token).ConfigureAwait(false);
}
