using System.Globalization;
using Nacre.Bench.Bed;
using Nacre.Bench.Idle;

namespace Nacre.Bench.Measurements;

/// <summary>What a server pays for a connection that is logged in and does nothing: the library's server, and OpenSSH's processes.</summary>
internal sealed class IdleMemory : IMeasurement
{
    // A first crowd has the code compiled and the pools filled, so that the difference is the connections' alone.
    private const int WarmingConnections = 100;
    private const int StockConnections = 20;

    public string Name => "memory";

    public string Title => "memory of an idle connection";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        double ours = await OursAsync(bed, settings.IdleConnections);
        double? stock = Environment.IsPrivilegedProcess ? await StockAsync(bed) : null;
        report.Add(new Row($"{Title}, of {settings.IdleConnections}")
        {
            Unit = "KiB",
            Ours = ours,
            Stock = stock,
            Ratio = stock is { } each ? Ratio.Of([ours], [each]) : null,
            Target = Target.OursAtMost(64),
        });
    }

    private static async Task<double> OursAsync(TestBed bed, int connections)
    {
        using var server = new Companion(IdleServer.Role, bed.Keys.File(""));
        int port = int.Parse(await server.ReadAsync(), CultureInfo.InvariantCulture);
        await HoldAsync(bed, port, WarmingConnections, () => Task.FromResult(0.0));
        double empty = await ResidentAsync(server, expected: 0);
        double full = await HoldAsync(bed, port, connections, () => ResidentAsync(server, connections));
        return (full - empty) / connections;
    }

    private static async Task<double> StockAsync(TestBed bed)
    {
        double empty = await ProcessUse.ProportionalKiBAsync(bed.Stock.ServerId);
        double full = await HoldAsync(bed, bed.Stock.Port, StockConnections, () => ProcessUse.ProportionalKiBAsync(bed.Stock.ServerId));
        return (full - empty) / StockConnections;
    }

    private static async Task<double> HoldAsync(TestBed bed, int port, int connections, Func<Task<double>> measure)
    {
        string destination = string.Create(CultureInfo.InvariantCulture, $"{Environment.UserName}@127.0.0.1:{port}");
        using var clients = new Companion(IdleClients.Role, bed.Keys.UserKey, destination, connections.ToString(CultureInfo.InvariantCulture));
        await clients.ReadAsync();
        return await measure();
    }

    // Asks twice: what the first collection frees at the end of its work, the second returns to the system.
    private static async Task<double> ResidentAsync(Companion server, int expected)
    {
        for (int wait = 0; await server.AskAsync("count") != expected.ToString(CultureInfo.InvariantCulture); wait++)
        {
            if (wait == 500) throw new InvalidOperationException($"the server has not come to {expected} connections");
            await Task.Delay(20);
        }

        await server.AskAsync("collect");
        await Task.Delay(1000);
        await server.AskAsync("collect");
        return ProcessUse.KiB($"/proc/{server.Id}/status", "VmRSS:");
    }
}
