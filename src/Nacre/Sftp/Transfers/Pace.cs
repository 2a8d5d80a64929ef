namespace Nacre.Sftp.Transfers;

/// <summary>Keeps a transfer at so many bytes in a second: each stretch of bytes takes its time, and the next waits for that.</summary>
internal sealed class Pace(long bytesPerSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _free;

    /// <summary>The most to move at once so that the flow stays even: a quarter of a second's worth.</summary>
    public int Portion(int most) => (int)Math.Clamp(bytesPerSecond / 4, 1, most);

    /// <summary>Waits until the bytes before these have had their time.</summary>
    public ValueTask TakeAsync(int bytes)
    {
        TimeSpan wait;
        lock (_lock)
        {
            TimeSpan now = time.GetElapsedTime(_start);
            if (_free < now) _free = now;
            wait = _free - now;
            _free += TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
        }

        return wait > TimeSpan.Zero ? new ValueTask(Task.Delay(wait, time)) : ValueTask.CompletedTask;
    }
}
