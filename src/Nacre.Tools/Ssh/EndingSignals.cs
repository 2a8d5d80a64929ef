using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.Ssh;

/// <summary>Turns the signals that end a program into an orderly end of the connection.</summary>
/// <remarks>A signal that this process was told to ignore, as by nohup, stays ignored.</remarks>
internal sealed class EndingSignals : IDisposable
{
    private static readonly UnixSignal[] Ending = [UnixSignal.HUP, UnixSignal.INT, UnixSignal.QUIT, UnixSignal.TERM];

    private readonly ErrorTrace _trace;
    private readonly SignalWatch _watch = new(Array.FindAll(Ending, static signal => !SignalDispositions.IsIgnored(signal)));
    private readonly TaskCompletionSource _came = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _ignoresHangup;
    private volatile bool _ignoresInterrupts;

    public EndingSignals(ErrorTrace trace)
    {
        _trace = trace;
        _ = WatchAsync();
    }

    /// <summary>Completes when one of them has come, which has then been told.</summary>
    public Task Came => _came.Task;

    /// <summary>True when the terminal may go away without ending the connection.</summary>
    public bool IgnoresHangup
    {
        get => _ignoresHangup;
        set => _ignoresHangup = value;
    }

    /// <summary>True while Ctrl-C is meant for a prompt.</summary>
    public bool IgnoresInterrupts
    {
        get => _ignoresInterrupts;
        set => _ignoresInterrupts = value;
    }

    public void Dispose() => _watch.Dispose();

    private async Task WatchAsync()
    {
        UnixSignal? signal;
        do signal = await _watch.NextOrEndAsync().ConfigureAwait(false);
        while ((signal == UnixSignal.HUP && _ignoresHangup) || (signal == UnixSignal.INT && _ignoresInterrupts));
        if (signal is not { } ending) return;
        _trace.Verbose($"Killed by signal {(int)ending}.");
        _came.SetResult();
    }
}
