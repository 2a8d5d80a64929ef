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
        using FarTerminal ours = await Blocking.RunAsync(() => FarTerminal.Open(bed.Ours));
        using FarTerminal stock = await Blocking.RunAsync(() => FarTerminal.Open(bed.Stock));
        double[][] microseconds = await Pairs.RunAsync(settings.KeystrokePairs, () => Blocking.RunAsync(() => ours.Median(settings.Pings)), () => Blocking.RunAsync(() => stock.Median(settings.Pings)));
        report.Add(Row.OfPairs(Title, "us", microseconds[0], microseconds[1], Target.RatioAtMost(1)));
    }

    /// <summary>A session at whose far end a program sends back each key as it comes.</summary>
    private sealed class FarTerminal : IDisposable
    {
        private readonly Process _ssh;

        private FarTerminal(Process ssh) => _ssh = ssh;

        public static FarTerminal Open(Contender contender)
        {
            string[] arguments = ["-F", contender.Config, .. Plain, "bench", "stty raw -echo; echo ready; exec cat"];
            Process ssh = Process.Start(new ProcessStartInfo(contender.Ssh, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })
                ?? throw new InvalidOperationException($"{contender.Ssh} did not start");
            var terminal = new FarTerminal(ssh);
            int at = 0;
            foreach (byte expected in "ready\n"u8.ToArray())
            {
                if (terminal.Read() != expected) throw new InvalidOperationException($"{contender.Name} does not say that it is ready; byte {at} is another");
                at++;
            }

            terminal.Median(WarmingKeys);
            return terminal;
        }

        public double Median(int keys)
        {
            var microseconds = new double[keys];
            for (int key = 0; key < keys; key++)
            {
                long begin = Stopwatch.GetTimestamp();
                _ssh.StandardInput.BaseStream.Write("k"u8);
                _ssh.StandardInput.BaseStream.Flush();
                _ = Read();
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

        private byte Read()
        {
            byte[] one = new byte[1];
            _ssh.StandardOutput.BaseStream.ReadExactly(one);
            return one[0];
        }
    }
}
