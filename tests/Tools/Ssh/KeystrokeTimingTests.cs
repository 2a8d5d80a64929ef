using Nacre.Client;
using Nacre.Protocol.Wire;
using Nacre.Tests.Pair;
using Nacre.Tests.Sftp.Requests;
using Nacre.Tools.Ssh;

namespace Nacre.Tests.Tools.Ssh;

/// <summary>A-54: what goes out does not show when somebody typed.</summary>
public sealed class KeystrokeTimingTests : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Surely past the end of one interval and before the end of two.</summary>
    private static readonly TimeSpan OneTick = TimeSpan.FromMilliseconds(23);

    private readonly ManualTime _time = new();
    private readonly KeystrokeTiming _timing;
    private int _chaff;

    public KeystrokeTimingTests() => _timing = new KeystrokeTiming(Interval, () => _chaff++, NoTrace.Instance, _time);

    [Fact]
    public void The_first_key_goes_at_once() => Assert.True(_timing.WaitForTurnAsync(1, default).IsCompleted);

    [Fact]
    public async Task The_next_key_waits_for_the_clock_and_takes_the_place_of_chaff()
    {
        await _timing.WaitForTurnAsync(1, default);
        Task second = _timing.WaitForTurnAsync(1, default);
        Assert.False(second.IsCompleted);

        await PassAsync(OneTick);

        await second;
        Assert.Equal(0, _chaff);
    }

    [Fact]
    public async Task Where_no_key_is_chaff_goes_for_at_least_a_second_and_at_most_about_three()
    {
        await _timing.WaitForTurnAsync(1, default);
        int ticks = 0;
        while (_time.Waiting > 0 && ticks < 1000)
        {
            await PassAsync(OneTick);
            ticks++;
        }

        Assert.InRange(_chaff, 1024 / 23, 3072 / 23);
        Assert.True(_timing.WaitForTurnAsync(1, default).IsCompleted);
    }

    [Fact]
    public async Task What_is_pasted_goes_at_once()
    {
        await _timing.WaitForTurnAsync(1, default);
        Assert.True(_timing.WaitForTurnAsync(257, default).IsCompleted);
        Assert.False(_timing.WaitForTurnAsync(256, default).IsCompleted);
    }

    [Theory]
    [InlineData("chacha20-poly1305@openssh.com")]
    [InlineData("aes256-gcm@openssh.com")]
    [InlineData("aes128-ctr")]
    public async Task Chaff_is_as_long_on_the_network_as_a_key(string cipher)
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        await using SshClient client = await pair.ConnectAsync(options => options with { Algorithms = options.Algorithms with { Ciphers = [cipher] } });
        await using RemoteProcess process = await client.RunAsync("echo", new RunOptions { Terminal = new TerminalRequest("vt100", 80, 24) });
        Assert.True(client.Transport.PeerAnswersPing);

        long start = client.Connection.BytesSent;
        await process.Input.WriteAsync("k"u8.ToArray());
        process.Output.AdvanceTo((await process.Output.ReadAsync()).Buffer.End);

        long afterKey = client.Connection.BytesSent;
        KeystrokeTiming.SendChaff(client);
        long afterChaff = await AfterAsync(client, afterKey);

        Assert.Equal(afterKey - start, afterChaff - afterKey);
    }

    private static async Task<long> AfterAsync(SshClient client, long before)
    {
        long sent;
        while ((sent = client.Connection.BytesSent) == before) await Task.Yield();
        return sent;
    }

    public ValueTask DisposeAsync() => _timing.DisposeAsync();

    // The clock is wound again, or it has stopped, before more time passes.
    private async Task PassAsync(TimeSpan time)
    {
        int before = _chaff;
        _time.Pass(time);
        for (int i = 0; i < 1000 && _time.Waiting == 0 && _chaff == before; i++) await Task.Yield();
    }
}
