using System.Runtime.InteropServices;

namespace Nacre.Unix;

/// <summary>A terminal in raw mode, as the client of a remote shell needs it; it goes back to what it was in every way out.</summary>
/// <remarks>
/// Whether the process returns, throws or is ended by a signal that can be caught, the shell finds its terminal as it left it.
/// Signals keep their effect: whoever wants another watches them too, with a <see cref="SignalWatch"/>.
/// </remarks>
internal sealed class RawMode : IDisposable
{
    private readonly int descriptor;
    private readonly Lock gate = new();
    private readonly PosixSignalRegistration[] registrations;
    private Termios saved;
    private bool isRaw;

    private RawMode(int descriptor)
    {
        this.descriptor = descriptor;
        AppDomain.CurrentDomain.ProcessExit += OnProcessEnd;
        AppDomain.CurrentDomain.UnhandledException += OnProcessEnd;
        registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGQUIT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGCONT, KeepModes),
        ];
    }

    /// <summary>The modes that the terminal had, and gets back.</summary>
    public Termios Saved => saved;

    /// <summary>Puts a terminal into raw mode; null when the descriptor is no terminal.</summary>
    public static RawMode? TryEnter(int descriptor)
    {
        if (!Termios.TryOf(descriptor, out _))
            return null;
        var mode = new RawMode(descriptor);
        mode.Enter();
        return mode;
    }

    /// <summary>The raw form of modes: every byte as it is typed, no echo, no signals, no translation. IUTF8 stays as it is.</summary>
    public static Termios RawFormOf(Termios modes)
    {
        modes.Input |= InputModes.IGNPAR;
        modes.Input &= ~(InputModes.ISTRIP | InputModes.INLCR | InputModes.IGNCR | InputModes.ICRNL | InputModes.IXON
            | InputModes.IXANY | InputModes.IXOFF | InputModes.IUCLC);
        modes.Local &= ~(LocalModes.ISIG | LocalModes.ICANON | LocalModes.ECHO | LocalModes.ECHOE | LocalModes.ECHOK
            | LocalModes.ECHONL | LocalModes.IEXTEN);
        modes.Output &= ~OutputModes.OPOST;
        modes.Characters[(int)ControlCharacter.VMIN] = 1;
        modes.Characters[(int)ControlCharacter.VTIME] = 0;
        return modes;
    }

    /// <summary>Enters raw mode again, after <see cref="Leave"/>; the modes of that moment are the ones to go back to.</summary>
    public void Enter()
    {
        lock (gate)
        {
            if (isRaw || !Termios.TryOf(descriptor, out saved))
                return;
            RawFormOf(saved).Apply(descriptor, Termios.When.Drained);
            isRaw = true;
        }
    }

    /// <summary>Gives the terminal its modes back, to prompt, to be suspended or to end.</summary>
    public void Leave()
    {
        lock (gate)
        {
            if (isRaw)
                _ = saved.TryApply(descriptor, Termios.When.Drained);
            isRaw = false;
        }
    }

    public void Dispose()
    {
        Leave();
        AppDomain.CurrentDomain.ProcessExit -= OnProcessEnd;
        AppDomain.CurrentDomain.UnhandledException -= OnProcessEnd;
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
    }

    /// <summary>Not cancelled: the default action follows.</summary>
    private void OnSignal(PosixSignalContext signal) => Leave();

    /// <summary>
    /// The runtime answers SIGCONT by giving the terminal of standard input the modes that it had at start, some time later and so
    /// over ours; a cancelled signal is none of its business.
    /// </summary>
    internal static void KeepModes(PosixSignalContext signal) => signal.Cancel = true;

    private void OnProcessEnd(object? sender, EventArgs e) => Leave();
}
