namespace Nacre.Tools.Shared;

/// <summary>Keeps the time for a program on the thread that it began on, which else would only wait for the program's work to end.</summary>
/// <remarks>
/// The runtime starts a thread for its first timer, and a connection has a timer from its beginning. For `ssh host true` that thread is a fiftieth of all that it costs;
/// and while it logs in there is one thing to do at a time, for which the pool would take turns with two threads. So it is asked for one, until the program has
/// gone on for longer than that takes.
/// </remarks>
internal sealed class WaitingThread : TimeProvider
{
    /// <summary>Whoever has gone on for so long has streams to carry, or people to wait for.</summary>
    private static readonly TimeSpan ShortRun = TimeSpan.FromMilliseconds(100);

    private readonly object _lock = new();
    private readonly HashSet<Alarm> _alarms = [];
    private long _wakesAt = long.MaxValue;

    /// <summary>Has the pool begin with one thread; to be called before anything uses it.</summary>
    public static void BeginWithOneThread()
    {
        ThreadPool.GetMaxThreads(out int threads, out int completionPorts);
        ThreadPool.GetMinThreads(out _, out int leastPorts);

        // The pool goes on with as many as it was last told: the lower bound alone would leave it at one for each processor.
        ThreadPool.SetMinThreads(1, leastPorts);
        ThreadPool.SetMaxThreads(1, completionPorts);
        ThreadPool.SetMaxThreads(threads, completionPorts);
    }

    /// <summary>Waits for some work, and wakes whoever has a timer meanwhile.</summary>
    /// <param name="work">What the program is there for.</param>
    /// <returns>What came of it.</returns>
    public T WaitFor<T>(Task<T> work)
    {
        _ = work.ContinueWith(
            static (_, clock) => ((WaitingThread)clock!).Wake(), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        long shortUntil = Environment.TickCount64 + (long)ShortRun.TotalMilliseconds;
        lock (_lock)
        {
            while (!work.IsCompleted)
            {
                long now = Environment.TickCount64;
                if (now >= shortUntil)
                {
                    UseAllProcessors();
                    shortUntil = long.MaxValue;
                }

                _wakesAt = Math.Min(Ring(now), shortUntil);
                if (_wakesAt == long.MaxValue) Monitor.Wait(_lock);
                else Monitor.Wait(_lock, (int)Math.Min(_wakesAt - now, int.MaxValue));
            }
        }

        return work.GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, callback, state);
        alarm.Change(dueTime, period);
        return alarm;
    }

    private static void UseAllProcessors()
    {
        ThreadPool.GetMinThreads(out _, out int leastPorts);
        ThreadPool.SetMinThreads(Environment.ProcessorCount, leastPorts);
    }

    private void Wake()
    {
        lock (_lock) Monitor.PulseAll(_lock);
    }

    // For the holder of the lock: hands those whose time has come to the pool, and tells when the next one's does.
    private long Ring(long now)
    {
        long next = long.MaxValue;
        foreach (Alarm alarm in _alarms)
        {
            if (alarm.Due <= now) alarm.Ring(now);
            next = Math.Min(next, alarm.Due);
        }

        _alarms.RemoveWhere(static alarm => alarm.Due == long.MaxValue);
        return next;
    }

    // The thread sleeps on if it wakes early enough by itself.
    private void Set(Alarm alarm, long due, long period)
    {
        lock (_lock)
        {
            alarm.Set(due, period);
            if (due == long.MaxValue) _alarms.Remove(alarm);
            else _alarms.Add(alarm);
            if (due < _wakesAt) Monitor.PulseAll(_lock);
        }
    }

    /// <summary>A timer that this thread keeps.</summary>
    private sealed class Alarm(WaitingThread clock, TimerCallback callback, object? state) : ITimer
    {
        private volatile bool _isDisposed;
        private long _period;

        /// <summary>When it is to ring, by the system's count of milliseconds; the greatest number for never.</summary>
        public long Due { get; private set; } = long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_isDisposed) return false;
            long due = dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : Environment.TickCount64 + RoundedUp(dueTime);
            clock.Set(this, due, period <= TimeSpan.Zero ? 0 : Math.Max(RoundedUp(period), 1));
            return true;
        }

        public void Dispose()
        {
            _isDisposed = true;
            clock.Set(this, long.MaxValue, 0);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        // For the holder of the clock's lock.
        public void Set(long due, long period) => (Due, _period) = (due, period);

        // For the holder of the clock's lock. Whoever is slow is not called several times for it.
        public void Ring(long now)
        {
            Due = _period == 0 ? long.MaxValue : now + _period;
            ThreadPool.UnsafeQueueUserWorkItem(static alarm => alarm.Call(), this, preferLocal: false);
        }

        private static long RoundedUp(TimeSpan time) => (time.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;

        private void Call()
        {
            if (!_isDisposed) callback(state);
        }
    }
}
