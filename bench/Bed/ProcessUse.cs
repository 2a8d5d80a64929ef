using System.Globalization;

namespace Nacre.Bench.Bed;

/// <summary>What a server has used of the processors and of memory; of the former with all the children that have ended (proc(5): utime, stime, cutime, cstime).</summary>
internal static class ProcessUse
{
    private const double TicksPerSecond = 100;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LingerLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(50);

    /// <summary>The seconds used so far by a server and all its processes; what has ended is in its parent's account.</summary>
    public static async Task<double> OfServerAsync(int serverId) => (await AtRestAsync(serverId)).Sum(SecondsOf);

    private static double SecondsOf(int processId)
    {
        string stat = File.ReadAllText($"/proc/{processId}/stat");

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
    private static IEnumerable<int> TreeOf(int processId) => ChildrenOf(processId).SelectMany(TreeOf).Prepend(processId);

    /// <summary>The memory of a server with all its processes. The proportional set size counts a page that processes share by its part, so that the sum over them counts it once.</summary>
    public static async Task<double> ProportionalKiBAsync(int serverId) => (await AtRestAsync(serverId)).Sum(id => KiB($"/proc/{id}/smaps_rollup", "Pss:"));

    /// <summary>How many processes a server has.</summary>
    public static async Task<int> CountAsync(int serverId) => (await AtRestAsync(serverId)).Length;

    /// <summary>Waits until a server has no more processes than it had: those of sessions may linger for whoever comes back.</summary>
    public static async Task UntilLeftAsync(int serverId, int count)
    {
        DateTime end = DateTime.UtcNow + LingerLimit;
        while (TreeOf(serverId).Count() > count)
        {
            if (DateTime.UtcNow > end) throw new InvalidOperationException($"the server {serverId} still has processes of sessions after {LingerLimit.TotalSeconds:F0} s");
            await Task.Delay(Rest);
        }
    }

    /// <summary>A server with all its processes, as soon as none has come or gone for a moment.</summary>
    private static async Task<int[]> AtRestAsync(int serverId)
    {
        DateTime end = DateTime.UtcNow + Limit;
        for (int[] seen = []; ;)
        {
            int[] there = [.. TreeOf(serverId).Order()];
            if (there.SequenceEqual(seen)) return there;
            if (DateTime.UtcNow > end) throw new InvalidOperationException($"the processes of the server {serverId} still come and go after {Limit.TotalSeconds:F0} s");
            seen = there;
            await Task.Delay(Rest);
        }
    }

    private static IEnumerable<int> ChildrenOf(int processId)
    {
        try
        {
            return [.. Directory.GetDirectories($"/proc/{processId}/task")
                .SelectMany(thread => File.ReadAllText(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(child => int.Parse(child, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            // It has ended meanwhile, or one of its threads has.
            return [];
        }
    }
}
