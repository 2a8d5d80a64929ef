using Nacre.Bench.Bed;

namespace Nacre.Bench.Measurements;

/// <summary>What a login costs the server's side, from the connection to the end of `true`, whose shell is in it; and how many logins there are in a second, eight at a time.</summary>
internal sealed class ServerLogin : IMeasurement
{
    private const int AtOnce = 8;

    public string Name => "logins";

    public string Title => "logins: CPU of the server, and eight at a time";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        int logins = settings.Logins;
        foreach (string exchange in (string[])["curve25519-sha256", "sntrup761x25519-sha512@openssh.com"])
        {
            string name = exchange[..exchange.IndexOf('-', StringComparison.Ordinal)];
            double[][] used = await Pairs.RunAsync(settings.LoginsPairs, () => CpuAsync(bed, bed.Ours, exchange, logins), () => CpuAsync(bed, bed.Stock, exchange, logins));
            report.Add(Row.OfPairs($"log in and run true, {name}: CPU of the server", "ms", used[0], used[1], Target.RatioAtMost(0.25)));
            double[][] rates = await Pairs.RunAsync(settings.LoginsPairs, () => RateAsync(bed.Ours, exchange, logins), () => RateAsync(bed.Stock, exchange, logins));
            report.Add(Row.OfPairs($"ssh host true, {AtOnce} at a time, {name}", "1/s", rates[0], rates[1], Target.RatioAtLeast(3)));
        }
    }

    // The same client for both: only the server's part is counted.
    private static async Task<double> CpuAsync(TestBed bed, Contender contender, string exchange, int logins)
    {
        double before = await ProcessUse.OfServerAsync(contender.ServerId);
        await Bash.RunAsync("for ((i = 0; i < $1; i++)); do \"$2\" -F \"$3\" -o KexAlgorithms=$4 bench true </dev/null; done", $"{logins}", bed.Stock.Ssh, contender.Config, exchange);
        return (await ProcessUse.OfServerAsync(contender.ServerId) - before) * 1000 / logins;
    }

    private static async Task<double> RateAsync(Contender contender, string exchange, int logins)
    {
        const string script = "begin=$EPOCHREALTIME; for ((j = 0; j < $1; j++)); do (for ((i = 0; i < $2; i++)); do \"$3\" -F \"$4\" -o KexAlgorithms=$5 bench true </dev/null || exit; done) & crowd+=($!); done; "
            + "for each in ${crowd[@]}; do wait $each; done; echo \"$begin $EPOCHREALTIME\"";
        int each = Math.Max(1, logins / AtOnce);
        double[] clock = Bash.Numbers(await Bash.RunAsync(script, $"{AtOnce}", $"{each}", contender.Ssh, contender.Config, exchange), "");
        return AtOnce * each / (clock[1] - clock[0]);
    }
}
