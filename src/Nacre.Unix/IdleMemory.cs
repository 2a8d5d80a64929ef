using System.Globalization;

namespace Nacre.Unix;

/// <summary>Gives memory back to the system that a process which is to wait for long does not use: garbage, and code that only its start needed.</summary>
internal static unsafe class IdleMemory
{
    private const int DontNeed = 4;

    /// <summary>Gives back what can be; what is wanted after all comes back from the system's cache of files, a page at a time.</summary>
    public static void Release()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        foreach ((nint start, nint length) in UnchangedFileParts()) _ = Libc.madvise((byte*)start, (nuint)length, DontNeed);
    }

    /// <summary>
    /// The parts of memory that show files and nothing else: not writable, and no page of theirs was ever changed, as those are that the
    /// loader relocates.
    /// </summary>
    private static List<(nint Start, nint Length)> UnchangedFileParts()
    {
        var parts = new List<(nint, nint)>();
        (nint Start, nint Length)? part = null;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            if (TryReadPart(line, out (nint Start, nint Length)? next)) part = next;
            else if (part is { } unchanged && line.StartsWith("Anonymous:", StringComparison.Ordinal) && line.EndsWith(" 0 kB", StringComparison.Ordinal)) parts.Add(unchanged);
        }

        return parts;
    }

    // proc(5): "address perms offset dev inode pathname" begins each part; the lines about it begin with a name and a colon.
    private static bool TryReadPart(string line, out (nint Start, nint Length)? part)
    {
        part = null;
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] bounds = words[0].Split('-');
        if (bounds.Length != 2 || words.Length < 5) return false;
        bool isFile = words.Length > 5 && words[5].StartsWith('/') && (words[1] is "r-xp" or "r--p");
        if (isFile && nint.TryParse(bounds[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out nint start)
            && nint.TryParse(bounds[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out nint end))
        {
            part = (start, end - start);
        }

        return true;
    }
}
