using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Sftp.Serving;

/// <summary>Copies within the server (draft-ietf-secsh-filexfer-extensions-00 section 7).</summary>
public sealed class CopyDataTests : IAsyncLifetime, IDisposable
{
    private const int Size = 600_001;

    private readonly TemporaryDirectory _directory = new();
    private readonly RawSftp _raw;
    private readonly byte[] _content;
    private byte[] _from = null!;
    private byte[] _to = null!;

    public CopyDataTests()
    {
        _content = File.ReadAllBytes(_directory.WriteRandom("from", Size));
        _raw = new RawSftp(new LocalFileSystem(_directory.Path));
    }

    public async ValueTask InitializeAsync()
    {
        await _raw.BeginAsync();
        _from = await _raw.OpenAsync("from", SftpOpenFlags.Read);
        _to = await _raw.OpenAsync("to", SftpOpenFlags.Write | SftpOpenFlags.Create);
    }

    public async ValueTask DisposeAsync()
    {
        await _raw.EndAsync();
        Dispose();
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1000, 0, 0)]
    [InlineData(0, 0, 77)]
    [InlineData(5, 300_000, 7)]
    [InlineData(0, Size, 0)]
    [InlineData(Size, 0, 0)]
    public async Task A_stretch_is_copied(int start, int length, int at)
    {
        Assert.Equal(SftpStatusCode.Ok, await _raw.StatusAsync(Copy(_from, start, length, _to, at)));
        byte[] expected = [.. _content.Skip(start).Take(length == 0 ? int.MaxValue : length)];
        byte[] copied = await File.ReadAllBytesAsync(_directory["to"]);
        Assert.Equal(expected, copied.Skip(at));
        Assert.All(copied.Take(at), each => Assert.Equal(0, each));
    }

    [Fact]
    public async Task A_length_that_is_not_there_is_copied_as_far_as_it_goes_and_is_no_success()
    {
        Assert.Equal(SftpStatusCode.Eof, await _raw.StatusAsync(Copy(_from, 1, Size, _to, 0)));
        Assert.Equal(_content.Skip(1), await File.ReadAllBytesAsync(_directory["to"]));
    }

    [Fact]
    public async Task A_file_is_not_copied_into_itself()
    {
        byte[] both = await _raw.OpenAsync("from", SftpOpenFlags.Read | SftpOpenFlags.Write);
        Assert.Equal(SftpStatusCode.Failure, await _raw.StatusAsync(Copy(both, 0, 0, both, 10)));
        Assert.Equal(SftpStatusCode.Failure, await _raw.StatusAsync(Copy(_from, 0, 10, both, 10)));
        Assert.Equal(_content, await File.ReadAllBytesAsync(_directory["from"]));
    }

    [Fact]
    public async Task Another_name_of_the_same_file_does_not_make_it_grow_for_ever_A67()
    {
        Assert.Equal(SftpStatusCode.Ok, await _raw.StatusAsync(RawSftp.Extended("hardlink@openssh.com", new SftpTwoPaths { OldPath = "from"u8, NewPath = "hard"u8 })));
        byte[] hard = await _raw.OpenAsync("hard", SftpOpenFlags.Write);
        await _raw.StatusAsync(Copy(_from, 0, 0, hard, Size));
        Assert.InRange(new FileInfo(_directory["from"]).Length, Size, 2 * Size);
    }

    [Fact]
    public async Task Files_that_are_not_open_for_it_are_refused()
    {
        Assert.Equal(SftpStatusCode.Failure, await _raw.StatusAsync(Copy("none"u8.ToArray(), 0, 0, _to, 0)));
        Assert.Equal(SftpStatusCode.Failure, await _raw.StatusAsync(Copy(_from, 0, 0, "none"u8.ToArray(), 0)));
        Assert.NotEqual(SftpStatusCode.Ok, await _raw.StatusAsync(Copy(_to, 0, 5, _from, 0)));
        Assert.Equal(_content, await File.ReadAllBytesAsync(_directory["from"]));
    }

    [Theory]
    [InlineData(ulong.MaxValue, 1ul, 0ul)]
    [InlineData(0ul, ulong.MaxValue, 0ul)]
    [InlineData(0ul, 1ul, 1ul << 63)]
    public async Task Offsets_that_no_file_reaches_are_refused(ulong start, ulong length, ulong at) =>
        Assert.Equal(SftpStatusCode.BadMessage, await _raw.StatusAsync(RawSftp.Extended("copy-data", new SftpCopyData { ReadHandle = _from, ReadOffset = start, Length = length, WriteHandle = _to, WriteOffset = at })));

    private static byte[] Copy(byte[] from, int start, int length, byte[] to, int at) => RawSftp.Extended(
        "copy-data",
        new SftpCopyData { ReadHandle = from, ReadOffset = (ulong)start, Length = (ulong)length, WriteHandle = to, WriteOffset = (ulong)at });
}
