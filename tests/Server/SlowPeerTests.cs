using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Nacre.Client;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;
using Nacre.Tests.Pair;
using Nacre.Tests.Sftp.Requests;

namespace Nacre.Tests.Server;

/// <summary>Peers that take for ever, byte by byte: LoginGraceTime ends them all, and nobody waits for them.</summary>
[Trait("Category", "Slow")]
public sealed class SlowPeerTests
{
    private const int PeersInEachPhase = 500;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan BetweenBytes = TimeSpan.FromSeconds(10);

    /// <summary>How long a machine under load may take for what should be at once.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>What a peer says in all that time, again and again; at the end of a length it makes one that a packet may have.</summary>
    private static readonly byte[] Dribble = [(byte)'t'];

    private readonly ManualTime _time = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_thousand_peers_that_dribble_are_ended_by_the_grace_time_and_hinder_nobody_L06_A63()
    {
        LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { Time = _time, LoginGraceTime = Grace });
        List<Socket> peers = [];
        try
        {
            await ServeThemAllAsync(pair, peers);
        }
        finally
        {
            foreach (Socket peer in peers) peer.Dispose();
            Task closing = pair.DisposeAsync().AsTask();
            await UntilAsync(() =>
            {
                _time.Pass(BetweenBytes);
                return closing.IsCompleted;
            });
        }
    }

    private async Task ServeThemAllAsync(LoopbackPair pair, List<Socket> peers)
    {
        byte[] keyExchange = await FirstWordsAsync();
        byte[][] said = [[], "SSH-2.0-"u8.ToArray(), keyExchange[..^200], [.. keyExchange, 0, 0, 8]];
        foreach (byte[] words in said)
        {
            for (int i = 0; i < PeersInEachPhase; i++) peers.Add(await ConnectAsync(pair.Port, words));
        }

        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        Task<SshClient>[] stuck =
        [
            SshClient.ConnectAsync(pair.Destination, pair.ClientOptions with { HostKeyPolicy = new NeverSure() }, giveUp.Token),
            SshClient.ConnectAsync(pair.Destination, pair.ClientOptions with { Identities = [], Passwords = new NeverAnswered() }, giveUp.Token),
        ];
        await UntilAsync(() => pair.Server.ConnectionCount == peers.Count + stuck.Length);

        for (TimeSpan passed = BetweenBytes; passed < Grace; passed += BetweenBytes)
        {
            _time.Pass(BetweenBytes);
            foreach (Socket peer in peers.Skip(PeersInEachPhase)) await peer.SendAsync(Dribble, Ct);
        }

        Assert.Equal(peers.Count + stuck.Length, pair.Server.ConnectionCount);
        await using (SshClient legitimate = await pair.ConnectAsync())
        {
            await using RemoteProcess process = await legitimate.RunAsync("say hello", ct: Ct);
            Assert.Equal(0u, (await process.WaitForExitAsync(Ct)).Status);
        }

        await UntilAsync(() => pair.Server.ConnectionCount == peers.Count + stuck.Length);
        _time.Pass(BetweenBytes);
        await UntilAsync(() =>
        {
            // Those that leave the last word unread are waited for, by the server's clock.
            _time.Pass(TimeSpan.FromMilliseconds(100));
            return pair.Server.ConnectionCount == 0;
        });

        await giveUp.CancelAsync();
        foreach (Task<SshClient> client in stuck) await Assert.ThrowsAnyAsync<Exception>(() => client);
    }

    /// <summary>What a client says before it waits for the server's part: its identification and its KEXINIT.</summary>
    private static async Task<byte[]> FirstWordsAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var options = new SshClientOptions { HostKeyPolicy = new NeverSure() };
        Task<SshClient> client = SshClient.ConnectAsync($"nobody@127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", options, enough.Token);
        using Socket socket = await listener.AcceptSocketAsync(Ct);
        await socket.SendAsync("SSH-2.0-other\r\n"u8.ToArray(), Ct);
        List<byte> words = [];
        byte[] buffer = new byte[4096];
        int end;
        while ((end = EndOfFirstPacket(words)) < 0) words.AddRange(buffer[..await socket.ReceiveAsync(buffer, Ct)]);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => client);
        return [.. words.Take(end)];
    }

    private static int EndOfFirstPacket(List<byte> words)
    {
        int start = words.IndexOf((byte)'\n') + 1;
        if (start == 0 || words.Count < start + sizeof(uint)) return -1;
        int end = start + sizeof(uint) + BinaryPrimitives.ReadInt32BigEndian(words.GetRange(start, sizeof(uint)).ToArray());
        return words.Count < end ? -1 : end;
    }

    private static async Task<Socket> ConnectAsync(int port, byte[] words)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, Ct);
        if (words.Length > 0) await socket.SendAsync(words, Ct);
        return socket;
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(Limit);
        while (!isSo()) await Task.Delay(TimeSpan.FromMilliseconds(5), limit.Token);
    }

    private sealed class NeverSure : IHostKeyPolicy
    {
        public async ValueTask<HostKeyVerdict> JudgeAsync(HostKeyOffer offer, CancellationToken ct)
        {
            await Task.Delay(Timeout.Infinite, ct);
            return HostKeyVerdict.Refuse;
        }
    }

    private sealed class NeverAnswered : IPasswordSource
    {
        public async ValueTask<Password?> AskPasswordAsync(int attempt, CancellationToken ct)
        {
            await Task.Delay(Timeout.Infinite, ct);
            return null;
        }

        public ValueTask<PasswordChange?> AskNewPasswordAsync(PeerText prompt, CancellationToken ct) => ValueTask.FromResult<PasswordChange?>(null);
    }
}
