using System.Globalization;
using Nacre.Bench.Bed;

namespace Nacre.Bench.Measurements;

/// <summary>A file over a long line of 1 Gbit/s: which part of the line is used.</summary>
/// <remarks>What a file of one byte takes over the same line, which is all asking and opening, is taken off; a row of its own tells the whole.</remarks>
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
        string tiny = Path.Join(await shelf.FolderAsync(1, 1), "f00000");
        foreach (int milliseconds in new[] { 25, 100 })
        {
            TimeSpan oneWay = TimeSpan.FromMilliseconds(milliseconds / 2.0);
            using var ours = new DelayProxy(bed.Ours.Port, oneWay, LineBytesPerSecond);
            using var stock = new DelayProxy(bed.Stock.Port, oneWay, LineBytesPerSecond);
            foreach (bool isGet in new[] { true, false })
            {
                (double Copying, double Whole)[][] results = await Pairs.RunAsync(
                    settings.FarPairs,
                    () => RunAsync(bed.Ours, bed.Ours, ours),
                    () => RunAsync(bed.Ours, bed.Stock, stock),
                    () => RunAsync(bed.Stock, bed.Stock, stock));
                double[] Part(int contender) => [.. results[contender].Select(result => Bytes / result.Copying / LineBytesPerSecond)];
                double[] Whole(int contender) => [.. results[contender].Select(result => Bytes / result.Whole / LineBytesPerSecond)];
                string what = string.Create(CultureInfo.InvariantCulture, $"{(isGet ? "get" : "put")} at {milliseconds} ms");
                report.Add(Row.OfPairs(what, "of 1", Part(0), Part(2), Target.OursAtLeast(0.9)));
                report.Add(Row.OfPairs(what + ", asking and opening included", "of 1", Whole(0), Whole(2), null));

                // What a server takes is bounded by its own window, 2 MiB with OpenSSH, whatever a client does.
                Row against = Row.OfPairs(what + " from OpenSSH's server", "of 1", Part(1), Part(2), isGet ? Target.OursAtLeast(0.9) : null);
                report.Add(isGet ? against : against with { What = what + " to OpenSSH's server", Remark = "its window is the limit" });

                async Task<(double Copying, double Whole)> RunAsync(Contender client, Contender server, DelayProxy line)
                {
                    double opening = (await FileCopy.RunAsync(client, server, shelf, isGet, tiny, PortOf(line))).Seconds;
                    double whole = (await FileCopy.RunAsync(client, server, shelf, isGet, file, PortOf(line))).Seconds;
                    return (whole - opening, whole);
                }
            }
        }
    }

    private static string[] PortOf(DelayProxy proxy) => ["-P", proxy.Port.ToString(CultureInfo.InvariantCulture)];
}
