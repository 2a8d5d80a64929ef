using System.Text;
using Nacre.Client;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Client;

/// <summary>Ways that lead over several machines, all of them servers of the library.</summary>
public sealed class JumpChainTests
{
    [Fact]
    public async Task A_command_runs_behind_two_machines_and_all_connections_end_with_the_last()
    {
        await using LoopbackPair first = await LoopbackPair.StartAsync(), second = await LoopbackPair.StartAsync(), third = await LoopbackPair.StartAsync();

        SshClient client = await SshClient.ConnectAsync([Hop(first), Hop(second), Hop(third)]);
        await using (client) Assert.Equal("far", await SayAsync(client, "far"));

        await Task.WhenAll(WhenIdleAsync(first), WhenIdleAsync(second), WhenIdleAsync(third));
        Assert.True(client.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_further_connection_leaves_the_one_that_carries_it_to_its_owner()
    {
        await using LoopbackPair near = await LoopbackPair.StartAsync(), far = await LoopbackPair.StartAsync();
        await using SshClient gate = await near.ConnectAsync();

        await using (SshClient further = await gate.ConnectOnwardAsync(DestinationOf(far), far.ClientOptions)) Assert.Equal("far", await SayAsync(further, "far"));

        Assert.Equal("near", await SayAsync(gate, "near"));
    }

    [Fact]
    public async Task A_further_connection_ends_with_the_one_that_carries_it()
    {
        await using LoopbackPair near = await LoopbackPair.StartAsync(), far = await LoopbackPair.StartAsync();
        SshClient gate = await near.ConnectAsync();
        await using SshClient further = await gate.ConnectOnwardAsync(DestinationOf(far), far.ClientOptions);

        await gate.DisposeAsync();

        await Assert.ThrowsAnyAsync<SshException>(() => further.Completion);
    }

    [Fact]
    public async Task A_machine_that_comes_twice_is_refused()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();

        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => SshClient.ConnectAsync([Hop(pair), Hop(pair)]));

        Assert.Contains("jumphost loop via 127.0.0.1", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => SshClient.ConnectAsync([]));
    }

    [Fact]
    public async Task A_machine_that_cannot_be_reached_ends_the_connections_before_it()
    {
        await using LoopbackPair near = await LoopbackPair.StartAsync();

        await Assert.ThrowsAsync<ChannelOpenFailedException>(() => SshClient.ConnectAsync([Hop(near), new SshHop("tester@127.0.0.1:1", near.ClientOptions)]));

        await WhenIdleAsync(near);
    }

    [Fact]
    public async Task Each_machine_is_trusted_by_its_own_key_alone()
    {
        await using LoopbackPair near = await LoopbackPair.StartAsync(), far = await LoopbackPair.StartAsync();
        SshClientOptions wrong = far.ClientOptions with { HostKeyPolicy = new LoopbackPair.TrustOnly(LoopbackPair.UserKey.PublicKey) };

        await Assert.ThrowsAsync<HostKeyNotTrustedException>(() => SshClient.ConnectAsync([Hop(near), new SshHop(DestinationOf(far), wrong)]));
    }

    private static async Task WhenIdleAsync(LoopbackPair pair)
    {
        while (pair.Server.ConnectionCount > 0) await Task.Yield();
    }

    private static string DestinationOf(LoopbackPair pair) => $"tester@127.0.0.1:{pair.Port}";

    private static SshHop Hop(LoopbackPair pair) => new(DestinationOf(pair), pair.ClientOptions);

    private static async Task<string> SayAsync(SshClient client, string text)
    {
        await using RemoteProcess process = await client.RunAsync($"say {text}");
        await using Stream output = process.Output.AsStream();
        using var reader = new StreamReader(output, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }
}
