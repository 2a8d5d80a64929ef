namespace Nacre.Sftp.Requests;

/// <summary>Ends a session whose server has left requests without any answer for too long.</summary>
/// <remarks>Silence counts from the last reply, or from the request that ended a time without any.</remarks>
internal sealed class ResponseClock : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly Func<bool> _isWaiting;
    private readonly Action _end;
    private readonly ITimer _timer;
    private long _heard;
    private bool _isArmed;

    /// <param name="time">What time it is.</param>
    /// <param name="timeout">How long a server may be silent.</param>
    /// <param name="isWaiting">Whether a request waits.</param>
    /// <param name="end">Ends the session.</param>
    public ResponseClock(TimeProvider time, TimeSpan timeout, Func<bool> isWaiting, Action end)
    {
        (_time, _timeout, _isWaiting, _end) = (time, timeout, isWaiting, end);
        _timer = time.CreateTimer(static clock => ((ResponseClock)clock!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A request waits where none did.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            _heard = _time.GetTimestamp();
            if (_isArmed) return;
            _isArmed = true;
            _timer.Change(_timeout, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The server has answered something.</summary>
    public void Hear() => Volatile.Write(ref _heard, _time.GetTimestamp());

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_lock)
        {
            TimeSpan left = _timeout - _time.GetElapsedTime(Volatile.Read(ref _heard));
            _isArmed = _isWaiting();
            if (!_isArmed) return;
            if (left > TimeSpan.Zero)
            {
                _timer.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        _end();
    }
}
