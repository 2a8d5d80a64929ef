using Nacre.Protocol.Connection;

namespace Nacre;

/// <summary>Closes the channels of one connection over which nothing has gone for as long as they may be idle.</summary>
/// <remarks>It looks a few times in each limit whether anything has come or gone: the data path only counts packets and knows no clock.</remarks>
internal sealed class IdleChannels
{
    /// <summary>A limit is kept to within this part of itself.</summary>
    private const int LooksPerLimit = 8;

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    private readonly Multiplexer _multiplexer;
    private readonly IdleLimits _limits;
    private readonly TimeProvider _time;
    private readonly Dictionary<Channel, Seen> _seen = [];
    private Seen _all;

    private IdleChannels(Multiplexer multiplexer, IdleLimits limits, TimeProvider time) => (_multiplexer, _limits, _time) = (multiplexer, limits, time);

    /// <summary>Watches the channels until the connection ends.</summary>
    public static void Watch(Multiplexer multiplexer, IdleLimits? limits, TimeProvider time)
    {
        if (limits is null) return;
        var idle = new IdleChannels(multiplexer, limits, time);
        _ = idle.RunAsync(multiplexer.Ended);
    }

    private async Task RunAsync(CancellationToken ended)
    {
        TimeSpan pause = TimeSpan.FromTicks(Math.Clamp(_limits.Shortest.Ticks / LooksPerLimit, ShortestPause.Ticks, LongestPause.Ticks));
        try
        {
            while (true)
            {
                await Task.Delay(pause, _time, ended).ConfigureAwait(false);
                Look();
            }
        }
        catch (OperationCanceledException)
        {
            // The connection has ended.
        }
    }

    private void Look()
    {
        IReadOnlyList<Channel> channels = _multiplexer.Channels;
        long now = _time.GetTimestamp();
        long total = channels.Count;
        foreach (Channel channel in channels)
        {
            total += channel.Traffic;
            TimeSpan limit = _limits.Of(channel.Type);
            if (limit == TimeSpan.Zero) continue;
            if (!_seen.TryGetValue(channel, out Seen seen) || seen.Traffic != channel.Traffic) _seen[channel] = new Seen(channel.Traffic, now);
            else if (_time.GetElapsedTime(seen.Since, now) >= limit) channel.GiveUp();
        }

        foreach (Channel gone in _seen.Keys.Except(channels).ToArray()) _seen.Remove(gone);
        if (_limits.Global == TimeSpan.Zero) return;
        if (total != _all.Traffic) _all = new Seen(total, now);
        bool isIdle = _time.GetElapsedTime(_all.Since, now) >= _limits.Global;
        foreach (Channel channel in channels.Where(_ => isIdle)) channel.GiveUp();
    }

    /// <summary>How much had come and gone, and since when that is all.</summary>
    private readonly record struct Seen(long Traffic, long Since);
}
