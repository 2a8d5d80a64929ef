using Nacre.Client;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Transport;
using Nacre.Server;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Server;

public sealed class HandOverTests
{
    private static readonly SshServerOptions Options = new()
    {
        HostKeys = [LoopbackPair.HostKey],
        Authenticator = new LoopbackPair.KeyAuthenticator(),
        Sessions = new LoopbackPair.EchoSessions(),
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("none")]
    [InlineData("zlib@openssh.com")]
    public async Task A_client_logs_in_to_one_server_and_is_served_by_another_without_noticing(string compression)
    {
        await using var second = new SshServer(Options);
        await using LoopbackPair first = await StartAsync(second, compression);
        await using SshClient client = await first.ConnectAsync(options => options with { Algorithms = options.Algorithms with { Compressions = [compression] } });
        for (int i = 0; i < 3; i++)
        {
            await using RemoteProcess run = await client.RunAsync("say served elsewhere", ct: Ct);
            Assert.Equal("served elsewhere", await new StreamReader(run.Output.AsStream()).ReadToEndAsync(Ct));
            client.Transport.RequestRekey();
        }

        Assert.Equal(1, second.ConnectionCount);
        Assert.Equal(0, first.Server.ConnectionCount);
    }

    [Fact]
    public async Task The_user_and_what_the_client_calls_itself_are_known_to_the_second_server()
    {
        var taken = new TaskCompletionSource<SshServerConnection>();
        await using var second = new SshServer(Options);
        await using LoopbackPair first = await StartAsync(second, "none", taken);
        await using SshClient client = await first.ConnectAsync();
        SshServerConnection resumed = await taken.Task.WaitAsync(Ct);
        Assert.Equal("tester", resumed.User?.Name);
        Assert.Equal("publickey", Assert.Single(resumed.User!.Steps).Method);
        Assert.StartsWith("SSH-2.0-Nacre", resumed.ClientIdentification, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_second_server_does_not_take_it_the_client_is_cut_off()
    {
        await using LoopbackPair first = await LoopbackPair.StartAsync(options => options with { HandsOver = _ => throw new InvalidOperationException("nobody there") });
        await using SshClient client = await first.ConnectAsync();
        await Assert.ThrowsAnyAsync<Exception>(async () => await client.Completion.WaitAsync(TimeSpan.FromSeconds(20), Ct));
    }

    [Fact]
    public async Task A_server_that_is_disposed_of_hands_nothing_over()
    {
        var isAsked = new TaskCompletionSource();
        var mayJudge = new TaskCompletionSource();
        LoopbackPair first = await LoopbackPair.StartAsync(options => options with
        {
            HandsOver = _ => throw new InvalidOperationException("Nothing was to be handed over."),
            OnFailure = failure => Assert.Fail(failure.Message),
            ForUser = async (_, ct) =>
            {
                isAsked.SetResult();
                await mayJudge.Task.WaitAsync(ct);
                return options;
            },
        });
        Task<SshClient> connecting = first.ConnectAsync();
        await isAsked.Task.WaitAsync(Ct);
        ValueTask disposing = first.DisposeAsync();
        mayJudge.SetResult();
        await disposing;

        // The client may have been let in before it was told to go.
        await Assert.ThrowsAnyAsync<Exception>(async () => await (await connecting).Completion.WaitAsync(TimeSpan.FromSeconds(20), Ct));
    }

    private static Task<LoopbackPair> StartAsync(SshServer second, string compression, TaskCompletionSource<SshServerConnection>? taken = null) =>
        LoopbackPair.StartAsync(options => options with
        {
            Algorithms = AlgorithmSelection.ServerDefault with { Compressions = [compression] },
            HandsOver = handedOver =>
            {
                using TransportSnapshot arrived = TransportSnapshot.Read(handedOver.Snapshot.Bytes.Span);
                handedOver.Snapshot.Dispose();
                SshServerConnection resumed = second.Resume(handedOver.Stream, arrived, handedOver.User, Options with { Algorithms = AlgorithmSelection.ServerDefault with { Compressions = [compression] } });
                taken?.SetResult(resumed);
                return ValueTask.CompletedTask;
            },
        });
}
