using System.Globalization;

namespace Nacre.Bench.Bed;

/// <summary>What a server has used of the processors and of memory; of the former with all the children that have ended (proc(5): utime, stime, cutime, cstime).</summary>
internal static class ProcessUse
{
    private const double TicksPerSecond = 100;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>The seconds used so far, as soon as no child is left whose time would still be missing.</summary>
    public static async Task<double> OfServerAsync(int processId)
    {
        DateTime end = DateTime.UtcNow + Limit;
        while (ChildrenOf(processId).Any())
        {
            if (DateTime.UtcNow > end) throw new InvalidOperationException($"the server {processId} still has children {Limit.TotalSeconds:F0} s after its client ended");
            await Task.Delay(5);
        }

        string stat = await File.ReadAllTextAsync($"/proc/{processId}/stat");

        // The name in brackets may have any character; what follows it is the third field, so utime, the fourteenth, is at 11.
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[11..15].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    /// <summary>The most memory that a process has had since its mark was set back (proc(5): VmHWM, clear_refs).</summary>
    public static double PeakKiB(int processId) => KiB($"/proc/{processId}/status", "VmHWM:");

    /// <summary>A line of a file of /proc that tells an amount in kB.</summary>
    public static double KiB(string file, string name)
    {
        string line = File.ReadLines(file).First(each => each.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }

    /// <summary>The processes below this one, with all of theirs.</summary>
    public static IEnumerable<int> TreeOf(int processId) => ChildrenOf(processId).SelectMany(TreeOf).Prepend(processId);

    private static IEnumerable<int> ChildrenOf(int processId) => Directory.EnumerateDirectories($"/proc/{processId}/task")
        .SelectMany(thread => File.ReadAllText(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Select(child => int.Parse(child, CultureInfo.InvariantCulture));
}
