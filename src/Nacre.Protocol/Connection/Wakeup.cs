using System.Threading.Tasks.Sources;

namespace Nacre.Protocol.Connection;

/// <summary>Wakes one waiter, again and again, without allocation; a signal that comes before the wait is kept.</summary>
/// <remarks>The waiter resets, then looks whether it has to wait, then waits: so no signal is lost.</remarks>
internal sealed class Wakeup : IValueTaskSource
{
    private const int Idle = 0, Waiting = 1, Signaled = 2;

    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private int _state;

    /// <summary>Forgets an earlier signal.</summary>
    public void Reset() => Interlocked.CompareExchange(ref _state, Idle, Signaled);

    public void Signal()
    {
        if (Interlocked.Exchange(ref _state, Signaled) == Waiting) _core.SetResult(true);
    }

    /// <summary>Completes at the signal; for one waiter at a time.</summary>
    public ValueTask WaitAsync(CancellationToken ct)
    {
        _core.Reset();
        var task = new ValueTask(this, _core.Version);
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Signaled) return ValueTask.CompletedTask;
        if (ct.CanBeCanceled)
        {
            _registration = ct.UnsafeRegister(static (state, token) => ((Wakeup)state!).Cancel(token), this);
        }

        return task;
    }

    public void GetResult(short token)
    {
        _registration.Dispose();
        _registration = default;
        _core.GetResult(token);
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken ct)
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting) _core.SetException(new OperationCanceledException(ct));
    }
}
