using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;
using Nacre.Sftp;
using Nacre.Tests.Interop;
using static Nacre.Tests.Sftp.Requests.ScriptedServer;

namespace Nacre.Tests.Sftp.Requests;

/// <summary>What a server may get wrong, by error or on purpose: a typed error, never a wrong byte, never an endless wait.</summary>
public sealed class EvilServerTests : IDisposable
{
    private const int Size = 300_000;

    private static readonly byte[] Content = System.Security.Cryptography.RandomNumberGenerator.GetBytes(Size);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Replies_in_any_order_make_the_file()
    {
        await using ScriptedServer server = await StartAsync();
        Task<TransferResult> copying = server.Client.DownloadAsync("file", _directory["file"]);
        var reads = new Stack<ScriptedRequest>();
        for (long asked = 0; asked < Size;)
        {
            ScriptedRequest request = (await server.ReceiveAsync())!;
            if (AnswerOfFile(request, Size) is { } answer)
            {
                await server.SendAsync(answer);
                continue;
            }

            asked += request.Read.Length;
            reads.Push(request);
        }

        while (reads.TryPop(out ScriptedRequest? read)) await server.SendAsync(Data(read.Id, Part(read)));
        await server.SendAsync(Status((await server.ReceiveAsync())!.Id, SftpStatusCode.Ok));
        Assert.Equal(Size, (await copying).Bytes);
        Assert.Equal(Content, await File.ReadAllBytesAsync(_directory["file"]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(20_000)]
    public async Task Short_answers_are_asked_for_the_rest(int most)
    {
        int size = Math.Min(Size, most * 100);
        await using ScriptedServer server = await StartAsync(request => [AnswerOfFile(request, (ulong)size) ?? ((int)request.Read.Offset < size ? Data(request.Id, Part(request, size, most)) : Status(request.Id, SftpStatusCode.Eof))]);
        Assert.Equal(size, (await server.Client.DownloadAsync("file", _directory["file"])).Bytes);
        Assert.Equal(Content[..size], await File.ReadAllBytesAsync(_directory["file"]));
        var stream = new MemoryStream();
        SftpFileStream reading = await server.Client.OpenStreamAsync("file");
        byte[] buffer = new byte[size];
        await reading.ReadExactlyAsync(buffer);
        Assert.Equal(Content[..size], buffer);
        await reading.DisposeAsync();
    }

    [Fact]
    public async Task DATA_of_nothing_for_ever_is_the_end_of_a_download_and_no_loop_A67()
    {
        await using ScriptedServer server = await StartAsync(request => [AnswerOfFile(request, Size) ?? Data(request.Id, [])]);
        await Assert.ThrowsAnyAsync<Exception>(() => server.Client.DownloadAsync("file", _directory["file"]).WaitAsync(Run.Limit));
    }

    [Fact]
    public async Task A_second_reply_ends_the_session()
    {
        await using ScriptedServer server = await StartAsync(request => [Status(request.Id, SftpStatusCode.Ok), Status(request.Id, SftpStatusCode.Ok)]);
        await server.Client.RemoveFileAsync("a");
        Assert.Equal(Violation.UnexpectedReply, (await Assert.ThrowsAsync<SshViolationException>(() => EndedAsync(server.Client))).Violation);
    }

    [Fact]
    public async Task A_reply_that_nothing_asked_for_ends_the_session()
    {
        await using ScriptedServer server = await StartAsync(request => [Status(request.Id + 1, SftpStatusCode.Ok)]);
        Assert.Equal(Violation.UnexpectedReply, (await Assert.ThrowsAsync<SshViolationException>(() => server.Client.RemoveFileAsync("a"))).Violation);
        Assert.Equal(Violation.UnexpectedReply, (await Assert.ThrowsAsync<SshViolationException>(() => server.Client.RemoveFileAsync("b"))).Violation);
    }

    [Fact]
    public async Task A_reply_without_an_id_ends_the_session()
    {
        await using ScriptedServer server = await StartAsync(static _ => [[0, 0, 0, 1, (byte)SftpMessageType.Status]]);
        Assert.Equal(Violation.MessageTruncated, (await Assert.ThrowsAsync<SshViolationException>(() => server.Client.StatAsync("a"))).Violation);
    }

    [Theory]
    [InlineData((byte)SftpMessageType.Stat)]
    [InlineData((byte)SftpMessageType.Open)]
    [InlineData((byte)SftpMessageType.Read)]
    public async Task A_reply_of_another_type_fails_the_request_and_the_session_goes_on(byte wrong)
    {
        await using ScriptedServer server = await StartAsync(request =>
            [(byte)request.Type == wrong ? RawSftp.Encode(new SftpExtendedReply { Id = request.Id }) : AnswerOfFile(request, Size) ?? Data(request.Id, Part(request))]);
        SftpException error = await Assert.ThrowsAsync<SftpException>(() => server.Client.DownloadAsync("file", _directory["file"]));
        Assert.Equal(SftpStatusCode.BadMessage, error.Status);
        if (wrong != (byte)SftpMessageType.Stat) Assert.Equal((ulong)Size, (await server.Client.StatAsync("file")).Size);
    }

    [Fact]
    public async Task DATA_where_none_was_asked_for_fails_the_request()
    {
        await using ScriptedServer server = await StartAsync(static request => [Data(request.Id, "data"u8)]);
        Assert.Equal(SftpStatusCode.BadMessage, (await Assert.ThrowsAsync<SftpException>(() => server.Client.StatAsync("file"))).Status);
    }

    [Fact]
    public async Task More_data_than_was_asked_for_ends_the_session()
    {
        await using ScriptedServer server = await StartAsync(request => [AnswerOfFile(request, 5) ?? Data(request.Id, "six..."u8)]);
        SshViolationException error = await Assert.ThrowsAsync<SshViolationException>(() => server.Client.DownloadAsync("file", _directory["file"]));
        Assert.Equal(Violation.FieldTooLong, error.Violation);
        Assert.Equal(0, new FileInfo(_directory["file"]).Length);
    }

    [Fact]
    public async Task A_length_behind_the_end_of_its_DATA_ends_the_session()
    {
        await using ScriptedServer server = await StartAsync(request =>
        {
            byte[] answer = AnswerOfFile(request, 5) ?? Data(request.Id, "five."u8);
            if (request.Type == SftpMessageType.Read) answer[12]++;
            return [answer];
        });
        SshViolationException error = await Assert.ThrowsAsync<SshViolationException>(() => server.Client.DownloadAsync("file", _directory["file"]));
        Assert.Equal(Violation.MessageTruncated, error.Violation);
    }

    [Theory]
    [InlineData(100ul)]
    [InlineData(0ul)]
    public async Task Data_without_bytes_is_no_end_and_not_asked_for_again(ulong size)
    {
        int reads = 0;
        await using ScriptedServer server = await StartAsync(request =>
        {
            if (request.Type == SftpMessageType.Read) reads++;
            return [AnswerOfFile(request, size) ?? Data(request.Id, [])];
        });
        SftpException error = await Assert.ThrowsAsync<SftpException>(() => server.Client.DownloadAsync("file", _directory["file"]));
        Assert.Equal((SftpStatusCode.BadMessage, 1), (error.Status, reads));
        Assert.Equal(SftpStatusCode.BadMessage, (await Assert.ThrowsAsync<SftpException>(() => server.Client.DownloadAsync("file", new MemoryStream()))).Status);
    }

    [Fact]
    public async Task Endless_data_ends_where_the_size_was_said_to_be()
    {
        await using ScriptedServer server = await StartAsync(request => [AnswerOfFile(request, 70_000) ?? Data(request.Id, new byte[request.Read.Length])]);
        Assert.Equal(70_000, (await server.Client.DownloadAsync("file", _directory["file"])).Bytes);
        Assert.Equal(70_000, new FileInfo(_directory["file"]).Length);
    }

    [Fact]
    public async Task A_listing_of_replies_without_names_ends()
    {
        await using ScriptedServer server = await StartAsync(static request => [request.Type == SftpMessageType.OpenDir ? Handle(request.Id) : RawSftp.Encode(new SftpName { Id = request.Id })]);
        await foreach (FileEntry entry in server.Client.ListAsync("d")) Assert.Fail(entry.Name);
        Assert.Equal(SftpStatusCode.BadMessage, (await Assert.ThrowsAsync<SftpException>(() => server.Client.ResolveAsync("d"))).Status);
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up_when_its_time_is_over()
    {
        var time = new ManualTime();
        await using ScriptedServer server = await StartAsync(new SftpClientOptions { ResponseTimeout = TimeSpan.FromSeconds(10), TimeProvider = time });
        Task<SftpAttributes> first = server.Client.StatAsync("a");
        time.Pass(TimeSpan.FromSeconds(9));
        Assert.False(first.IsCompleted);
        await server.SendAsync(Status((await server.ReceiveAsync())!.Id, SftpStatusCode.NoSuchFile));
        await Assert.ThrowsAsync<SftpException>(() => first);

        // An answer begins the time anew, and no request at all needs none.
        time.Pass(TimeSpan.FromSeconds(100));
        Task<SftpAttributes> second = server.Client.StatAsync("b");
        time.Pass(TimeSpan.FromSeconds(9.9));
        Assert.False(second.IsCompleted);
        time.Pass(TimeSpan.FromSeconds(0.2));
        SshViolationException error = await Assert.ThrowsAsync<SshViolationException>(() => second);
        Assert.Equal(Violation.PeerSilent, error.Violation);
        Assert.Contains("10 seconds", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SshViolationException>(() => server.Client.StatAsync("c"));
    }

    [Fact]
    public async Task A_server_that_does_not_begin_is_given_up_when_its_time_is_over()
    {
        var time = new ManualTime();
        Task<SftpClient> starting = StartMute(new SftpClientOptions { ResponseTimeout = TimeSpan.FromSeconds(10), TimeProvider = time });
        time.Pass(TimeSpan.FromSeconds(11));
        Assert.Equal(Violation.PeerSilent, (await Assert.ThrowsAsync<SshViolationException>(() => starting)).Violation);
    }

    [Fact]
    public async Task What_the_server_says_is_escaped_and_the_code_has_OpenSSHs_words()
    {
        SftpStatusCode code = SftpStatusCode.PermissionDenied;
        await using ScriptedServer server = await StartAsync(request => [Status(request.Id, code, "no\u001b[31m\nway")]);
        SftpException error = await Assert.ThrowsAsync<SftpException>(() => server.Client.RemoveFileAsync("a"));
        Assert.Equal(("Permission denied", @"no\033[31m\012way", "a"), (error.Message, error.ServerMessage, error.Path));
        code = SftpStatusCode.Failure;
        Assert.Equal(@"no\033[31m\012way", (await Assert.ThrowsAsync<SftpException>(() => server.Client.RemoveFileAsync("a"))).Message);
    }

    [Fact]
    public async Task The_end_of_the_session_ends_every_wait()
    {
        ScriptedServer server = await StartAsync();
        Task<SftpAttributes>[] waiting = [.. Enumerable.Range(0, 200).Select(i => server.Client.StatAsync($"{i}"))];
        Task<TransferResult> copying = server.Client.DownloadAsync("file", _directory["file"]);
        await server.DisposeAsync();
        foreach (Task<SftpAttributes> each in waiting) await Assert.ThrowsAnyAsync<SshException>(() => each);
        await Assert.ThrowsAnyAsync<SshException>(() => copying);
        await Assert.ThrowsAnyAsync<SshException>(() => server.Client.StatAsync("late"));
    }

    [Fact]
    public async Task Memory_that_a_cancelled_read_was_for_is_left_alone()
    {
        await using ScriptedServer server = await StartAsync();
        Task<RemoteFile> opening = server.Client.OpenAsync("file", SftpOpenFlags.Read);
        await server.SendAsync(Handle((await server.ReceiveAsync())!.Id));
        RemoteFile file = await opening;
        using var cancel = new CancellationTokenSource();
        byte[] memory = new byte[100];
        Task<int> cancelled = file.ReadAsync(memory, 0, cancel.Token);
        ScriptedRequest late = (await server.ReceiveAsync())!;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await server.SendAsync(Data(late.Id, Enumerable.Repeat((byte)1, 100).ToArray()));
        Task<SftpAttributes> after = file.StatAsync();
        await server.SendAsync(Attributes((await server.ReceiveAsync())!.Id, new SftpAttributes()));
        await after;
        Assert.Equal(new byte[100], memory);
    }

    [Fact]
    public async Task A_file_whose_opening_was_given_up_is_closed_when_it_is_open()
    {
        await using ScriptedServer server = await StartAsync();
        using var cancel = new CancellationTokenSource();
        Task<RemoteFile> opening = server.Client.OpenAsync("file", SftpOpenFlags.Read, ct: cancel.Token);
        ScriptedRequest open = (await server.ReceiveAsync())!;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        await server.SendAsync(Handle(open.Id));
        Assert.Equal(SftpMessageType.Close, (await server.ReceiveAsync())!.Type);
    }

    [Fact]
    public async Task A_path_that_no_server_takes_is_refused_before_it_is_sent()
    {
        await using ScriptedServer server = await StartAsync();
        SftpException error = Assert.Throws<SftpException>(() => { _ = server.Client.StatAsync(new string('x', SftpLimits.MaxPath + 1)); });
        Assert.Equal("File name too long", error.Message);
    }

    private static byte[] Part(ScriptedRequest request, int size = Size, int most = int.MaxValue)
    {
        SftpRead read = request.Read;
        return Content[(int)read.Offset..Math.Min(size, (int)read.Offset + Math.Min(most, (int)read.Length))] is { Length: > 0 } part ? part : throw new InvalidOperationException("asked behind the end");
    }

    /// <summary>A request that is never answered, so that only the session's end ends it.</summary>
    private static async Task EndedAsync(SftpClient client)
    {
        while (true) await client.RemoveFileAsync("a");
    }
}
