using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Nacre.Unix;

/// <summary>Takes signals away from their default action and hands them out one after another.</summary>
internal sealed class SignalWatch : IDisposable
{
    private const int MostWaiting = 64;

    private readonly Channel<PosixSignal> arrived =
        Channel.CreateBounded<PosixSignal>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly PosixSignalRegistration[] registrations;

    /// <summary>Watches signals; a number that <see cref="PosixSignal"/> does not name is cast to it.</summary>
    public SignalWatch(params ReadOnlySpan<PosixSignal> signals)
    {
        registrations = new PosixSignalRegistration[signals.Length];
        for (int i = 0; i < signals.Length; i++)
            registrations[i] = PosixSignalRegistration.Create(signals[i], OnSignal);
    }

    /// <summary>Waits for the next signal.</summary>
    public ValueTask<PosixSignal> NextAsync(CancellationToken ct = default) => arrived.Reader.ReadAsync(ct);

    /// <summary>Gives the signals their former action back.</summary>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
        arrived.Writer.TryComplete();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        signal.Cancel = true;
        arrived.Writer.TryWrite(signal.Signal);
    }
}
