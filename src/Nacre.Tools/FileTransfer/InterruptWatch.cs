using System.Runtime.InteropServices;

namespace Nacre.Tools.FileTransfer;

/// <summary>Turns Ctrl-C into a cancellation.</summary>
internal sealed class InterruptWatch : IDisposable
{
    /// <summary>What a shell shows of a program that SIGINT ended.</summary>
    private const int InterruptedStatus = 130;

    private readonly CancellationTokenSource _interrupted = new();
    private readonly PosixSignalRegistration _registration;

    private readonly bool _endsAtSecond;

    /// <param name="endsAtSecond">A second Ctrl-C ends the program.</param>
    public InterruptWatch(bool endsAtSecond)
    {
        _endsAtSecond = endsAtSecond;
        _registration = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
    }

    /// <summary>Cancelled by the first Ctrl-C.</summary>
    public CancellationToken Token => _interrupted.Token;

    public void Dispose()
    {
        _registration.Dispose();
        _interrupted.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (_endsAtSecond && _interrupted.IsCancellationRequested) Environment.Exit(InterruptedStatus);
        _interrupted.Cancel();
    }
}
