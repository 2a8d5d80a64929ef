using Nacre.Bench.Bed;

namespace Nacre.Bench.Measurements;

/// <summary>256 MiB with new keys after each 32 MiB, by the default key exchange: which part of the speed is left.</summary>
internal sealed class Rekeying : IMeasurement
{
    private const long Bytes = 256L << 20;

    public string Name => "rekey";

    public string Title => "speed kept with RekeyLimit 32M";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        TransferResult[][] results = await Pairs.RunAsync(
            settings.RekeyPairs,
            () => RunAsync(bed.Ours, "32M"),
            () => RunAsync(bed.Ours, "default"),
            () => RunAsync(bed.Stock, "32M"),
            () => RunAsync(bed.Stock, "default"));
        double[] Kept(int rekeying, int steady) => [.. results[steady].Zip(results[rekeying], (fast, slow) => fast.Seconds / slow.Seconds)];
        report.Add(Row.OfPairs(Title, "of 1", Kept(0, 1), Kept(2, 3), Target.OursAtLeast(0.9)));
    }

    private static Task<TransferResult> RunAsync(Contender contender, string limit) =>
        Transfer.RunAsync(contender, isDown: true, Bytes, "-o", "Ciphers=aes128-gcm@openssh.com", "-o", "RekeyLimit=" + limit);
}
