using System.Globalization;

namespace Nacre.Unix;

/// <summary>Asks the kernel to spare this process, and none that it starts, when it ends one for want of memory.</summary>
/// <remarks>For a server that would be missed by everybody: proc(5), oom_score_adj. What is not permitted is not insisted on.</remarks>
internal static class OomScore
{
    private const string Own = "/proc/self/oom_score_adj";
    private const string Never = "-1000";

    private static string? before;

    /// <summary>Asks for it; false when the system does not permit it.</summary>
    public static bool TryProtect()
    {
        try
        {
            string usual = File.ReadAllText(Own).Trim();
            File.WriteAllText(Own, Never);
            before = usual;
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Makes a process that was just started one like any other.</summary>
    internal static void Unprotect(int pid)
    {
        if (before is not { } usual) return;
        try
        {
            File.WriteAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/oom_score_adj"), usual);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has ended already.
        }
    }
}
