using Nacre.Protocol.Authentication;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>A keyboard-interactive attempt as the monitor judges it, while the person sits behind the gate.</summary>
internal sealed class RemoteConversation : IInteractiveConversation, IDisposable
{
    private readonly Action<InteractiveRequest> _ask;
    private readonly CancellationTokenSource _abandoned;
    private readonly List<Password> _given = [];
    private TaskCompletionSource<IReadOnlyList<Password>>? _awaited;

    /// <param name="ask">Sends a round to the gate.</param>
    /// <param name="over">The end of the connection.</param>
    public RemoteConversation(Action<InteractiveRequest> ask, CancellationToken over) =>
        (_ask, _abandoned) = (ask, CancellationTokenSource.CreateLinkedTokenSource(over));

    /// <summary>Cancelled when nobody answers any more.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>How many answers are awaited.</summary>
    public int PromptCount { get; private set; }

    public async ValueTask<IReadOnlyList<Password>> AskAsync(InteractiveRequest request, CancellationToken ct)
    {
        var awaited = new TaskCompletionSource<IReadOnlyList<Password>>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Interlocked.CompareExchange(ref _awaited, awaited, null) is not null) throw new InvalidOperationException("A conversation asks one round at a time.");
        PromptCount = request.Prompts.Count;
        _ask(request);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(ct, _abandoned.Token);
        return await awaited.Task.WaitAsync(either.Token).ConfigureAwait(false);
    }

    /// <summary>Hands the answers to whoever judges.</summary>
    public void Answer(List<Password> answers)
    {
        _given.AddRange(answers);
        Interlocked.Exchange(ref _awaited, null)?.TrySetResult(answers);
    }

    /// <summary>The client began something else.</summary>
    public void Abandon() => _abandoned.Cancel();

    public void Dispose()
    {
        _abandoned.Dispose();
        foreach (Password password in _given) password.Dispose();
    }
}
