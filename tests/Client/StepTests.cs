using System.Collections.Concurrent;
using System.IO.Pipelines;
using Nacre.Client;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Wire;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Client;

/// <summary>What a client that is asked to tells of its steps, and of channels that stand still.</summary>
public sealed class StepTests
{
    [Fact]
    public async Task The_steps_of_a_login_and_of_a_command_are_told_in_their_order()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        var steps = new Steps();

        await using SshClient client = await pair.ConnectAsync(options => options with { Steps = steps });
        await using RemoteProcess process = await client.RunAsync("say hello");
        await process.WaitForExitAsync();

        string[] expected =
        [
            "identification: SSH-2.0-", "key exchange: the peer's proposal", "key exchange: mlkem768x25519-sha256, signed by ssh-ed25519", "host key trusted",
            "key exchange: new keys in use", "authentication: service accepted", "authentication: publickey test key: accepted", "channel 0: opened", "channel 0: exec started",
        ];
        Assert.All(expected.Zip(steps.Told), pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
        Assert.Equal(expected.Length, steps.Told.Count);
    }

    [Fact]
    public async Task Channels_that_wait_for_either_side_are_told_and_go_on()
    {
        ConnectionSettings small = ConnectionSettings.Default with { InitialWindow = 64 * 1024, MaximumWindow = 64 * 1024 };
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { Connection = small });
        var steps = new Steps();
        await using SshClient client = await pair.ConnectAsync(options => options with { Connection = small, Steps = steps });
        await using RemoteProcess process = await client.RunAsync("echo");

        Task writing = WriteAsync(process.Input, 4 << 20);
        await Task.WhenAll(steps.Began(Stall.OwnWindow), steps.Began(Stall.PeerWindow));
        long read = await CountAsync(process.Output);
        await writing;

        Assert.Equal(4 << 20, read);
        await Task.WhenAll(steps.Ended(Stall.OwnWindow), steps.Ended(Stall.PeerWindow));
    }

    private static async Task WriteAsync(PipeWriter input, int length)
    {
        await input.WriteAsync(new byte[length]);
        await input.CompleteAsync();
    }

    private static async Task<long> CountAsync(PipeReader output)
    {
        long count = 0;
        while (true)
        {
            ReadResult read = await output.ReadAsync();
            count += read.Buffer.Length;
            output.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return count;
        }
    }

    private sealed class Steps : IStepObserver
    {
        private readonly ConcurrentDictionary<(Stall, bool), TaskCompletionSource> _stalls = new();

        public ConcurrentQueue<string> Told { get; } = new();

        public Task Began(Stall stall) => Of(stall, isOver: false).Task;

        public Task Ended(Stall stall) => Of(stall, isOver: true).Task;

        public void OnStep(string step) => Told.Enqueue(step);

        public void OnStall(uint channel, Stall stall, bool isOver) => Of(stall, isOver).TrySetResult();

        private TaskCompletionSource Of(Stall stall, bool isOver) =>
            _stalls.GetOrAdd((stall, isOver), _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}
