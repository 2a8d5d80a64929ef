using Nacre.Bench.Bed;

namespace Nacre.Bench.Measurements;

/// <summary>One large file by sftp on loopback, each way: how fast, for how much processor time, and in how much memory.</summary>
internal sealed class LargeFiles : IMeasurement
{
    private const double GiB = 1L << 30;

    private static readonly (string Short, double Speed, double? Cost, string[] Options)[] Ciphers =
        [("aes128-gcm", 1.6, 0.6, ["-c", "aes128-gcm@openssh.com"]), ("default cipher", 2.5, null, [])];

    public string Name => "files";

    public string Title => "a large file by sftp";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        using var shelf = new FileShelf();
        string file = await shelf.FileAsync(settings.FileBytes);
        double clientPeak = 0, serverPeak = 0;
        foreach ((string shortName, double speed, double? cost, string[] options) in Ciphers)
        {
            foreach (bool isGet in new[] { true, false })
            {
                FileCopyResult[][] results = await Pairs.RunAsync(
                    settings.FilePairs,
                    () => FileCopy.RunAsync(bed.Ours, bed.Ours, shelf, isGet, file, options),
                    () => FileCopy.RunAsync(bed.Stock, bed.Stock, shelf, isGet, file, options));
                string what = $"{(isGet ? "get" : "put")}, {shortName}: ";
                double[] Speed(int contender) => [.. results[contender].Select(result => settings.FileBytes / result.Seconds / 1e9)];
                double[] Cost(int contender) => [.. results[contender].Select(result => result.ProcessorSeconds * GiB / settings.FileBytes)];
                report.Add(Row.OfPairs(what + "throughput", "GB/s", Speed(0), Speed(1), Target.RatioAtLeast(speed)));
                report.Add(Row.OfPairs(what + "CPU of both ends", "s/GiB", Cost(0), Cost(1), cost is { } most ? Target.RatioAtMost(most) : null));
                clientPeak = Math.Max(clientPeak, results[0].Max(result => result.ClientPeakKiB));
                serverPeak = Math.Max(serverPeak, results[0].Max(result => result.ServerPeakKiB));
            }
        }

        FileCopyResult.AddMemory(report, "a large file", clientPeak, serverPeak);
    }
}
