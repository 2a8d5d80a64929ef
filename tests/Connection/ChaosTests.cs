using System.IO.Pipelines;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;

namespace Nacre.Tests.Connection;

/// <summary>Everything at once, by many tasks, cut off anywhere: no violation, nothing lost, nothing left.</summary>
public sealed class ChaosTests
{
    [Theory]
    [InlineData(1u, false)]
    [InlineData(2u, true)]
    [InlineData(3u, false)]
    public async Task Channels_used_and_cut_off_at_random_leave_both_sides_clean(uint seed, bool defersWakeups)
    {
        var settings = new ConnectionSettings { InitialWindow = 5000, MaximumWindow = 20_000, MaximumPacket = 700, MaximumChannels = 40, DefersWakeups = defersWakeups };
        var link = new Link(settings, settings);
        link.ClientTransport.Budget = link.ServerTransport.Budget = 20_000;
        int serial = (int)(seed * 1_000_000);
        var served = new System.Collections.Concurrent.ConcurrentBag<Task>();
        TestService Serve()
        {
            var service = new TestService { OnRequest = AnswerSlowlyAsync };
            service.Opened += channel => served.Add(Task.Run(() => UseAsync(channel, new Steps((uint)Interlocked.Increment(ref serial)))));
            return service;
        }

        link.ServerPolicy.CreateService = link.ClientPolicy.CreateService = Serve;
        link.Start();
        Task[] users = [.. Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            for (int round = 0; round < 40; round++)
            {
                var steps = new Steps((uint)Interlocked.Increment(ref serial));
                await OpenAndUseAsync(i % 2 == 0 ? link.Client : link.Server, steps);
            }
        }))];
        await Task.WhenAll(users).WaitAsync(TimeSpan.FromSeconds(60));
        await Task.WhenAll(served).WaitAsync(TimeSpan.FromSeconds(60));
        await link.SettleAsync();
        Assert.Null(link.Violation);
        Assert.Equal((0, 0, 0), (link.Client.ChannelCount, link.Server.ChannelCount, link.Pool.Outstanding));
        await link.DisposeAsync();
    }

    private static async ValueTask<bool> AnswerSlowlyAsync(IncomingRequest request)
    {
        await Task.Yield();
        return request.Name.Length % 2 == 0;
    }

    private static async Task OpenAndUseAsync(Multiplexer multiplexer, Steps steps)
    {
        using var cancel = new CancellationTokenSource();
        if (steps.Next(4) == 0) await cancel.CancelAsync();
        Channel channel;
        try
        {
            var fields = default(SessionOpen);
            Task<Channel> opening = multiplexer.OpenAsync(ref fields, null, acceptsErrorData: steps.Next(2) == 0, cancel.Token);
            if (steps.Next(4) == 0) await cancel.CancelAsync();
            channel = await opening;
        }
        catch (Exception error) when (error is OperationCanceledException or ChannelOpenFailedException)
        {
            return;
        }

        await UseAsync(channel, steps);
    }

    private static async Task UseAsync(Channel channel, Steps steps)
    {
        Task reading = ReadAsync(channel.Input, steps.Next(20));
        try
        {
            for (int i = steps.Next(12); i > 0; i--) await StepAsync(channel, steps);
            if (steps.Next(2) == 0) await channel.Output.CompleteAsync();
        }
        catch (Protocol.Wire.SshException)
        {
            // The channel was closed before a request was answered.
        }

        await channel.DisposeAsync();
        await reading;
        await channel.WaitForCloseAsync(CancellationToken.None);
    }

    private static async Task StepAsync(Channel channel, Steps steps)
    {
        using var cancel = new CancellationTokenSource();
        try
        {
            switch (steps.Next(6))
            {
                case 0:
                    var exec = new ExecRequest { Command = "x"u8 };
                    await channel.RequestAsync(ref exec, CancellationToken.None);
                    break;
                case 1:
                    var keepAlive = default(KeepAliveRequest);
                    Task<bool> request = channel.RequestAsync(ref keepAlive, cancel.Token);
                    await cancel.CancelAsync();
                    await request;
                    break;
                case 2:
                    Task<FlushResult> write = channel.Output.WriteAsync(new byte[steps.Next(9000)], cancel.Token).AsTask();
                    await Task.Yield();
                    await cancel.CancelAsync();
                    await write;
                    break;
                case 3:
                    await channel.ErrorOutput.WriteAsync(new byte[steps.Next(900)], cancel.Token);
                    break;
                case 4:
                    channel.Output.GetSpan(steps.Next(1500))[0] = 1;
                    channel.Output.Advance(1);
                    break;
                default:
                    await Task.Yield();
                    break;
            }
        }
        catch (OperationCanceledException)
        {
            // And it goes on.
        }
    }

    private static async Task ReadAsync(PipeReader input, int reads)
    {
        try
        {
            while (reads-- > 0)
            {
                ReadResult result = await input.ReadAsync();
                input.AdvanceTo(result.Buffer.GetPosition(result.Buffer.Length / 2), result.Buffer.End);
                if (result.IsCompleted) break;
            }

            await input.CompleteAsync();
        }
        catch (InvalidOperationException)
        {
            // The channel was disposed of under the reader.
        }
    }

    private sealed class Steps(uint seed)
    {
        private ulong _state = (seed * 0x9E3779B97F4A7C15UL) | 1;

        public int Next(int below)
        {
            _state ^= _state << 13;
            _state ^= _state >> 7;
            _state ^= _state << 17;
            return (int)(_state % (ulong)below);
        }
    }
}
