using Nacre.Client;
using Nacre.Protocol.Transport;
using Nacre.Server;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Server;

/// <summary>Servers whose policies never block, so that the thread that hears of something does all that comes of it.</summary>
public sealed class PromptServerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Keys_change_many_times_and_every_byte_comes_back()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { IsPrompt = true, Rekey = new RekeyPolicy(128 << 10, 1L << 31, 0) });
        await using SshClient client = await pair.ConnectAsync();
        await using RemoteProcess process = await client.RunAsync("echo", ct: Ct);
        byte[] sent = new byte[4 << 20];
        new Random(1).NextBytes(sent);
        Task writing = Task.Run(async () =>
        {
            for (int at = 0; at < sent.Length; at += 10_000) await process.Input.WriteAsync(sent.AsMemory(at, Math.Min(10_000, sent.Length - at)), Ct);
            await process.Input.CompleteAsync();
        }, Ct);
        using var received = new MemoryStream();
        await process.Output.CopyToAsync(received, Ct);
        await writing;
        Assert.True(sent.AsSpan().SequenceEqual(received.ToArray()));
        Assert.Equal(0u, (await process.WaitForExitAsync(Ct)).Status);
    }

    [Fact]
    public async Task The_server_changes_keys_when_its_client_says_a_little_at_a_time()
    {
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { IsPrompt = true, Rekey = new RekeyPolicy(1L << 30, 20, 0) });
        await using SshClient client = await pair.ConnectAsync();
        for (int i = 0; i < 30; i++)
        {
            await using RemoteProcess run = await client.RunAsync("say " + i, ct: Ct);
            Assert.Equal(i.ToString(System.Globalization.CultureInfo.InvariantCulture), await new StreamReader(run.Output.AsStream()).ReadToEndAsync(Ct));
        }
    }

    [Fact]
    public async Task Clients_log_in_to_one_and_are_served_by_another()
    {
        var options = new SshServerOptions
        {
            HostKeys = [LoopbackPair.HostKey],
            Authenticator = new LoopbackPair.KeyAuthenticator(),
            Sessions = new LoopbackPair.EchoSessions(),
            IsPrompt = true,
        };
        await using var second = new SshServer(options);
        await using LoopbackPair first = await LoopbackPair.StartAsync(common => common with
        {
            IsPrompt = true,
            HandsOver = handedOver =>
            {
                using TransportSnapshot arrived = TransportSnapshot.Read(handedOver.Snapshot.Bytes.Span);
                handedOver.Snapshot.Dispose();
                second.Resume(handedOver.Stream, arrived, handedOver.User, options);
                return ValueTask.CompletedTask;
            },
        });
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async number =>
        {
            await using SshClient client = await first.ConnectAsync();
            await using RemoteProcess run = await client.RunAsync("say " + number, ct: Ct);
            Assert.Equal($"{number}", await new StreamReader(run.Output.AsStream()).ReadToEndAsync(Ct));
        }));
        Assert.Equal(0, first.Server.ConnectionCount);
    }
}
