using Nacre.Unix;

namespace Nacre.Tools.Sshd.Operations;

/// <summary>The time between being told to stop and ending what is still there.</summary>
internal static class Drain
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits until no connection is left, the time is up or a second signal comes, whichever is first.</summary>
    /// <param name="connections">How many there are.</param>
    /// <param name="time">How long it may take.</param>
    /// <param name="signals">The signals of the server; SIGHUP means nothing any more.</param>
    /// <param name="log">Told how it goes.</param>
    public static async Task WaitAsync(Func<int> connections, TimeSpan time, SignalWatch signals, SshdLog log)
    {
        if (time <= TimeSpan.Zero || connections() == 0) return;
        log.Info($"{connections()} connections have {time.TotalSeconds:0} seconds to end by themselves.");
        using var over = new CancellationTokenSource(time);
        Task impatience = UntilToldAgainAsync(signals, over.Token);
        while (connections() > 0 && !over.IsCancellationRequested && !impatience.IsCompleted)
        {
            await Task.WhenAny(impatience, Task.Delay(Interval, CancellationToken.None)).ConfigureAwait(false);
        }

        await over.CancelAsync().ConfigureAwait(false);
        await impatience.ConfigureAwait(false);
        if (connections() is > 0 and int left) log.Info($"{left} connections are ended.");
    }

    private static async Task UntilToldAgainAsync(SignalWatch signals, CancellationToken ct)
    {
        try
        {
            while (await signals.NextAsync(ct).ConfigureAwait(false) == UnixSignal.HUP) await Task.Yield();
        }
        catch (OperationCanceledException)
        {
            // The time is up, or nobody is left.
        }
    }
}
