using System.Buffers.Binary;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;
using Nacre.Sftp;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Sftp.Serving;

/// <summary>What a client may get wrong, by error or on purpose.</summary>
public sealed class MisuseTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RawSftp _raw;

    public MisuseTests() => _raw = new RawSftp(new LocalFileSystem(_directory.Path));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_second_INIT_ends_the_session()
    {
        await _raw.BeginAsync();
        await _raw.SendAsync(RawSftp.Encode(new SftpInit { Version = 3 }));
        Assert.Equal(Violation.UnexpectedMessage, await _raw.ViolationAsync());
    }

    [Fact]
    public async Task A_request_before_INIT_ends_the_session()
    {
        await _raw.SendAsync(RawSftp.Encode(new SftpStat { Id = 1, Path = "/"u8 }));
        Assert.Equal(Violation.UnexpectedMessage, await _raw.ViolationAsync());
    }

    [Theory]
    [InlineData(0u)]
    [InlineData((uint)SftpLimits.MaxMessage + 1)]
    [InlineData(uint.MaxValue)]
    public async Task A_length_outside_the_limits_ends_the_session(uint length)
    {
        await _raw.BeginAsync();
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, length);
        await _raw.SendAsync(bytes);
        Assert.Equal(Violation.LengthOutOfRange, await _raw.ViolationAsync());
    }

    [Fact]
    public async Task The_longest_message_is_taken()
    {
        await _raw.BeginAsync();
        byte[] handle = await _raw.OpenAsync("file", SftpOpenFlags.Write | SftpOpenFlags.Create);
        int room = SftpLimits.MaxMessage - (1 + 4 + 4 + handle.Length + 8 + 4);
        byte[] request = RawSftp.Encode(new SftpWrite { Id = 2, Handle = handle, Offset = 0, Data = new byte[room] });
        Assert.Equal(4 + SftpLimits.MaxMessage, request.Length);
        Assert.Equal(SftpStatusCode.Ok, await _raw.StatusAsync(request));
        Assert.Equal(room, new FileInfo(_directory["file"]).Length);
    }

    [Fact]
    public async Task Bytes_behind_the_last_field_of_a_WRITE_are_not_written()
    {
        await _raw.BeginAsync();
        byte[] handle = await _raw.OpenAsync("file", SftpOpenFlags.Write | SftpOpenFlags.Create);
        byte[] request = [.. RawSftp.Encode(new SftpWrite { Id = 2, Handle = handle, Offset = 0, Data = "data"u8 }), .. "rest"u8];
        BinaryPrimitives.WriteInt32BigEndian(request, request.Length - sizeof(int));
        Assert.Equal(SftpStatusCode.Ok, await _raw.StatusAsync(request));
        Assert.Equal("data", await File.ReadAllTextAsync(_directory["file"]));
    }

    [Theory]
    [InlineData(uint.MaxValue, SftpLimits.MaxData)]
    [InlineData(0u, 0)]
    [InlineData(1u, 1)]
    public async Task A_READ_gives_no_more_than_a_message_holds_A71(uint asked, int given)
    {
        _directory.WriteRandom("file", 400_000);
        await _raw.BeginAsync();
        byte[] handle = await _raw.OpenAsync("file", SftpOpenFlags.Read);
        await _raw.SendAsync(RawSftp.Encode(new SftpRead { Id = 2, Handle = handle, Offset = 0, Length = asked }));
        byte[] reply = await _raw.ReceiveAsync();
        Assert.Equal(SftpMessageType.Data, (SftpMessageType)reply[0]);
        Assert.Equal(given, Message.ReadRecord<SftpData>(reply.AsSpan(1)).Data.Length);
    }

    [Fact]
    public async Task A_handle_that_was_never_given_or_is_closed_or_of_another_kind_is_refused()
    {
        _directory.Write("file", "text");
        await _raw.BeginAsync();
        byte[] handle = await _raw.OpenAsync("file", SftpOpenFlags.Read);
        Assert.Equal(SftpStatusCode.Failure, await _raw.StatusAsync(RawSftp.Encode(new SftpReadDir { Id = 1, Handle = handle })));
        Assert.Equal(SftpStatusCode.Ok, await _raw.StatusAsync(RawSftp.Encode(new SftpClose { Id = 2, Handle = handle })));
        Assert.Equal(SftpStatusCode.NoSuchFile, await _raw.StatusAsync(RawSftp.Encode(new SftpClose { Id = 3, Handle = handle })));
        Assert.Equal(SftpStatusCode.Failure, await _raw.StatusAsync(RawSftp.Encode(new SftpRead { Id = 4, Handle = handle, Length = 1 })));
        Assert.Equal(SftpStatusCode.Failure, await _raw.StatusAsync(RawSftp.Encode(new SftpFStat { Id = 5, Handle = "no such handle"u8 })));
        Assert.Equal(SftpStatusCode.NoSuchFile, await _raw.StatusAsync(RawSftp.Encode(new SftpClose { Id = 6, Handle = [] })));
    }

    [Fact]
    public async Task No_more_handles_are_open_than_the_limit()
    {
        _directory.Write("file", "");
        await _raw.BeginAsync();
        for (int i = 0; i < SftpLimits.MaxHandles; i++) await _raw.OpenAsync("file", SftpOpenFlags.Read);
        Assert.Equal(SftpStatusCode.Failure, await _raw.StatusAsync(RawSftp.Encode(new SftpOpen { Id = 1, Path = "file"u8, Flags = 1, Attributes = new SftpAttributes() })));
        await _raw.EndAsync();
        await _raw.Serving;
    }
}
