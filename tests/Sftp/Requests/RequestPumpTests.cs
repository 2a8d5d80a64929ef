using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Sftp.Transfers;
using Nacre.Tests.Interop;
using Nacre.Tests.Sftp.Transfers;
using static Nacre.Tests.Sftp.Requests.ScriptedServer;

namespace Nacre.Tests.Sftp.Requests;

/// <summary>When a client's next requests go out.</summary>
public sealed class RequestPumpTests
{
    [Fact]
    public async Task The_server_is_asked_for_more_while_much_that_has_come_is_written()
    {
        const int size = 16 << 20, part = 32 * 1024, window = 4 << 20;
        using var goesOn = new ManualResetEventSlim();
        int writes = 0;
        var file = new FixedFile(new byte[size])
        {
            OnWrite = () =>
            {
                // Like a slow disk: the thread that writes is held.
                if (++writes == window / part) Assert.True(goesOn.Wait(Run.Limit));
                return ValueTask.CompletedTask;
            },
        };
        await using ScriptedServer server = await StartAsync();
        var options = new TransferOptions { RequestsInFlight = window / part, RequestBytes = part };
        var download = new Download(server.Client, new OneFile(file), options, new SilentObserver());
        Task<TransferResult> copying = download.RunAsync([new TransferItem("file", "copy", new SftpAttributes { Permissions = 0x81a4, Size = size })]);
        await server.SendAsync(Handle((await server.ReceiveAsync())!.Id));
        var answers = new List<byte>();
        for (int i = 0; i < window / part; i++) answers.AddRange(Data((await server.ReceiveAsync())!.Id, Enumerable.Repeat((byte)7, part).ToArray()));
        await server.SendAsync([.. answers]);
        ScriptedRequest? more = await server.ReceiveAsync().WaitAsync(Run.Limit);
        Assert.Equal((ulong)window, more!.Read.Offset);
        goesOn.Set();
        await server.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => copying);
    }
}
