using Nacre.Protocol.Connection;
using Nacre.Protocol.Transport;

namespace Nacre.Server;

/// <summary>Ends a connection over which no channel has been open for longer than it may be unused.</summary>
/// <remarks>It looks a few times in the limit. A channel that came and went in between has been counted, so that it is not missed.</remarks>
internal static class UnusedConnection
{
    /// <summary>The limit is kept to within this part of itself.</summary>
    private const int LooksPerLimit = 8;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>Watches the connection, whose user has just logged in, until it ends.</summary>
    public static void Watch(SshServerConnection connection, Multiplexer multiplexer)
    {
        if (connection.Options.UnusedTimeout > TimeSpan.Zero) _ = RunAsync(connection, multiplexer, multiplexer.Ended);
    }

    private static async Task RunAsync(SshServerConnection connection, Multiplexer multiplexer, CancellationToken ended)
    {
        (TimeSpan limit, TimeProvider time) = (connection.Options.UnusedTimeout, connection.Options.Time);
        TimeSpan pause = TimeSpan.FromTicks(Math.Min(limit.Ticks / LooksPerLimit, LongestPause.Ticks));
        (long opened, long since) = (multiplexer.ChannelsOpened, time.GetTimestamp());
        try
        {
            while (time.GetElapsedTime(since) < limit)
            {
                await Task.Delay(pause, time, ended).ConfigureAwait(false);
                long openedNow = multiplexer.ChannelsOpened;
                if (multiplexer.ChannelCount > 0 || openedNow != opened) (opened, since) = (openedNow, time.GetTimestamp());
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }

        connection.Options.OnUnused?.Invoke();
        await connection.DisconnectAsync(DisconnectReason.ByApplication, "No channel was open for too long").ConfigureAwait(false);
    }
}
