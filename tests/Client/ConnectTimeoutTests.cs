using System.Net;
using System.Net.Sockets;
using Nacre.Client;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tests.Pair;
using Nacre.Tests.Sftp.Requests;

namespace Nacre.Tests.Client;

/// <summary>ConnectTimeout holds for what comes after the TCP connection too.</summary>
public sealed class ConnectTimeoutTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public ConnectTimeoutTests() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task A_server_that_says_nothing_is_left()
    {
        SshViolationException error = await ConnectAsync(static _ => Task.CompletedTask);

        Assert.Equal((Violation.PeerSilent, "Connection timed out during banner exchange"), (error.Violation, error.Message));
    }

    [Fact]
    public async Task A_server_that_only_identifies_itself_is_left()
    {
        SshViolationException error = await ConnectAsync(static socket => socket.SendAsync("SSH-2.0-silent\r\n"u8.ToArray()));

        Assert.Equal((Violation.PeerSilent, "Connection timed out during key exchange"), (error.Violation, error.Message));
    }

    [Fact]
    public async Task The_time_that_the_policy_takes_does_not_count()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync();
        var slow = new SlowPolicy(LoopbackPair.HostKey.PublicKey);

        await using SshClient client = await pair.ConnectAsync(options => options with { ConnectTimeout = TimeSpan.FromSeconds(5), HostKeyPolicy = slow, Time = slow.Time });

        Assert.True(client.IsHostVerified);
    }

    private async Task<SshViolationException> ConnectAsync(Func<Socket, Task> serve)
    {
        var options = new SshClientOptions { HostKeyPolicy = new LoopbackPair.TrustOnly(LoopbackPair.HostKey.PublicKey), ConnectTimeout = Short };
        Task<SshClient> connecting = SshClient.ConnectAsync($"tester@127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}", options);
        using Socket socket = await _listener.AcceptSocketAsync();
        await serve(socket);
        return await Assert.ThrowsAsync<SshViolationException>(() => connecting);
    }

    /// <summary>Thinks for an hour, as its clock tells it.</summary>
    private sealed class SlowPolicy(PublicKey trusted) : IHostKeyPolicy
    {
        public ManualTime Time { get; } = new();

        public ValueTask<HostKeyVerdict> JudgeAsync(HostKeyOffer offer, CancellationToken ct)
        {
            Time.Pass(TimeSpan.FromHours(1));
            return ValueTask.FromResult(offer.Key.Equals(trusted) ? HostKeyVerdict.Trust : HostKeyVerdict.Refuse);
        }
    }
}
