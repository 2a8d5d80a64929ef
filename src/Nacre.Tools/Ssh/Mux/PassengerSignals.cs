using System.Runtime.InteropServices;
using Nacre.Unix;

namespace Nacre.Tools.Ssh.Mux;

/// <summary>What signals do to a client of a master: those that end a program end the link, and the master is told when the terminal has another size.</summary>
internal sealed class PassengerSignals : IDisposable
{
    private readonly MasterLink _link;
    private readonly List<PosixSignalRegistration> _registrations = [];

    public PassengerSignals(MasterLink link, int masterPid, bool hasTerminal = false)
    {
        _link = link;
        foreach (UnixSignal signal in (ReadOnlySpan<UnixSignal>)[UnixSignal.HUP, UnixSignal.INT, UnixSignal.TERM])
        {
            if (!SignalDispositions.IsIgnored(signal)) _registrations.Add(PosixSignalRegistration.Create((PosixSignal)(int)signal, End));
        }

        // To the process group 0 or to all processes would be to others too.
        if (hasTerminal && masterPid > 1) _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Libc.kill(masterPid, (int)UnixSignal.WINCH)));
    }

    /// <summary>True once one came that ends the program.</summary>
    public bool HasEnded { get; private set; }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
    }

    private void End(PosixSignalContext signal)
    {
        signal.Cancel = true;
        HasEnded = true;
        _link.Abort();
    }
}
