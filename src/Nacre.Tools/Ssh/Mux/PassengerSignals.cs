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

        if (hasTerminal && IsMaster(masterPid, link.ListenerPid)) _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Libc.kill(masterPid, (int)UnixSignal.WINCH)));
    }

    /// <summary>True once one came that ends the program.</summary>
    public bool HasEnded { get; private set; }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
    }

    /// <summary>Whether a process is the master that it says it is.</summary>
    /// <remarks>
    /// What is said may be relayed from elsewhere, and the signal would be to another process of the user's. Only OpenSSH's master that has gone to the
    /// background since it began to listen is another process than the kernel remembers, which is no more then.
    /// </remarks>
    internal static bool IsMaster(int stated, int listener) =>
        stated > 1 && (stated == listener || (listener > 0 && Libc.kill(listener, 0) != 0 && Libc.LastErrno == Errno.ESRCH));

    private void End(PosixSignalContext signal)
    {
        signal.Cancel = true;
        HasEnded = true;
        _link.Abort();
    }
}
