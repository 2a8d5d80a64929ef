using Nacre.Client;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Tests.Pair;
using Nacre.Tests.Sftp.Requests;

namespace Nacre.Tests.Server;

/// <summary>What ends a connection that has done nothing wrong.</summary>
public sealed class UnusedConnectionTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    private readonly ManualTime _time = new();
    private int _toldUnused;

    [Fact]
    public async Task A_client_without_a_channel_is_disconnected_and_told_why()
    {
        await using LoopbackPair pair = await StartAsync();
        await using SshClient client = await pair.ConnectAsync();

        while (Volatile.Read(ref _toldUnused) == 0) await PassAsync(Limit / 8);

        var end = await Assert.ThrowsAsync<SshDisconnectedException>(() => client.Completion);
        Assert.Equal(((uint)DisconnectReason.ByApplication, "No channel was open for too long"), (end.ReasonCode, end.Description));
    }

    [Fact]
    public async Task A_client_with_a_channel_stays()
    {
        await using LoopbackPair pair = await StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        await using RemoteProcess process = await client.RunAsync("echo");

        await PassAsync(3 * Limit);

        Assert.False(client.Completion.IsCompleted);
    }

    [Fact]
    public async Task A_channel_that_came_and_went_between_two_looks_counts()
    {
        await using LoopbackPair pair = await StartAsync();
        await using SshClient client = await pair.ConnectAsync();
        for (int i = 0; i < 6; i++)
        {
            await PassAsync(Limit / 2);
            await using RemoteProcess process = await client.RunAsync("say hello");
            await process.WaitForExitAsync();
        }

        Assert.False(client.Completion.IsCompleted);
    }

    [Fact]
    public async Task A_client_that_is_not_wanted_is_told_so_once_it_has_named_its_user()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { Refusal = "go away" });

        var end = await Assert.ThrowsAsync<SshDisconnectedException>(() => pair.ConnectAsync());

        Assert.Equal(((uint)DisconnectReason.HostNotAllowedToConnect, "go away"), (end.ReasonCode, end.Description));
    }

    private Task<LoopbackPair> StartAsync() => LoopbackPair.StartAsync(options => options with
    {
        Time = _time,
        UnusedTimeout = Limit,
        OnUnused = () => Interlocked.Increment(ref _toldUnused),
        LoginGraceTime = TimeSpan.Zero,
    });

    private async Task PassAsync(TimeSpan time)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += Limit / 8)
        {
            await Task.Yield();
            _time.Pass(Limit / 8);
        }
    }
}
