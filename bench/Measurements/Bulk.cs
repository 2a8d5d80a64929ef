using Nacre.Bench.Bed;

namespace Nacre.Bench.Measurements;

/// <summary>A long stream through exec on one connection, our two ends against OpenSSH's two: how fast, and for how much processor time.</summary>
internal sealed class Bulk : IMeasurement
{
    private const double GiB = 1L << 30;

    private static readonly (string Cipher, string Short, double Target)[] Ciphers =
        [("aes128-gcm@openssh.com", "aes128-gcm", 1.1), ("chacha20-poly1305@openssh.com", "chacha20", 1.4)];

    public string Name => "bulk";

    public string Title => "bulk through exec";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        foreach ((string cipher, string shortName, double target) in Ciphers)
        {
            foreach (bool isDown in new[] { true, false })
            {
                TransferResult[][] results = await Pairs.RunAsync(
                    settings.BulkPairs,
                    () => Transfer.RunAsync(bed.Ours, isDown, settings.BulkBytes, "-o", "Ciphers=" + cipher),
                    () => Transfer.RunAsync(bed.Stock, isDown, settings.BulkBytes, "-o", "Ciphers=" + cipher));
                string what = $"exec {(isDown ? "down" : "up")}, {shortName}: ";
                double[] Speed(int contender) => [.. results[contender].Select(result => settings.BulkBytes / result.Seconds / 1e9)];
                double[] Cost(int contender) => [.. results[contender].Select(result => result.ProcessorSeconds * GiB / settings.BulkBytes)];
                report.Add(Row.OfPairs(what + "throughput", "GB/s", Speed(0), Speed(1), Target.RatioAtLeast(target)));
                report.Add(Row.OfPairs(what + "CPU of both ends", "s/GiB", Cost(0), Cost(1), Target.RatioAtMost(1)));
            }
        }
    }
}
