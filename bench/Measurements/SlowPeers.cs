using System.Net;
using System.Net.Sockets;
using Nacre.Bench.Bed;

namespace Nacre.Bench.Measurements;

/// <summary>How long a login takes while a crowd of slow peers is there, each of which sends one byte every ten seconds (L-06).</summary>
internal sealed class SlowPeers : IMeasurement
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    public string Name => "slow";

    public string Title => "login among slow peers";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        using var stop = new CancellationTokenSource();
        var peers = new List<Socket>();
        Task dribbling = Task.CompletedTask;
        try
        {
            for (int each = 0; each < settings.SlowPeers; each++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                peers.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, bed.Ours.Port);
            }

            dribbling = DribbleAsync(peers, stop.Token);
            var seconds = new double[settings.LoginPairs];
            for (int each = 0; each < seconds.Length; each++) seconds[each] = await CommandTime.OfAsync(bed.Ours.Ssh, "-F", bed.Ours.Config, "bench", "true");
            if (dribbling.IsFaulted) await dribbling;
            report.Add(new Row($"the longest of {seconds.Length} logins among {settings.SlowPeers} slow peers") { Unit = "ms", Ours = seconds.Max() * 1000, Target = Target.OursAtMost(1000) });
        }
        finally
        {
            await stop.CancelAsync();
            await dribbling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (Socket socket in peers) socket.Dispose();
        }
    }

    private static async Task DribbleAsync(List<Socket> peers, CancellationToken ct)
    {
        ReadOnlyMemory<byte> words = "SSH-2.0-Slow_peer_that_never_comes_to_an_end"u8.ToArray();
        for (int sent = 0; sent < words.Length; sent++)
        {
            foreach (Socket peer in peers) await peer.SendAsync(words.Slice(sent, 1), ct);
            await Task.Delay(Interval, ct);
        }
    }
}
