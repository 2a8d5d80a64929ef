using System.Threading.Tasks.Sources;

namespace Nacre.Protocol.Transport;

/// <summary>Those who wait for room in an <see cref="Outbox"/>; the waiters are used again, so waiting allocates nothing in steady state.</summary>
internal sealed class RoomWaiters
{
    private readonly Lock _lock = new();
    private readonly Stack<Waiter> _spare = new();
    private readonly List<Waiter> _waiting = [];
    private int _waitingCount;

    public ValueTask WaitAsync(Outbox outbox, CancellationToken ct)
    {
        Waiter waiter;
        lock (_lock)
        {
            // The writer takes, then looks whether anybody waits: so first we wait, then we look whether it took the last that there was.
            Interlocked.Exchange(ref _waitingCount, _waiting.Count + 1);
            if (outbox.HasRoomAgain)
            {
                _waitingCount = _waiting.Count;
                return ValueTask.CompletedTask;
            }

            waiter = _spare.TryPop(out Waiter? spare) ? spare : new Waiter(this);
            _waiting.Add(waiter);
        }

        return waiter.WaitAsync(ct);
    }

    public void ReleaseAll()
    {
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _waitingCount) == 0) return;
        while (true)
        {
            Waiter waiter;
            lock (_lock)
            {
                if (_waiting.Count == 0) return;
                waiter = _waiting[0];
                _waiting.RemoveAt(0);
                _waitingCount = _waiting.Count;
            }

            waiter.Release();
        }
    }

    private void Cancel(Waiter waiter, CancellationToken ct)
    {
        lock (_lock)
        {
            if (!_waiting.Remove(waiter)) return;
            _waitingCount = _waiting.Count;
        }

        waiter.Fail(new OperationCanceledException(ct));
    }

    private void Keep(Waiter waiter)
    {
        lock (_lock) _spare.Push(waiter);
    }

    private sealed class Waiter(RoomWaiters owner) : IValueTaskSource
    {
        private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
        private CancellationTokenRegistration _registration;

        public ValueTask WaitAsync(CancellationToken ct)
        {
            var task = new ValueTask(this, _core.Version);
            if (ct.CanBeCanceled)
            {
                _registration = ct.UnsafeRegister(static (state, token) => ((Waiter)state!).Cancel(token), this);
            }

            return task;
        }

        public void Release() => _core.SetResult(true);

        public void Fail(Exception error) => _core.SetException(error);

        public void GetResult(short token)
        {
            try
            {
                _core.GetResult(token);
            }
            finally
            {
                _registration.Dispose();
                _registration = default;
                _core.Reset();
                owner.Keep(this);
            }
        }

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);

        private void Cancel(CancellationToken ct) => owner.Cancel(this, ct);
    }
}
