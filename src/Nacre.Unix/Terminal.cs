using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>The terminal that this process is run from, whatever its standard input and output are.</summary>
internal static unsafe class Terminal
{
    /// <summary>The longest answer that a prompt takes; what is typed beyond it is cut off, as OpenSSH does.</summary>
    public const int LongestAnswer = 1023;

    private const string Path = "/dev/tty";

    /// <summary>Whether there is a terminal to ask on.</summary>
    public static bool IsPresent
    {
        get
        {
            using SafeFileHandle? terminal = TryOpen();
            return terminal is not null;
        }
    }

    /// <summary>Whether this process is in the foreground of its terminal, so that it may read from it without being stopped.</summary>
    public static bool IsInForeground
    {
        get
        {
            const nuint foregroundGroup = 0x540f;
            using SafeFileHandle? terminal = TryOpen();
            if (terminal is null)
                return false;
            int group;
            return Libc.ioctl((int)terminal.DangerousGetHandle(), foregroundGroup, &group) == 0 && group == Libc.getpgrp();
        }
    }

    /// <summary>
    /// Stops this process as its terminal's suspend character would, and returns when it is continued. The shell must find its
    /// terminal in order: leave raw mode first.
    /// </summary>
    public static void Suspend() => Libc.Check(Libc.raise((int)UnixSignal.TSTP), "suspend this process");

    /// <summary>
    /// Gives the shell its terminal back and goes on: stops this process, which a shell with job control notices, and has the kernel continue
    /// it in a moment. Leave raw mode first, and read nothing from the terminal after.
    /// </summary>
    public static void ReleaseToShell()
    {
        const int monotonicClock = 1;
        const int signalEventBytes = 64;
        const int signalOffset = 8;
        const long stoppedNanoseconds = 300_000_000;
        byte* signalEvent = stackalloc byte[signalEventBytes];
        new Span<byte>(signalEvent, signalEventBytes).Clear();
        *(int*)(signalEvent + signalOffset) = (int)UnixSignal.CONT;
        nint timer;
        Libc.Check(Libc.timer_create(monotonicClock, signalEvent, &timer), "make a timer");

        // No interval; the seconds and nanoseconds until it fires once.
        long* setting = stackalloc long[] { 0, 0, 0, stoppedNanoseconds };
        Libc.Check(Libc.timer_settime(timer, 0, setting, null), "set a timer");
        Suspend();
    }

    /// <summary>
    /// Prompts on the terminal and reads one line, without echo unless <paramref name="echo"/>. Null when there is no terminal or
    /// when it has hung up. The line is in pinned memory, for the caller to zero.
    /// </summary>
    /// <remarks>
    /// Blocks its thread. A signal that ends or stops the process finds the terminal with its echo back, and a process that is
    /// continued prompts again.
    /// </remarks>
    public static byte[]? ReadPassphrase(string prompt, bool echo = false)
    {
        using SafeFileHandle? terminal = TryOpen();
        if (terminal is null)
            return null;
        int descriptor = (int)terminal.DangerousGetHandle();
        byte[] line = GC.AllocateUninitializedArray<byte>(LongestAnswer, pinned: true);
        try
        {
            using var quiet = new QuietTerminal(descriptor, prompt, echo);
            int length = ReadLine(descriptor, line);
            if (!echo)
                Write(descriptor, "\n");
            if (length < 0)
                return null;
            byte[] answer = GC.AllocateUninitializedArray<byte>(length, pinned: true);
            line.AsSpan(0, length).CopyTo(answer);
            return answer;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(line);
        }
    }

    private static SafeFileHandle? TryOpen()
    {
        int descriptor = Libc.open(Path, Libc.O_RDWR | Libc.O_CLOEXEC | Libc.O_NOCTTY, 0);
        return descriptor == -1 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Reads up to the end of the line; -1 at the end of input.</summary>
    private static int ReadLine(int descriptor, Span<byte> line)
    {
        int length = 0;
        while (true)
        {
            byte next;
            nint count = Libc.read(descriptor, &next, 1);
            if (count == -1 && Libc.LastErrno == Errno.EINTR)
                continue;
            if (count <= 0)
                return length > 0 ? length : -1;
            if (next is (byte)'\n' or (byte)'\r')
                return length;
            if (length < line.Length)
                line[length++] = next;
        }
    }

    private static void Write(int descriptor, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* start = bytes)
            _ = Libc.write(descriptor, start, (nuint)bytes.Length);
    }

    /// <summary>The terminal while it is asked: without echo, and put right before any signal takes effect.</summary>
    private sealed class QuietTerminal : IDisposable
    {
        private readonly int descriptor;
        private readonly string prompt;
        private readonly bool echo;
        private readonly Termios saved;
        private readonly PosixSignalRegistration[] registrations;

        public QuietTerminal(int descriptor, string prompt, bool echo)
        {
            this.descriptor = descriptor;
            this.prompt = prompt;
            this.echo = echo;
            saved = Termios.Of(descriptor);
            registrations =
            [
                PosixSignalRegistration.Create(PosixSignal.SIGINT, End),
                PosixSignalRegistration.Create(PosixSignal.SIGHUP, End),
                PosixSignalRegistration.Create(PosixSignal.SIGTERM, End),
                PosixSignalRegistration.Create(PosixSignal.SIGQUIT, End),
                PosixSignalRegistration.Create(PosixSignal.SIGTSTP, Stop),
                PosixSignalRegistration.Create(PosixSignal.SIGCONT, RawMode.KeepModes),
            ];
            Ask();
        }

        public void Dispose()
        {
            Restore();
            foreach (PosixSignalRegistration registration in registrations)
                registration.Dispose();
        }

        private void Ask()
        {
            if (!echo)
            {
                Termios quiet = saved;
                quiet.Local &= ~(LocalModes.ECHO | LocalModes.ECHONL);
                quiet.Apply(descriptor, Termios.When.Flushed);
            }
            Write(descriptor, prompt);
        }

        private void Restore() => _ = saved.TryApply(descriptor, Termios.When.Drained);

        /// <summary>Not cancelled: the default action follows.</summary>
        private void End(PosixSignalContext signal) => Restore();

        private void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            Restore();
            // To this very thread: one that goes to the process may stop another first, while this one goes on to ask.
            _ = Libc.raise((int)UnixSignal.STOP);
            Ask();
        }
    }
}
