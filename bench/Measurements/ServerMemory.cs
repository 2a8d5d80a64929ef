using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Nacre.Bench.Bed;
using Nacre.Bench.Idle;

namespace Nacre.Bench.Measurements;

/// <summary>What sshd, with all its processes, pays for a connection that is logged in and does nothing, and for one that only says its version.</summary>
internal sealed class ServerMemory : IMeasurement
{
    private const int LoggedIn = 20;
    private const int HalfOpen = 500;
    private const int StockHalfOpen = 50;

    public string Name => "daemon";

    public string Title => "memory of a connection to sshd";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            report.Add(new Row(Title) { Remark = "only root can see it" });
            return;
        }

        await AddIdleAsync("no", "", settings, report);
        await AddIdleAsync("yes", ", UsePAM", settings, report);
        double[][] waiting = await Pairs.RunAsync(settings.MemoryPairs, () => HalfOpenAsync(bed.Ours, HalfOpen), () => HalfOpenAsync(bed.Stock, StockHalfOpen));
        report.Add(Row.OfPairs($"memory of a half-open connection, of {HalfOpen}", "KiB", waiting[0], waiting[1], Target.OursAtMost(32)));
    }

    // Servers of their own, which nobody has logged in to: so it is known how many processes they have without sessions.
    private static async Task AddIdleAsync(string usePam, string name, Settings settings, Report report)
    {
        using TestBed bed = await TestBed.StartAsync("UsePAM " + usePam);
        int ours = await ProcessUse.CountAsync(bed.Ours.ServerId);
        int stock = await ProcessUse.CountAsync(bed.Stock.ServerId);
        double[][] idle = await Pairs.RunAsync(settings.MemoryPairs, () => IdleAsync(bed, bed.Ours, ours), () => IdleAsync(bed, bed.Stock, stock));
        report.Add(Row.OfPairs($"memory of an idle session of sshd, of {LoggedIn}{name}", "KiB", idle[0], idle[1], Target.RatioAtMost(1)));
    }

    private static async Task<double> IdleAsync(TestBed bed, Contender contender, int processes)
    {
        await ProcessUse.UntilLeftAsync(contender.ServerId, processes);
        double before = await ProcessUse.ProportionalKiBAsync(contender.ServerId);
        string destination = string.Create(CultureInfo.InvariantCulture, $"{Environment.UserName}@127.0.0.1:{contender.Port}");
        using var clients = new Companion(IdleClients.Role, bed.Keys.UserKey, destination, LoggedIn.ToString(CultureInfo.InvariantCulture));
        await clients.ReadAsync();
        return (await ProcessUse.ProportionalKiBAsync(contender.ServerId) - before) / LoggedIn;
    }

    private static async Task<double> HalfOpenAsync(Contender contender, int connections)
    {
        double before = await ProcessUse.ProportionalKiBAsync(contender.ServerId);
        var sockets = new List<Socket>();
        try
        {
            byte[] heard = new byte[64];
            for (int each = 0; each < connections; each++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, contender.Port);
                await socket.SendAsync("SSH-2.0-Waiting\r\n"u8.ToArray());
                if (await socket.ReceiveAsync(heard) < 4 || !heard.AsSpan().StartsWith("SSH-"u8)) throw new InvalidOperationException($"{contender.Name} turned the connection of number {each + 1} away");
            }

            return (await ProcessUse.ProportionalKiBAsync(contender.ServerId) - before) / connections;
        }
        finally
        {
            foreach (Socket socket in sockets) socket.Dispose();
            await ProcessUse.OfServerAsync(contender.ServerId);
        }
    }
}
