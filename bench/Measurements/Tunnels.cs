using System.Diagnostics;
using System.Net.Sockets;
using Nacre.Bench.Bed;

namespace Nacre.Bench.Measurements;

/// <summary>A port forward (-L): how fast and for how much processor time one stream and sixteen go through, and how long one byte takes there and back.</summary>
internal sealed class Tunnels : IMeasurement
{
    private const double GiB = 1L << 30;
    private const int BlockBytes = 256 * 1024;
    private const int WarmingPings = 500;

    public string Name => "tunnel";

    public string Title => "port forward";

    public async Task RunAsync(TestBed bed, Settings settings, Report report)
    {
        foreach (int streams in new[] { 1, 16 })
        {
            TransferResult[][] results = await Pairs.RunAsync(
                settings.BulkPairs,
                () => CarryAsync(bed.Ours, streams, settings.BulkBytes),
                () => CarryAsync(bed.Stock, streams, settings.BulkBytes));
            string what = $"{Title}, {(streams == 1 ? "1 stream" : $"{streams} streams")}: ";
            double[] Speed(int contender) => [.. results[contender].Select(result => settings.BulkBytes / result.Seconds / 1e9)];
            double[] Cost(int contender) => [.. results[contender].Select(result => result.ProcessorSeconds * GiB / settings.BulkBytes)];
            report.Add(Row.OfPairs(what + "throughput", "GB/s", Speed(0), Speed(1), Target.RatioAtLeast(1.2)));
            report.Add(Row.OfPairs(what + "CPU of both ends", "s/GiB", Cost(0), Cost(1), Target.RatioAtMost(1)));
        }

        double[][] pings = await Pairs.RunAsync(settings.BulkPairs, () => PingAsync(bed.Ours, settings.Pings), () => PingAsync(bed.Stock, settings.Pings));
        report.Add(Row.OfPairs($"{Title}: 1 byte there and back", "us", pings[0], pings[1], Target.RatioAtMost(1)));
    }

    private static async Task<TransferResult> CarryAsync(Contender contender, int streams, long bytes)
    {
        using Tunnel tunnel = await Tunnel.StartAsync(contender);
        (Socket Far, Socket Near)[] ends = await Blocking.RunAsync(() => tunnel.Connect(streams));
        long begin = Stopwatch.GetTimestamp();
        Task[] sending = [.. ends.Select(end => Blocking.RunAsync(() => Send(end.Far, bytes / streams)))];
        Task<long>[] receiving = [.. ends.Select(end => Blocking.RunAsync(() => ReceiveAll(end.Near)))];
        await Task.WhenAll(sending);
        long[] received = await Task.WhenAll(receiving);
        double seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        if (received.Any(length => length != bytes / streams)) throw new InvalidOperationException($"a forward of {contender.Name} lost bytes");
        return new TransferResult(seconds, await tunnel.EndAsync());
    }

    /// <summary>The time of one byte there and back, in microseconds: the mean of many in a row, as one waits for the other.</summary>
    private static async Task<double> PingAsync(Contender contender, int count)
    {
        using Tunnel tunnel = await Tunnel.StartAsync(contender);
        (Socket far, Socket near) = (await Blocking.RunAsync(() => tunnel.Connect(1)))[0];
        Task echoing = Blocking.RunAsync(() => Echo(far));
        double microseconds = await Blocking.RunAsync(() =>
        {
            Ping(near, WarmingPings);
            long begin = Stopwatch.GetTimestamp();
            Ping(near, count);
            return Stopwatch.GetElapsedTime(begin).TotalMicroseconds / count;
        });
        near.Shutdown(SocketShutdown.Send);
        await echoing;
        return microseconds;
    }

    private static void Send(Socket socket, long bytes)
    {
        byte[] block = new byte[BlockBytes];
        for (long sent = 0; sent < bytes;) sent += socket.Send(block, 0, (int)Math.Min(block.Length, bytes - sent), SocketFlags.None);
        socket.Shutdown(SocketShutdown.Send);
    }

    // Nobody looks at what comes out, so the kernel need not copy it (tcp(7): MSG_TRUNC): that would take time from the processors that the contenders need.
    private static long ReceiveAll(Socket socket)
    {
        byte[] block = new byte[BlockBytes];
        long received = 0;
        while (socket.Receive(block, SocketFlags.Truncated) is > 0 and int length) received += length;
        return received;
    }

    private static void Ping(Socket socket, int count)
    {
        byte[] one = [1];
        for (int i = 0; i < count; i++)
        {
            socket.Send(one);
            if (socket.Receive(one) == 0) throw new InvalidOperationException("a forward ended while it was used");
        }
    }

    private static void Echo(Socket socket)
    {
        byte[] one = new byte[1];
        while (socket.Receive(one) > 0) socket.Send(one);
    }
}
