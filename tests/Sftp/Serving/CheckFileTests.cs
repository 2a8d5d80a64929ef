using System.Security.Cryptography;
using System.Text;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;
using Nacre.Sftp;
using Nacre.Sftp.Serving;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Sftp.Serving;

/// <summary>Hashes of files, whole and by blocks (draft-ietf-secsh-filexfer-extensions-00 section 3).</summary>
public sealed class CheckFileTests : IAsyncLifetime, IDisposable
{
    private const int Size = 700_001;

    private readonly TemporaryDirectory _directory = new();
    private readonly RawSftp _raw;
    private readonly byte[] _content;

    public CheckFileTests()
    {
        _content = File.ReadAllBytes(_directory.WriteRandom("file", Size));
        _raw = new RawSftp(new LocalFileSystem(_directory.Path));
    }

    public async ValueTask InitializeAsync() => await _raw.BeginAsync();

    public async ValueTask DisposeAsync()
    {
        await _raw.EndAsync();
        Dispose();
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("sha256", "sha256")]
    [InlineData("sha512", "sha512")]
    [InlineData("md5,sha512,sha256", "sha512")]
    [InlineData("crc32,sha1,sha256,sha512", "sha256")]
    public async Task The_first_hash_of_the_clients_that_is_there_is_used(string asked, string used)
    {
        (string algorithm, byte[] hashes) = await CheckAsync(asked, 0, 0, 0);
        Assert.Equal(used, algorithm);
        Assert.Equal(used == "sha256" ? SHA256.HashData(_content) : SHA512.HashData(_content), hashes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("md5,sha1")]
    [InlineData("SHA256,sha256x,sha25")]
    public async Task Of_hashes_that_are_not_there_none_is_made(string asked) => Assert.Equal(SftpStatusCode.OperationUnsupported, await _raw.StatusAsync(Request(asked, 0, 0, 0)));

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(1, 0, 0)]
    [InlineData(1000, 300_000, 0)]
    [InlineData(0, Size, 0)]
    [InlineData(0, Size + 1, 0)]
    [InlineData(Size, 0, 0)]
    [InlineData(Size + 1, 5, 0)]
    [InlineData(0, 0, 256)]
    [InlineData(7, 0, 100_000)]
    [InlineData(7, 300_000, 100_000)]
    [InlineData(0, 512, 256)]
    [InlineData(0, 0, int.MaxValue)]
    [InlineData(Size, 0, 256)]
    public async Task Each_block_of_the_range_has_its_hash(int start, int length, int block)
    {
        (_, byte[] hashes) = await CheckAsync("sha256", (ulong)start, (ulong)length, (uint)block);
        byte[] range = [.. _content.Skip(start).Take(length == 0 ? int.MaxValue : length)];
        byte[] expected = block == 0 ? SHA256.HashData(range) : [.. range.Chunk(block).SelectMany(SHA256.HashData)];
        Assert.Equal(expected, hashes);
    }

    [Fact]
    public async Task A_handle_is_hashed_as_its_name_is()
    {
        byte[] handle = await _raw.OpenAsync("file", SftpOpenFlags.Read);
        byte[] contents = await _raw.ExtendedReplyAsync(RawSftp.Extended("check-file-handle", new SftpCheckFileHandle { Handle = handle, Algorithms = "sha256"u8, StartOffset = 5, Length = 10 }));
        Assert.Equal(SHA256.HashData(_content.AsSpan(5, 10)), Message.ReadRecord<SftpCheckFileReply>(contents).Hashes);
        Assert.Equal(SftpStatusCode.Failure, await _raw.StatusAsync(RawSftp.Extended("check-file-handle", new SftpCheckFileHandle { Handle = "none"u8, Algorithms = "sha256"u8 })));
    }

    [Theory]
    [InlineData(255u, SftpStatusCode.BadMessage)]
    [InlineData(1u, SftpStatusCode.BadMessage)]
    [InlineData(256u, SftpStatusCode.Ok)]
    public async Task A_block_has_at_least_256_bytes(uint block, SftpStatusCode code) => Assert.Equal(code, await _raw.OutcomeAsync(Request("sha256", 0, 0, block)));

    [Theory]
    [InlineData("sha256", 32, 0, SftpStatusCode.Ok)]
    [InlineData("sha256", 32, 1, SftpStatusCode.Failure)]
    [InlineData("sha512", 64, 0, SftpStatusCode.Ok)]
    [InlineData("sha512", 64, 1, SftpStatusCode.Failure)]
    public async Task An_answer_holds_as_many_hashes_as_a_message_does(string algorithm, int hashSize, int more, SftpStatusCode code)
    {
        int most = CheckFile.MaxHashBytes / hashSize;
        using (FileStream file = File.Create(_directory["file"])) file.SetLength((most * 256L) + more);
        byte[] reply = await _raw.AskAsync(Request(algorithm, 0, 0, 256));
        Assert.InRange(reply.Length, 1, SftpLimits.MaxMessage);
        Assert.Equal(code, await _raw.OutcomeAsync(Request(algorithm, 0, 0, 256)));
    }

    [Fact]
    public async Task A_directory_and_what_is_not_there_are_not_hashed()
    {
        Directory.CreateDirectory(_directory["d"]);
        Assert.Equal(SftpStatusCode.Failure, await _raw.StatusAsync(Request("sha256", 0, 0, 0, "d")));
        Assert.Equal(SftpStatusCode.NoSuchFile, await _raw.StatusAsync(Request("sha256", 0, 0, 0, "none")));
        Assert.Equal(SftpStatusCode.Failure, await _raw.StatusAsync(Request("sha256", 0, 0, 0, "/dev/zero")));
    }

    [Theory]
    [InlineData(1ul << 63, 0ul)]
    [InlineData(0ul, ulong.MaxValue)]
    public async Task An_offset_that_no_file_reaches_is_refused(ulong start, ulong length) => Assert.Equal(SftpStatusCode.BadMessage, await _raw.StatusAsync(Request("sha256", start, length, 0)));

    [Fact]
    public async Task A_range_that_ends_behind_all_numbers_ends_where_the_file_does()
    {
        (_, byte[] hashes) = await CheckAsync("sha256", 1, long.MaxValue, 0);
        Assert.Equal(SHA256.HashData(_content.AsSpan(1)), hashes);
    }

    private static byte[] Request(string algorithms, ulong start, ulong length, uint block, string path = "file") =>
        RawSftp.Extended("check-file-name", new SftpCheckFileName { Path = RawSftp.Utf8(path), Algorithms = RawSftp.Utf8(algorithms), StartOffset = start, Length = length, BlockSize = block });

    private async Task<(string Algorithm, byte[] Hashes)> CheckAsync(string algorithms, ulong start, ulong length, uint block)
    {
        byte[] contents = await _raw.ExtendedReplyAsync(Request(algorithms, start, length, block));
        SftpCheckFileReply reply = Message.ReadRecord<SftpCheckFileReply>(contents);
        return (Encoding.ASCII.GetString(reply.Algorithm), reply.Hashes.ToArray());
    }
}
