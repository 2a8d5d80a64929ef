namespace Nacre.Unix;

/// <summary>What this process asks of the kernel for itself, by prctl(2) and umask(2).</summary>
internal static class Prctl
{
    private const int PR_SET_DUMPABLE = 4;
    private const int PR_SET_NAME = 15;
    private const int PR_SET_NO_NEW_PRIVS = 38;

    /// <summary>Whether this process may leave a core dump and be traced by others of its user: no, while it holds keys.</summary>
    public static void SetDumpable(bool isDumpable) =>
        Libc.Check(Libc.prctl(PR_SET_DUMPABLE, isDumpable ? 1 : 0, 0, 0, 0), "prctl PR_SET_DUMPABLE");

    /// <summary>Set-user-id programs, run by this thread or its children, gain nothing from then on.</summary>
    public static void SetNoNewPrivileges() =>
        Libc.Check(Libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl PR_SET_NO_NEW_PRIVS");

    /// <summary>What ps and top call this thread, and the process when it is the first: at most 15 bytes of ASCII.</summary>
    public static unsafe void SetName(string name)
    {
        byte* text = stackalloc byte[16];
        new Span<byte>(text, 16).Clear();
        System.Text.Encoding.ASCII.GetBytes(name.AsSpan(0, Math.Min(name.Length, 15)), new Span<byte>(text, 15));
        Libc.Check(Libc.prctl(PR_SET_NAME, (nint)text, 0, 0, 0), "prctl PR_SET_NAME");
    }

    /// <summary>The umask; null where the kernel does not tell it without setting it, or there is no /proc.</summary>
    public static uint? FileModeMask
    {
        get
        {
            const string label = "Umask:\t";
            try
            {
                string? line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(label, StringComparison.Ordinal));
                return line is null ? null : Convert.ToUInt32(line[label.Length..], 8);
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    /// <summary>Sets the umask, and returns what it was.</summary>
    public static uint SetFileModeMask(uint mask) => Libc.umask(mask);
}
