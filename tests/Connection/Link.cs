using System.IO.Pipelines;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Connection;

/// <summary>Two multiplexers joined in memory: packets go over by hand, one by one, or by two readers that run by themselves.</summary>
internal sealed class Link : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _readers = Task.CompletedTask;

    public Link(ConnectionSettings? client = null, ConnectionSettings? server = null)
    {
        Pool = new PacketPool();
        ClientTransport = new FakeTransport(Pool, isClient: true);
        ServerTransport = new FakeTransport(Pool, isClient: false);
        Client = new Multiplexer(ClientTransport, ClientPolicy, client ?? ConnectionSettings.Default);
        Server = new Multiplexer(ServerTransport, ServerPolicy, server ?? ConnectionSettings.Default);
    }

    public PacketPool Pool { get; }

    /// <summary>What one of the two readers ended with.</summary>
    public SshViolationException? Violation { get; private set; }

    public FakeTransport ClientTransport { get; }

    public FakeTransport ServerTransport { get; }

    public TestPolicy ClientPolicy { get; } = new();

    public TestPolicy ServerPolicy { get; } = new();

    public Multiplexer Client { get; }

    public Multiplexer Server { get; }

    /// <summary>Carries packets to and fro until both sides are silent.</summary>
    public void Deliver()
    {
        while (DeliverTo(Server, ClientTransport) | DeliverTo(Client, ServerTransport))
        {
        }
    }

    /// <summary>From now on two readers carry the packets.</summary>
    public void Start()
    {
        ClientTransport.IsSignaling = ServerTransport.IsSignaling = true;
        _readers = Task.WhenAll(
            Task.Run(() => ReadAsync(Server, ClientTransport)),
            Task.Run(() => ReadAsync(Client, ServerTransport)));
    }

    /// <summary>A session between the two, the client's end and the server's.</summary>
    public async Task<(Channel Client, Channel Server)> OpenAsync(bool acceptsErrorData = false)
    {
        var fields = default(SessionOpen);
        int former;
        lock (ServerPolicy.Opened) former = ServerPolicy.Opened.Count;
        Task<Channel> opening = Client.OpenAsync(ref fields, null, acceptsErrorData, CancellationToken.None);
        if (!ClientTransport.IsSignaling) Deliver();
        Channel client = await opening;

        // The server confirms first and hands the channel over then.
        while (true)
        {
            lock (ServerPolicy.Opened)
            {
                if (ServerPolicy.Opened.Count > former) return (client, ServerPolicy.Opened[former]);
            }

            await Task.Yield();
        }
    }

    /// <summary>Waits until what is under way has come to its end on both sides.</summary>
    public async Task SettleAsync()
    {
        for (int i = 0; i < 5_000_000 && (Client.ChannelCount | Server.ChannelCount | Pool.Outstanding) != 0; i++) await Task.Yield();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _readers;
        Client.OnClosed(null);
        Server.OnClosed(null);
        _stop.Dispose();
    }

    /// <summary>Reads until the end, giving each piece to a check.</summary>
    public static async Task<long> ReadToEndAsync(PipeReader reader, Action<ReadOnlyMemory<byte>, long>? check = null)
    {
        long total = 0;
        while (true)
        {
            ReadResult result = await reader.ReadAsync();
            foreach (ReadOnlyMemory<byte> piece in result.Buffer)
            {
                check?.Invoke(piece, total);
                total += piece.Length;
            }

            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted) return total;
        }
    }

    private static bool DeliverTo(Multiplexer multiplexer, FakeTransport from)
    {
        bool hasAny = false;
        while (from.TryTake(out Packet? packet))
        {
            ValueTask done = multiplexer.OnPacketAsync(packet, CancellationToken.None);
            if (!done.IsCompletedSuccessfully) throw new InvalidOperationException("The reader had to wait.");
            hasAny = true;
        }

        multiplexer.FlushWakeups();
        return hasAny;
    }

    private async Task ReadAsync(Multiplexer multiplexer, FakeTransport from)
    {
        try
        {
            while (true)
            {
                await from.WaitForPacketAsync(_stop.Token);
                if (from.TryTake(out Packet? packet)) await multiplexer.OnPacketAsync(packet, CancellationToken.None);
                multiplexer.FlushWakeups();
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
        catch (SshViolationException violation)
        {
            Violation = violation;
            multiplexer.OnClosed(violation);
        }
    }
}
