using System.IO.Pipelines;
using Nacre.Client;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Server;
using Nacre.Tests.Connection;
using Nacre.Tests.Pair;

namespace Nacre.Tests.Server;

public sealed class SessionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_program_that_ends_after_its_output_has_its_status_told_to_a_client_that_closed()
    {
        var program = new PatientProgram(completesOutput: true);
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { Sessions = program, MaxSessions = 1 });
        await using SshClient client = await pair.ConnectAsync();
        var status = new TaskCompletionSource<uint>();
        Channel channel = await StartAsync(client, status);
        ReadResult end = await channel.Input.ReadAsync(Ct);
        Assert.True(end.IsCompleted);

        channel.Close();
        await client.Multiplexer.SendKeepAliveAsync(Ct); // its reply says that the server has seen the CLOSE
        Assert.False(program.Token.IsCancellationRequested);
        await Assert.ThrowsAsync<ChannelOpenFailedException>(() => client.RunAsync("second", ct: Ct));

        program.MayEnd.SetResult();
        await channel.WaitForCloseAsync(Ct);
        Assert.Equal(7u, await status.Task);
        await (await client.RunAsync("second", ct: Ct)).DisposeAsync();
    }

    [Fact]
    public async Task A_client_that_closes_before_the_output_ended_cancels_the_program_which_counts_until_it_ends()
    {
        var program = new PatientProgram(completesOutput: false);
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { Sessions = program, MaxSessions = 1 });
        await using SshClient client = await pair.ConnectAsync();
        Channel channel = await StartAsync(client, new TaskCompletionSource<uint>());
        channel.Close();
        await program.Cancelled.Task.WaitAsync(Ct);
        await Assert.ThrowsAsync<ChannelOpenFailedException>(() => client.RunAsync("second", ct: Ct));

        program.MayEnd.SetResult();
        await channel.WaitForCloseAsync(Ct);
        await (await client.RunAsync("second", ct: Ct)).DisposeAsync();
    }

    [Fact]
    public async Task The_end_of_the_connection_cancels_a_program_whose_client_had_closed()
    {
        var program = new PatientProgram(completesOutput: true);
        await using LoopbackPair pair = await LoopbackPair.StartAsync(options => options with { Sessions = program });
        await using (SshClient client = await pair.ConnectAsync())
        {
            Channel channel = await StartAsync(client, new TaskCompletionSource<uint>());
            await channel.Input.ReadAsync(Ct);
            channel.Close();
            await client.Multiplexer.SendKeepAliveAsync(Ct);
            Assert.False(program.Token.IsCancellationRequested);
        }

        await program.Cancelled.Task.WaitAsync(Ct);
        program.MayEnd.SetResult();
    }

    private static async Task<Channel> StartAsync(SshClient client, TaskCompletionSource<uint> status)
    {
        var service = new TestService
        {
            OnRequest = request =>
            {
                if (request.Name == "exit-status") status.SetResult(request.Read<ExitStatusRequest>().ExitStatus);
                return ValueTask.FromResult(true);
            },
        };
        Task<Channel> opening = OpenAsync(client, service);
        Channel channel = await opening;
        Assert.True(await ExecAsync(channel));
        return channel;
    }

    private static Task<Channel> OpenAsync(SshClient client, TestService service)
    {
        var open = default(SessionOpen);
        return client.Multiplexer.OpenAsync(ref open, service, acceptsErrorData: false, Ct);
    }

    private static Task<bool> ExecAsync(Channel channel)
    {
        var exec = new ExecRequest { Command = "patience"u8 };
        return channel.RequestAsync(ref exec, Ct);
    }

    /// <summary>A program that ends by status 7 when the test lets it, whatever it is told.</summary>
    private sealed class PatientProgram(bool completesOutput) : ISessionHandler
    {
        public TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationToken Token { get; private set; }

        public ValueTask<SessionProgram?> ChooseAsync(SessionRequest request, CancellationToken ct) => ValueTask.FromResult<SessionProgram?>(RunAsync);

        private async Task<ProcessExit> RunAsync(ServerSession session, CancellationToken ct)
        {
            Token = ct;
            ct.Register(() => Cancelled.TrySetResult());
            if (completesOutput) await session.Output.CompleteAsync();
            await MayEnd.Task;
            return ProcessExit.WithStatus(7);
        }
    }
}
