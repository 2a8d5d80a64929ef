using System.ComponentModel;
using Nacre.Bench.Bed;
using Nacre.Bench.Idle;
using Nacre.Bench.Measurements;

namespace Nacre.Bench;

/// <summary>Measures Nacre against stock OpenSSH and prints the ratios; docs/bench.md says how to read them.</summary>
internal static class Program
{
    private static readonly IMeasurement[] All =
    [
        new Bulk(), new Rekeying(), new Login(), new RoundTrips(), new StartOfSsh(), new Keystrokes(), new IdleMemory(), new IdleClient(),
        new LargeFiles(), new ManyFiles(), new FarFiles(), new FarSmallFiles(), new Tunnels(), new SharedLogin(), new ServerLogin(), new ServerMemory(), new SlowPeers(), new RevocationList(),
        new AgentSignatures(), new KeyTool(),
    ];

    private static async Task<int> Main(string[] args)
    {
        // The bench starts itself in these two roles; their own processes keep their memory apart.
        if (args is [IdleServer.Role, string keys]) return await IdleServer.RunAsync(keys);
        if (args is [IdleClients.Role, string identity, string destination, string count]) return await IdleClients.RunAsync(identity, destination, count);

        bool isQuick = args.Contains("--quick");
        string[] names = [.. args.Where(argument => argument != "--quick")];
        if (names.FirstOrDefault(name => All.All(each => each.Name != name)) is { } unknown)
        {
            Console.Error.WriteLine("usage: ./dev bench [--quick] [MEASUREMENT ...]");
            foreach (IMeasurement each in All) Console.Error.WriteLine($"  {each.Name,-9} {each.Title}");
            if (unknown is "help" or "--help" or "-h") return 0;
            Console.Error.WriteLine($"bench: there is no measurement {unknown}");
            return 1;
        }

        IMeasurement[] chosen = names.Length == 0 ? All : [.. All.Where(each => names.Contains(each.Name))];
        return await MeasureAsync(chosen, isQuick ? Settings.Quick : Settings.Full);
    }

    private static async Task<int> MeasureAsync(IMeasurement[] chosen, Settings settings)
    {
        var report = new Report();
        bool hasFailed = false;
        try
        {
            using var bed = await TestBed.StartAsync();
            report.Head = await Machine.DescribeAsync(bed);
            foreach (IMeasurement measurement in chosen)
            {
                Console.Error.WriteLine($"bench: {measurement.Title}");
                hasFailed |= !await TryAsync(measurement, bed, settings, report);
            }
        }
        catch (Exception error) when (IsFailure(error))
        {
            Console.Error.WriteLine($"bench: {error.Message}");
            return 1;
        }

        report.Print(Console.Out);
        return hasFailed ? 1 : 0;
    }

    private static async Task<bool> TryAsync(IMeasurement measurement, TestBed bed, Settings settings, Report report)
    {
        try
        {
            await measurement.RunAsync(bed, settings, report);
            return true;
        }
        catch (Exception error) when (IsFailure(error))
        {
            Console.Error.WriteLine($"bench: {measurement.Name} could not run: {error.Message}");
            report.Add(new Row(measurement.Title) { Remark = "could not run" });
            return false;
        }
    }

    private static bool IsFailure(Exception error) => error is InvalidOperationException or IOException or FormatException or Win32Exception or TimeoutException;
}
