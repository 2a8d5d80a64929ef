using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Nacre.Unix;

/// <summary>Takes signals away from their default action and hands them out one after another.</summary>
internal sealed class SignalWatch : IDisposable
{
    private const int MostWaiting = 64;

    private readonly Channel<UnixSignal> arrived =
        Channel.CreateBounded<UnixSignal>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly PosixSignalRegistration[] registrations;

    public SignalWatch(params ReadOnlySpan<UnixSignal> signals)
    {
        registrations = new PosixSignalRegistration[signals.Length];
        for (int i = 0; i < signals.Length; i++)
            registrations[i] = Register(signals[i]);
    }

    /// <summary>Waits for the next signal.</summary>
    public ValueTask<UnixSignal> NextAsync(CancellationToken ct = default) => arrived.Reader.ReadAsync(ct);

    /// <summary>Waits for the next signal; null when this has been disposed of, which costs no exception.</summary>
    public async ValueTask<UnixSignal?> NextOrEndAsync()
    {
        while (await arrived.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            if (arrived.Reader.TryRead(out UnixSignal signal)) return signal;
        }

        return null;
    }

    /// <summary>Gives the signals their former action back.</summary>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
        arrived.Writer.TryComplete();
    }

    /// <summary>On Unix the runtime takes a signal's plain number for a <see cref="PosixSignal"/>.</summary>
    private PosixSignalRegistration Register(UnixSignal signal) => PosixSignalRegistration.Create((PosixSignal)(int)signal, arrival =>
    {
        arrival.Cancel = true;
        arrived.Writer.TryWrite(signal);
    });
}
