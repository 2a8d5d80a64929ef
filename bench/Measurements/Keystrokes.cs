using System.Diagnostics;
using Nacre.Bench.Bed;

namespace Nacre.Bench.Measurements;

/// <summary>What a person feels: how long a key takes from ssh's standard input to a program at a far terminal and back.</summary>
internal sealed class Keystrokes : IMeasurement
{
    private const int WarmingKeys = 200;

    // The rhythm is not hidden here: that would measure the clock by which keys go out. OpenSSH before 9.5 does not know the keyword.
    private static readonly string[] Plain = ["-tt", "-e", "none", "-o", "IgnoreUnknown=ObscureKeystrokeTiming", "-o", "ObscureKeystrokeTiming=no"];

    public string Name => "keys";

    public string Title => "a key and its echo at a far terminal";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        using FarTerminal ours = await FarTerminal.OpenAsync(bed.Ours);
        using FarTerminal stock = await FarTerminal.OpenAsync(bed.Stock);
        double[][] microseconds = await Pairs.RunAsync(settings.KeystrokePairs, () => ours.MedianAsync(settings.Pings), () => stock.MedianAsync(settings.Pings));
        report.Add(Row.OfPairs(Title, "us", microseconds[0], microseconds[1], Target.RatioAtMost(1)));
    }

    /// <summary>A session at whose far end a program sends back each key as it comes.</summary>
    private sealed class FarTerminal : IDisposable
    {
        private readonly Process _ssh;
        private readonly byte[] _key = "k"u8.ToArray();

        private FarTerminal(Process ssh) => _ssh = ssh;

        public static async Task<FarTerminal> OpenAsync(Contender contender)
        {
            string[] arguments = ["-F", contender.Config, .. Plain, "bench", "stty raw -echo; echo ready; exec cat"];
            Process ssh = Process.Start(new ProcessStartInfo(contender.Ssh, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })
                ?? throw new InvalidOperationException($"{contender.Ssh} did not start");
            var terminal = new FarTerminal(ssh);
            int at = 0;
            foreach (byte expected in "ready\n"u8.ToArray())
            {
                if (await terminal.ReadAsync() != expected) throw new InvalidOperationException($"{contender.Name} does not say that it is ready; byte {at} is another");
                at++;
            }

            await terminal.MedianAsync(WarmingKeys);
            return terminal;
        }

        public async Task<double> MedianAsync(int keys)
        {
            var microseconds = new double[keys];
            for (int key = 0; key < keys; key++)
            {
                long begin = Stopwatch.GetTimestamp();
                await _ssh.StandardInput.BaseStream.WriteAsync(_key);
                await _ssh.StandardInput.BaseStream.FlushAsync();
                await ReadAsync();
                microseconds[key] = Stopwatch.GetElapsedTime(begin).TotalMicroseconds;
            }

            return Pairs.Median(microseconds);
        }

        public void Dispose()
        {
            _ssh.Kill();
            _ssh.WaitForExit();
            _ssh.Dispose();
        }

        private async Task<int> ReadAsync()
        {
            byte[] one = new byte[1];
            await _ssh.StandardOutput.BaseStream.ReadExactlyAsync(one);
            return one[0];
        }
    }
}
