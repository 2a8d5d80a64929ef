using System.Runtime.InteropServices;

namespace Nacre.Unix;

/// <summary>The system's log, syslog(3), of which a process has one.</summary>
internal static unsafe class SystemLog
{
    private const int LogPid = 1;
    private const int OpenAtOnce = 8;

    private static readonly Lock Gate = new();
    private static byte* ident;
    private static Facility opened;

    /// <summary>The facilities that SyslogFacility names.</summary>
    public enum Facility
    {
        User = 1 << 3,
        Daemon = 3 << 3,
        Auth = 4 << 3,
        AuthPriv = 10 << 3,
        Local0 = 16 << 3,
        Local1 = 17 << 3,
        Local2 = 18 << 3,
        Local3 = 19 << 3,
        Local4 = 20 << 3,
        Local5 = 21 << 3,
        Local6 = 22 << 3,
        Local7 = 23 << 3,
    }

    /// <summary>How much a line matters.</summary>
    public enum Priority
    {
        Critical = 2,
        Error = 3,
        Warning = 4,
        Notice = 5,
        Info = 6,
        Debug = 7,
    }

    /// <summary>Opens the log at once, so that it can be written from within another root directory too.</summary>
    public static void Open(string name, Facility facility)
    {
        lock (Gate)
        {
            // syslog keeps the pointer for as long as the log is open.
            byte* next = (byte*)Marshal.StringToCoTaskMemUTF8(name);
            Libc.openlog(next, LogPid | OpenAtOnce, (int)facility);
            Marshal.FreeCoTaskMem((nint)ident);
            ident = next;
            opened = facility;
        }
    }

    /// <summary>Writes a line; text from a peer is to be escaped before it comes here.</summary>
    /// <param name="priority">How much it matters.</param>
    /// <param name="line">The line.</param>
    /// <param name="facility">Another facility than the log was opened for; 0 for that one.</param>
    /// <param name="process">The process whose line it is; 0 for this one.</param>
    public static void Write(Priority priority, string line, Facility facility = 0, int process = 0)
    {
        lock (Gate)
        {
            if (process == 0)
            {
                Libc.syslog((int)priority | (int)facility, "%s", line);
                return;
            }

            // syslog(3) knows no other number than this process's own, but takes any name.
            string name = $"{Marshal.PtrToStringUTF8((nint)ident)}[{process.ToString(System.Globalization.CultureInfo.InvariantCulture)}]";
            byte* theirs = (byte*)Marshal.StringToCoTaskMemUTF8(name);
            Libc.openlog(theirs, 0, (int)opened);
            Libc.syslog((int)priority | (int)facility, "%s", line);
            Libc.openlog(ident, LogPid, (int)opened);
            Marshal.FreeCoTaskMem((nint)theirs);
        }
    }
}
