using System.Globalization;
using Nacre.Bench.Bed;

namespace Nacre.Bench.Measurements;

/// <summary>A file over a long line of 1 Gbit/s: which part of the line is used.</summary>
internal sealed class FarFiles : IMeasurement
{
    private const long Bytes = 256L << 20;
    private const double LineBytesPerSecond = 125e6;

    public string Name => "far";

    public string Title => "256 MiB by sftp over a long line";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        using var shelf = new FileShelf();
        string file = await shelf.FileAsync(Bytes);
        foreach (int milliseconds in new[] { 25, 100 })
        {
            TimeSpan oneWay = TimeSpan.FromMilliseconds(milliseconds / 2.0);
            using var ours = new DelayProxy(bed.Ours.Port, oneWay, LineBytesPerSecond);
            using var stock = new DelayProxy(bed.Stock.Port, oneWay, LineBytesPerSecond);
            foreach (bool isGet in new[] { true, false })
            {
                FileCopyResult[][] results = await Pairs.RunAsync(
                    settings.FarPairs,
                    () => FileCopy.RunAsync(bed.Ours, bed.Ours, shelf, isGet, file, PortOf(ours)),
                    () => FileCopy.RunAsync(bed.Ours, bed.Stock, shelf, isGet, file, PortOf(stock)),
                    () => FileCopy.RunAsync(bed.Stock, bed.Stock, shelf, isGet, file, PortOf(stock)));
                double[] Part(int contender) => [.. results[contender].Select(result => Bytes / result.Seconds / LineBytesPerSecond)];
                string what = string.Create(CultureInfo.InvariantCulture, $"{(isGet ? "get" : "put")} at {milliseconds} ms");
                report.Add(Row.OfPairs(what, "of 1", Part(0), Part(2), Target.OursAtLeast(0.9)));

                // What a server takes is bounded by its own window, 2 MiB with OpenSSH, whatever a client does.
                Row against = Row.OfPairs(what + " from OpenSSH's server", "of 1", Part(1), Part(2), isGet ? Target.OursAtLeast(0.9) : null);
                report.Add(isGet ? against : against with { What = what + " to OpenSSH's server", Remark = "its window is the limit" });
            }
        }
    }

    private static string[] PortOf(DelayProxy proxy) => ["-P", proxy.Port.ToString(CultureInfo.InvariantCulture)];
}
