using System.Runtime.InteropServices;
using System.Text;

namespace Nacre.Unix;

/// <summary>What this process has around it that only its children can share, and that makes a difference to whoever opens files and connections for a user.</summary>
/// <remarks>
/// Namespaces, the root directory, the control group (which firewalls and limits of traffic go by), the label of a security module, and keys in the
/// session keyring (by which some file systems know who is there). Limits and the umask are not among them: those are for programs.
/// </remarks>
internal static unsafe class ProcessSurroundings
{
    private const string Namespaces = "/proc/self/ns";
    private const int SessionKeyring = -3;
    private const int DescribeKey = 6;
    private const int ReadKeyring = 11;
    private const int MostKeys = 1024;
    private const int LongestKey = 4096;

    /// <summary>All of it, as a text to be compared.</summary>
    public static string Describe()
    {
        var text = new StringBuilder();
        foreach (string name in (ReadOnlySpan<string>)["cgroup", "ipc", "mnt", "net", "pid", "pid_for_children", "time", "time_for_children", "user", "uts"]) text.Append(LinkOf($"{Namespaces}/{name}")).Append('\n');
        text.Append(LinkOf("/proc/self/root")).Append('\n').Append(ContentOf("/proc/self/cgroup")).Append(ContentOf("/proc/self/attr/current")).Append('\n');
        AddKeys(text);
        return text.ToString();
    }

    // What cannot be seen is not there, or hidden both times.
    private static string LinkOf(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget ?? "";
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string ContentOf(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>Adds what is in the session keyring, but for other keyrings: each session has its own that is empty, or the user's.</summary>
    private static void AddKeys(StringBuilder text)
    {
        int* keys = stackalloc int[MostKeys];
        nint length = Libc.KeyControl(ReadKeyring, SessionKeyring, (nint)keys, MostKeys * sizeof(int));
        byte* description = stackalloc byte[LongestKey];
        for (int i = 0; i < Math.Min((int)length / sizeof(int), MostKeys); i++)
        {
            nint bytes = Libc.KeyControl(DescribeKey, keys[i], (nint)description, LongestKey);
            bool isKeyring = bytes > 0 && MemoryMarshal.CreateReadOnlySpanFromNullTerminated(description).StartsWith("keyring;"u8);
            if (!isKeyring) text.Append(keys[i]).Append('\n');
        }
    }
}
