using System.Buffers.Binary;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;
using Nacre.Sftp;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Sftp.Serving;

/// <summary>Every request cut short, made longer and lied in; and numbers and names that nobody means well by.</summary>
public sealed class HostileRequestTests : IDisposable
{
    private const int Framing = sizeof(uint);

    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> Names => [.. SftpServer.RequestNames];

    public HostileRequestTests() => SampleRequests.Prepare(_directory);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_request_that_ends_within_a_field_ends_the_session(string name)
    {
        for (int length = 1; ; length++)
        {
            (RawSftp raw, SampleRequests samples) = await StartAsync();
            byte[] request = samples.Of(name);
            if (Framing + length >= request.Length) break;
            byte[] cut = request[..(Framing + length)];
            BinaryPrimitives.WriteInt32BigEndian(cut, length);
            await raw.SendAsync(cut);
            Assert.Equal(Violation.MessageTruncated, await raw.ViolationAsync());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_follows_the_last_field_is_passed_over(string name)
    {
        (RawSftp raw, SampleRequests samples) = await StartAsync();
        byte[] request = [.. samples.Of(name), 0, 1];
        BinaryPrimitives.WriteInt32BigEndian(request, request.Length - Framing);
        Assert.Equal(SftpStatusCode.Ok, await raw.OutcomeAsync(request));
        await raw.EndAsync();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_request_that_comes_byte_by_byte_is_done_as_if_it_came_at_once(string name)
    {
        (RawSftp raw, SampleRequests samples) = await StartAsync();
        byte[] request = samples.Of(name);
        foreach (byte each in request.SkipLast(1)) await raw.SendAsync([each]);
        Assert.Equal(SftpStatusCode.Ok, await raw.OutcomeAsync(request[^1..]));
        await raw.EndAsync();
    }

    [Theory]
    [InlineData(256, false)]
    [InlineData(257, true)]
    public async Task A_handle_has_at_most_256_bytes(int length, bool isTooLong)
    {
        (RawSftp raw, _) = await StartAsync();
        await raw.SendAsync(RawSftp.Encode(new SftpExtended { Name = "fsync@openssh.com"u8, Contents = [.. Length(length), .. new byte[length]] }));
        if (!isTooLong) Assert.Equal((byte)SftpMessageType.Status, (await raw.ReceiveAsync())[0]);
        else Assert.Equal(Violation.FieldTooLong, await raw.ViolationAsync());
    }

    [Theory]
    [InlineData(4096, SftpStatusCode.NoSuchFile)]
    [InlineData(4097, SftpStatusCode.BadMessage)]
    [InlineData(65536, SftpStatusCode.BadMessage)]
    [InlineData(261_000, SftpStatusCode.BadMessage)]
    public async Task A_long_path_is_refused_and_the_session_goes_on(int length, SftpStatusCode code)
    {
        (RawSftp raw, _) = await StartAsync();
        byte[] path = new byte[length];
        for (int i = 0; i < length; i++) path[i] = (byte)(i % 2 == 0 ? '/' : 'x');
        SftpStatusCode refused = await raw.StatusAsync(RawSftp.Encode(new SftpStat { Path = path }));
        Assert.True(refused == code || (length == 4096 && refused == SftpStatusCode.BadMessage), $"{refused}");
        Assert.Equal(SftpStatusCode.Ok, await raw.OutcomeAsync(RawSftp.Encode(new SftpStat { Path = "."u8 })));
        await raw.EndAsync();
    }

    [Fact]
    public async Task A_name_with_a_NUL_is_no_name()
    {
        (RawSftp raw, _) = await StartAsync();
        foreach (byte[] request in new[]
        {
            RawSftp.Encode(new SftpStat { Path = "file\0"u8 }), RawSftp.Encode(new SftpRemove { Path = "\0"u8 }), SampleRequests.Open("file\0x", SftpOpenFlags.Read),
            RawSftp.Encode(new SftpRename { OldPath = "file"u8, NewPath = "a\0b"u8 }), RawSftp.Encode(new SftpSymLink { Target = "x\0"u8, Link = "y"u8 }),
            RawSftp.Encode(new SftpMkDir { Path = "m\0"u8, Attributes = new SftpAttributes() }),
        })
        {
            Assert.Equal(SftpStatusCode.NoSuchFile, await raw.StatusAsync(request));
        }

        Assert.Equal("some text", await File.ReadAllTextAsync(_directory["file"]));
        await raw.EndAsync();
    }

    [Theory]
    [InlineData(9ul, 10u, SftpStatusCode.Eof)]
    [InlineData((ulong)long.MaxValue - 1, 1u, SftpStatusCode.Eof)]
    [InlineData((ulong)long.MaxValue, uint.MaxValue, null)]
    [InlineData(1ul << 63, 1u, SftpStatusCode.BadMessage)]
    [InlineData(ulong.MaxValue, 1u, SftpStatusCode.BadMessage)]
    [InlineData(ulong.MaxValue, 0u, SftpStatusCode.BadMessage)]
    public async Task A_READ_behind_the_end_of_everything_gives_nothing_A67(ulong offset, uint length, SftpStatusCode? code)
    {
        (RawSftp raw, SampleRequests samples) = await StartAsync();
        SftpStatusCode given = await raw.StatusAsync(RawSftp.Encode(new SftpRead { Handle = samples.File, Offset = offset, Length = length }));
        if (code is not null) Assert.Equal(code, given);
        Assert.NotEqual(SftpStatusCode.Ok, given);
        await raw.EndAsync();
    }

    [Theory]
    [InlineData((ulong)long.MaxValue - 5)]
    [InlineData(1ul << 63)]
    [InlineData(ulong.MaxValue)]
    public async Task A_WRITE_behind_the_end_of_everything_is_refused_and_the_session_goes_on(ulong offset)
    {
        (RawSftp raw, SampleRequests samples) = await StartAsync();
        Assert.NotEqual(SftpStatusCode.Ok, await raw.StatusAsync(RawSftp.Encode(new SftpWrite { Handle = samples.File, Offset = offset, Data = "0123456789"u8 })));
        Assert.Equal(SftpStatusCode.Ok, await raw.StatusAsync(RawSftp.Encode(new SftpWrite { Handle = samples.File, Offset = 0, Data = "S"u8 })));
        await raw.EndAsync();
        Assert.Equal("Some text", await File.ReadAllTextAsync(_directory["file"]));
    }

    [Fact]
    public async Task READDIR_after_the_end_says_so_for_ever_A67()
    {
        (RawSftp raw, SampleRequests samples) = await StartAsync();
        byte[] request = RawSftp.Encode(new SftpReadDir { Handle = samples.Directory });
        Assert.Equal(SftpStatusCode.Ok, await raw.OutcomeAsync(request));
        for (int i = 0; i < 3; i++) Assert.Equal(SftpStatusCode.Eof, await raw.StatusAsync(request));
        await raw.EndAsync();
    }

    [Fact]
    public async Task A_handle_that_was_closed_is_not_that_of_what_is_opened_next()
    {
        (RawSftp raw, SampleRequests samples) = await StartAsync();
        Assert.Equal(SftpStatusCode.Ok, await raw.StatusAsync(RawSftp.Encode(new SftpClose { Handle = samples.File })));
        byte[] next = await raw.OpenAsync("other", SftpOpenFlags.Read);
        Assert.NotEqual(samples.File, next);
        Assert.Equal(SftpStatusCode.Failure, await raw.StatusAsync(RawSftp.Encode(new SftpRead { Handle = samples.File, Length = 1 })));
        Assert.Equal(SftpStatusCode.Eof, await raw.StatusAsync(RawSftp.Encode(new SftpRead { Handle = next, Length = 1 })));
        await raw.EndAsync();
    }

    [Fact]
    public async Task Handles_that_were_closed_make_room_for_others()
    {
        (RawSftp raw, _) = await StartAsync();
        for (int i = 0; i < 3 * SftpLimits.MaxHandles; i++)
        {
            byte[] handle = await raw.OpenAsync("file", SftpOpenFlags.Read);
            Assert.Equal(SftpStatusCode.Ok, await raw.StatusAsync(RawSftp.Encode(new SftpClose { Handle = handle })));
        }

        await raw.EndAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(21)]
    [InlineData(101)]
    [InlineData(201)]
    [InlineData(255)]
    public async Task A_message_of_another_type_is_answered_and_the_session_goes_on(byte type)
    {
        (RawSftp raw, _) = await StartAsync();
        Assert.Equal(SftpStatusCode.OperationUnsupported, await raw.StatusAsync([0, 0, 0, 5, type, 0, 0, 0, 9]));
        Assert.Equal(SftpStatusCode.OperationUnsupported, await raw.StatusAsync(RawSftp.Encode(new SftpExtended { Name = "no-such@example.com"u8, Contents = "any"u8 })));
        await raw.EndAsync();
    }

    [Fact]
    public async Task Attributes_with_unknown_bits_and_extensions_are_taken_without_them()
    {
        (RawSftp raw, _) = await StartAsync();
        byte[] attributes = [0xC0, 0, 0, 4, 0, 0, 1, 0xA4, 0, 0, 0, 1, .. Length(1), (byte)'a', .. Length(0)];
        byte[] request = [0, 0, 0, 0, (byte)SftpMessageType.SetStat, 0, 0, 0, 1, .. Length(4), .. "file"u8, .. attributes];
        BinaryPrimitives.WriteInt32BigEndian(request, request.Length - Framing);
        Assert.Equal(SftpStatusCode.Ok, await raw.StatusAsync(request));
        Assert.Equal((UnixFileMode)0x1a4, File.GetUnixFileMode(_directory["file"]));
        await raw.EndAsync();
    }

    private static byte[] Length(int length)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        return bytes;
    }

    private async Task<(RawSftp Raw, SampleRequests Samples)> StartAsync()
    {
        var raw = new RawSftp(new LocalFileSystem(_directory.Path));
        await raw.BeginAsync();
        return (raw, await SampleRequests.OpenAsync(raw));
    }
}
