using System.Diagnostics;
using System.IO.Pipelines;
using System.Reflection;
using Nacre.Protocol.Connection;

namespace Nacre.Tests.Connection;

[Collection("Alone")]
public sealed class AllocationTests
{
    [Fact]
    public async Task A_packet_of_data_allocates_nothing_from_producer_to_consumer()
    {
        await using var link = new Link();
        (Channel client, Channel server) = await link.OpenAsync();
        for (int i = 0; i < 2000; i++) Carry();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++) Carry();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Carry()
        {
            Send(client.Output, server.Input);
            Send(server.Output, client.Input);
        }

        void Send(PipeWriter output, PipeReader input)
        {
            output.GetSpan();
            output.Advance(32768);
            if (!IsDoneAtOnce(output.FlushAsync())) throw new InvalidOperationException("The flush waited.");
            link.Deliver();
            if (!input.TryRead(out ReadResult result) || result.Buffer.Length != 32768) throw new InvalidOperationException("The data did not come.");
            input.AdvanceTo(result.Buffer.End);
            link.Deliver();
        }
    }

    private static bool IsDoneAtOnce(ValueTask<FlushResult> flush) => flush.IsCompletedSuccessfully;

    [Fact]
    public async Task Waiting_for_data_and_for_the_window_allocates_nothing_either()
    {
        var settings = new ConnectionSettings { InitialWindow = 50_000, MaximumWindow = 50_000 };
        await using var link = new Link(settings, settings);
        (Channel client, Channel server) = await link.OpenAsync();
        bool isDone = false;
        long received = 0;
        byte[] block = new byte[120_000];
        Task writer = Task.Run(async () =>
        {
            while (!Volatile.Read(ref isDone)) await client.Output.WriteAsync(block);
            await client.Output.CompleteAsync();
        });
        Task reader = Task.Run(async () =>
        {
            while (true)
            {
                ReadResult result = await server.Input.ReadAsync();
                Volatile.Write(ref received, received + result.Buffer.Length);
                server.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted) return;
            }
        });

        Pump(10_000_000);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Pump(110_000_000);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Volatile.Write(ref isDone, true);
        while (!writer.IsCompleted || !reader.IsCompleted) link.Deliver();
        await writer;
        await reader;

        // Some three thousand packets and as many waits; the thread pool's own growing is all that there may be. Without optimization the
        // compiler makes an object of each waiting flush, which is not ours to count.
        bool isOptimized = typeof(Channel).Assembly.GetCustomAttribute<DebuggableAttribute>() is not { IsJITOptimizerDisabled: true };
        Assert.InRange(allocated, 0, isOptimized ? 64 * 1024 : 1024 * 1024);

        void Pump(long until)
        {
            while (Volatile.Read(ref received) < until) link.Deliver();
        }
    }
}

[CollectionDefinition("Alone", DisableParallelization = true)]
public sealed class AloneCollection;
