using Nacre.Bench.Bed;

namespace Nacre.Bench.Measurements;

/// <summary>The whole of `ssh host true`: start, connect, key exchange, login, command, end.</summary>
internal sealed class Login : IMeasurement
{
    public string Name => "login";

    public string Title => "connect, log in, run true";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        double[][] seconds = await Pairs.RunAsync(settings.LoginPairs, () => OnceAsync(bed.Ours), () => OnceAsync(bed.Stock));
        double[] Milliseconds(int contender) => [.. seconds[contender].Select(each => each * 1000)];
        report.Add(Row.OfPairs(Title + ": time", "ms", Milliseconds(0), Milliseconds(1), Target.RatioAtMost(0.5)));
    }

    private static Task<double> OnceAsync(Contender contender) => CommandTime.OfAsync(contender.Ssh, "-F", contender.Config, "bench", "true");
}
