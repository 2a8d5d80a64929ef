using Nacre.Client;
using Nacre.Tests.Pair;
using Nacre.Tests.Sftp.Requests;

namespace Nacre.Tests.Client;

public sealed class IdleChannelTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(8);

    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_session_over_which_nothing_goes_is_closed_by_the_client()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync(options => options with { Time = _time, IdleLimits = For("session:command") });
        await using RemoteProcess process = await client.RunAsync("echo");

        await PassAsync(2 * Limit);

        Assert.Equal(ProcessExit.Unknown, await process.WaitForExitAsync());
    }

    [Fact]
    public async Task A_session_over_which_nothing_goes_is_closed_by_the_server()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { Time = _time, IdleLimits = For("session:subsystem:echo"), LoginGraceTime = TimeSpan.Zero });
        await using SshClient client = await pair.ConnectAsync();
        await using RemoteProcess process = await client.OpenSubsystemAsync("echo");

        await PassAsync(2 * Limit);

        await process.WaitForExitAsync();
        Assert.True((await process.Output.ReadAsync()).IsCompleted);
    }

    [Fact]
    public async Task A_session_in_use_and_one_of_another_kind_are_left_alone()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync(options => options with { Time = _time, IdleLimits = For("session:command") });
        await using RemoteProcess used = await client.RunAsync("echo");
        await using RemoteProcess other = await client.OpenSubsystemAsync("echo");

        for (int i = 0; i < 8; i++)
        {
            await used.Input.WriteAsync("x"u8.ToArray());
            used.Output.AdvanceTo((await used.Output.ReadAsync()).Buffer.End);
            await PassAsync(Limit / 2);
        }

        Assert.False(used.WaitForExitAsync().IsCompleted);
        Assert.False(other.WaitForExitAsync().IsCompleted);
    }

    [Fact]
    public async Task The_limit_for_all_closes_all_when_none_is_used()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync(options => options with { Time = _time, IdleLimits = new IdleLimits(static _ => TimeSpan.Zero, Limit, Limit) });
        await using RemoteProcess one = await client.RunAsync("echo");
        await using RemoteProcess two = await client.OpenSubsystemAsync("echo");

        await PassAsync(2 * Limit);

        Assert.Equal(ProcessExit.Unknown, await one.WaitForExitAsync());
        Assert.Equal(ProcessExit.Unknown, await two.WaitForExitAsync());
    }

    private static IdleLimits For(string type) => new(name => name == type ? Limit : TimeSpan.Zero, TimeSpan.Zero, Limit);

    // In steps of a look each, and the next begins when the one before is over: then its watcher waits again.
    private async Task PassAsync(TimeSpan time)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += Limit / 8)
        {
            while (_time.Waiting == 0) await Task.Yield();
            _time.Pass(Limit / 8);
        }
    }
}
