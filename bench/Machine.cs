using System.Globalization;
using Nacre.Bench.Bed;

namespace Nacre.Bench;

/// <summary>Says what was measured where, and whether the machine had anything else to do.</summary>
internal static class Machine
{
    public static async Task<string> DescribeAsync(TestBed bed)
    {
        string processor = (await File.ReadAllLinesAsync("/proc/cpuinfo"))
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown processor";
        string load = (await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0];
        string ours = await VersionAsync(bed.Ours);
        string stock = await VersionAsync(bed.Stock);
        string warning = double.Parse(load, CultureInfo.InvariantCulture) > 0.5 ? ": the machine was busy, so trust the ratios less" : "";
        return $"{ours} against {stock}\n{Environment.ProcessorCount} x {processor}, load {load} before the start{warning}";
    }

    private static async Task<string> VersionAsync(Contender contender) =>
        (await Bash.RunAsync("\"$1\" -V 2>&1", contender.Ssh)).Trim();
}
