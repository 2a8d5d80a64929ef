using Nacre.Bench.Bed;

namespace Nacre.Bench.Measurements;

/// <summary>Thousands of small files by sftp on loopback, each way: how many in a second.</summary>
internal sealed class ManyFiles : IMeasurement
{
    private const int Files = 5000, Bytes = 1024;

    public string Name => "many";

    public string Title => "5,000 files of 1 KiB by sftp";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        using var shelf = new FileShelf();
        string folder = await shelf.FolderAsync(Files, Bytes);
        double clientPeak = 0, serverPeak = 0;
        foreach (bool isGet in new[] { true, false })
        {
            FileCopyResult[][] results = await Pairs.RunAsync(
                settings.FilePairs,
                () => FileCopy.RunAsync(bed.Ours, bed.Ours, shelf, isGet, folder),
                () => FileCopy.RunAsync(bed.Stock, bed.Stock, shelf, isGet, folder));
            double[] Rate(int contender) => [.. results[contender].Select(result => Files / result.Seconds)];
            report.Add(Row.OfPairs($"{(isGet ? "get" : "put")} -r, 5,000 files of 1 KiB", "files/s", Rate(0), Rate(1), Target.RatioAtLeast(3)));
            clientPeak = Math.Max(clientPeak, results[0].Max(result => result.ClientPeakKiB));
            serverPeak = Math.Max(serverPeak, results[0].Max(result => result.ServerPeakKiB));
        }

        FileCopyResult.AddMemory(report, "many files", clientPeak, serverPeak);
    }
}
