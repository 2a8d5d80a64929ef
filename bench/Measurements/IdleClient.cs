using System.Diagnostics;
using Nacre.Bench.Bed;

namespace Nacre.Bench.Measurements;

/// <summary>What an ssh costs that holds a connection and does nothing: the resident memory of `ssh -N`.</summary>
internal sealed class IdleClient : IMeasurement
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2);

    public string Name => "idle";

    public string Title => "memory of an idle ssh -N";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        double[][] sizes = await Pairs.RunAsync(settings.IdleClientPairs, () => OnceAsync(bed.Ours), () => OnceAsync(bed.Stock));
        report.Add(Row.OfPairs(Title, "KiB", sizes[0], sizes[1], Target.RatioAtMost(1.5)));
    }

    // LocalCommand runs when ssh is logged in.
    private static async Task<double> OnceAsync(Contender contender)
    {
        string[] arguments = ["-F", contender.Config, "-N", "-o", "PermitLocalCommand=yes", "-o", "LocalCommand=echo ready", "bench"];
        using Process ssh = Process.Start(new ProcessStartInfo(contender.Ssh, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{contender.Ssh} did not start");
        try
        {
            if (await ssh.StandardOutput.ReadLineAsync() != "ready") throw new InvalidOperationException($"ssh -N of {contender.Name} did not log in");
            await Task.Delay(Rest);
            return ProcessUse.KiB($"/proc/{ssh.Id}/status", "VmRSS:");
        }
        finally
        {
            ssh.Kill();
            await ssh.WaitForExitAsync();
        }
    }
}
