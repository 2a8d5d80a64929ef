using System.Diagnostics;

namespace Nacre.Scp;

/// <summary>Keeps a flow of bytes to an average rate by waiting when it is ahead.</summary>
internal sealed class Pace(long bytesPerSecond, TimeProvider clock)
{
    /// <summary>What was saved by being slow may be made up for only this far.</summary>
    private static readonly TimeSpan MostCredit = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(10);

    private long _due = clock.GetTimestamp();

    /// <summary>The most to move at once so that the flow stays even: a quarter of a second's worth.</summary>
    public int Portion(int most) => (int)Math.Clamp(bytesPerSecond / 4, 1, most);

    /// <summary>Accounts for bytes that moved and waits until the next may.</summary>
    public ValueTask SpendAsync(long bytes, CancellationToken ct)
    {
        Debug.Assert(bytesPerSecond > 0, "a rate is positive");
        long now = clock.GetTimestamp();
        long earliest = now - (long)(MostCredit.TotalSeconds * clock.TimestampFrequency);
        _due = Math.Max(_due, earliest) + (long)(bytes * (double)clock.TimestampFrequency / bytesPerSecond);
        TimeSpan wait = clock.GetElapsedTime(now, _due);
        return wait < ShortestWait ? ValueTask.CompletedTask : new ValueTask(Task.Delay(wait, clock, ct));
    }
}
