using System.Globalization;
using Nacre.Bench.Bed;

namespace Nacre.Bench.Measurements;

/// <summary>Small files over a long line: how many round trips each of them costs.</summary>
internal sealed class FarSmallFiles : IMeasurement
{
    private const int Files = 200, Bytes = 4096;
    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(12.5);

    public string Name => "farmany";

    public string Title => "200 files of 4 KiB by sftp: round trips per file";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        using var shelf = new FileShelf();
        string folder = await shelf.FolderAsync(Files, Bytes);
        using var oursNear = new DelayProxy(bed.Ours.Port, TimeSpan.Zero);
        using var oursFar = new DelayProxy(bed.Ours.Port, OneWay);
        using var stockNear = new DelayProxy(bed.Stock.Port, TimeSpan.Zero);
        using var stockFar = new DelayProxy(bed.Stock.Port, OneWay);
        foreach (bool isGet in new[] { true, false })
        {
            FileCopyResult[][] results = await Pairs.RunAsync(
                settings.FarPairs,
                () => RunAsync(bed.Ours, bed.Ours, oursNear),
                () => RunAsync(bed.Ours, bed.Ours, oursFar),
                () => RunAsync(bed.Ours, bed.Stock, stockNear),
                () => RunAsync(bed.Ours, bed.Stock, stockFar),
                () => RunAsync(bed.Stock, bed.Stock, stockNear),
                () => RunAsync(bed.Stock, bed.Stock, stockFar));
            double[] Trips(int near) => [.. results[near + 1].Zip(results[near], (slow, fast) => (slow.Seconds - fast.Seconds) / (2 * OneWay.TotalSeconds) / Files)];
            string what = $"{(isGet ? "get" : "put")} -r, 200 files of 4 KiB: round trips per file";
            report.Add(Row.OfPairs(what, "trips", Trips(0), Trips(4), Target.OursAtMost(0.5)));
            report.Add(Row.OfPairs(what + ", with OpenSSH's server", "trips", Trips(2), Trips(4), Target.OursAtMost(0.5)));

            Task<FileCopyResult> RunAsync(Contender client, Contender server, DelayProxy proxy) =>
                FileCopy.RunAsync(client, server, shelf, isGet, folder, "-P", proxy.Port.ToString(CultureInfo.InvariantCulture));
        }
    }
}
