using System.IO.Pipelines;
using Nacre.Protocol.Wire;
using Nacre.Sftp;
using Nacre.Sftp.Requests;
using Nacre.Tests.Interop;
using Nacre.Tests.Sftp.Requests;

namespace Nacre.Tests.Sftp.Transfers;

/// <summary>What a transfer holds in memory, whatever the size of the file and the speed of the other side.</summary>
public sealed class BoundsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_upload_to_a_server_that_does_not_read_waits()
    {
        const long size = 50 << 20;
        _directory.WriteRandom("file", (int)size);
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        Task<TransferResult> copying = server.Client.UploadAsync(_directory["file"], "file");
        await server.SendAsync(ScriptedServer.Handle((await server.ReceiveAsync())!.Id));

        // The pipe takes what is under way when it first says "no more", and after that a part of the file at a time as it is read.
        ReadResult read = await server.Unread.ReadAtLeastAsync(RequestWriter.FlushBytes);
        Assert.InRange(read.Buffer.Length, RequestWriter.FlushBytes, 2 * RequestWriter.FlushBytes);
        server.Unread.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        Assert.False(copying.IsCompleted);
        await server.DisposeAsync();
        await Assert.ThrowsAnyAsync<SshException>(() => copying);
    }

    [Fact]
    public async Task No_more_is_asked_for_than_the_window()
    {
        const ulong size = 1ul << 40;
        await using ScriptedServer server = await ScriptedServer.StartAsync();
        Task<TransferResult> copying = server.Client.DownloadAsync("file", "/dev/null");
        long asked = 0;
        while (asked < Nacre.Sftp.Transfers.Flight.FirstWindow)
        {
            ScriptedRequest request = (await server.ReceiveAsync())!;
            if (ScriptedServer.AnswerOfFile(request, size) is { } answer) await server.SendAsync(answer);
            else asked += request.Read.Length;
        }

        Assert.False(server.Unread.TryRead(out _));
        await server.DisposeAsync();
        await Assert.ThrowsAnyAsync<SshException>(() => copying);
    }
}
