using Nacre.Client;
using Nacre.Config;
using Nacre.Crypto;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;

namespace Nacre.Tools.Ssh;

/// <summary>Hides the rhythm of typing, which betrays what is typed: keystrokes go out on a clock of their own, and where there is none a packet of the same size does.</summary>
/// <remarks>
/// The first key goes at once and starts the clock. It runs on for one to three seconds after the last key, so that nobody sees when typing
/// paused either. What is pasted is no keystroke and goes at once.
/// </remarks>
internal sealed class KeystrokeTiming(TimeSpan interval, Action sendChaff, ITrace trace, TimeProvider time) : IAsyncDisposable
{
    /// <summary>More than this at once was not typed.</summary>
    private const int MostKeystrokeBytes = 256;

    private const int LeastChaffMs = 1024;
    private const int MoreChaffMs = 2048;

    /// <summary>Each interval is this much of itself shorter or longer, by chance.</summary>
    private const int FuzzDivisor = 10;

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _disposed = new();
    private TaskCompletionSource? _turn;
    private Task _ticking = Task.CompletedTask;
    private bool _isActive;
    private long _chaffSince;
    private TimeSpan _chaffFor;
    private int _chaffCount;

    /// <summary>One for a session, or null where it is not wanted or the server answers no pings.</summary>
    public static KeystrokeTiming? For(SshClient client, ClientConfig config, ErrorTrace trace)
    {
        TimeSpan interval = config.ObscureKeystrokeTiming;
        if (interval == TimeSpan.Zero || !client.Transport.PeerAnswersPing) return null;
        return new KeystrokeTiming(interval, () => SendChaff(client), trace, TimeProvider.System);
    }

    /// <summary>Waits until what was typed may go out.</summary>
    public Task WaitForTurnAsync(int length, CancellationToken ct)
    {
        lock (_lock)
        {
            if (length > MostKeystrokeBytes) return Task.CompletedTask;
            (_chaffSince, _chaffFor) = (time.GetTimestamp(), TimeSpan.FromMilliseconds(LeastChaffMs + SystemRandom.Instance.Below(MoreChaffMs)));
            if (!_isActive)
            {
                _isActive = true;
                _chaffCount = 0;
                if (trace.IsOn(3)) trace.Write(3, $"obfuscate_keystroke_timing: starting: interval ~{(int)interval.TotalMilliseconds}ms");
                _ticking = TickAsync();
                return Task.CompletedTask;
            }

            _turn ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _turn.Task.WaitAsync(ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync().ConfigureAwait(false);
        await _ticking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _disposed.Dispose();
    }

    /// <summary>Sends a packet that is as long as one with one byte of channel data.</summary>
    public static void SendChaff(SshClient client)
    {
        var ping = new Ping { Data = "PING!"u8 };
        client.Transport.Post(ref ping);
    }

    private async Task TickAsync()
    {
        while (true)
        {
            await Task.Delay(NextInterval(), time, _disposed.Token).ConfigureAwait(false);
            TaskCompletionSource? turn;
            lock (_lock)
            {
                turn = _turn;
                _turn = null;
                if (turn is null && time.GetElapsedTime(_chaffSince) >= _chaffFor)
                {
                    _isActive = false;
                    if (trace.IsOn(3)) trace.Write(3, $"obfuscate_keystroke_timing: stopping: chaff time expired ({_chaffCount} chaff packets sent)");
                    return;
                }
            }

            if (turn is not null)
            {
                turn.SetResult();
                continue;
            }

            _chaffCount++;
            sendChaff();
        }
    }

    private TimeSpan NextInterval()
    {
        int microseconds = (int)interval.TotalMicroseconds;
        int fuzz = microseconds / FuzzDivisor;
        return TimeSpan.FromMicroseconds(microseconds - fuzz + SystemRandom.Instance.Below((2 * fuzz) + 1));
    }
}
