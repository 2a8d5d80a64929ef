using System.Globalization;
using Nacre.Bench.Bed;

namespace Nacre.Bench.Measurements;

/// <summary>What ssh-keygen costs when it makes a key and when it shows one.</summary>
internal sealed class KeyTool : IMeasurement
{
    public string Name => "keygen";

    public string Title => "ssh-keygen -t ed25519, and -l";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("nacre-bench-");
        try
        {
            int count = 0;
            await MeasureAsync("ssh-keygen -t ed25519", () => ["-q", "-t", "ed25519", "-N", "", "-f", Path.Join(directory.FullName, (++count).ToString(CultureInfo.InvariantCulture))]);
            await MeasureAsync("ssh-keygen -l", () => ["-l", "-f", Path.Join(directory.FullName, "1.pub")]);
        }
        finally
        {
            directory.Delete(recursive: true);
        }

        async Task MeasureAsync(string title, Func<string[]> arguments)
        {
            double[][] seconds = await Pairs.RunAsync(settings.StartPairs, () => RunAsync(bed.Ours), () => RunAsync(bed.Stock));
            double[] Milliseconds(int contender) => [.. seconds[contender].Select(each => each * 1000)];
            report.Add(Row.OfPairs(title, "ms", Milliseconds(0), Milliseconds(1), Target.RatioAtMost(1.2)));

            Task<double> RunAsync(Contender contender) => CommandTime.OfAsync([Path.Join(Path.GetDirectoryName(contender.Ssh)!, "ssh-keygen"), .. arguments()]);
        }
    }
}
