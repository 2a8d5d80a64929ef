using System.Security.Cryptography;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Tests.Sftp.Requests;

namespace Nacre.Tests.Sftp;

/// <summary>A remote file as a stream.</summary>
public sealed class SftpFileStreamTests : IAsyncLifetime
{
    private const SftpOpenFlags Both = SftpOpenFlags.Read | SftpOpenFlags.Write | SftpOpenFlags.Create;

    private SftpPair _pair = null!;

    private SftpClient Client => _pair.Client;

    public async ValueTask InitializeAsync() => _pair = await SftpPair.StartAsync(new MemoryFileSystem());

    public ValueTask DisposeAsync() => _pair.DisposeAsync();

    [Theory]
    [InlineData(1, 10_000)]
    [InlineData(4096, 3_000_000)]
    [InlineData(300_000, 3_000_000)]
    public async Task What_is_written_in_pieces_is_read_in_pieces(int piece, int size)
    {
        byte[] content = RandomNumberGenerator.GetBytes(size);
        await using (SftpFileStream target = await Client.OpenStreamAsync("file", Both))
        {
            for (int at = 0; at < size; at += piece) await target.WriteAsync(content.AsMemory(at, Math.Min(piece, size - at)));
            Assert.Equal(size, target.Position);
        }

        await using SftpFileStream source = await Client.OpenStreamAsync("file");
        Assert.Equal(size, await source.LengthAsync());
        byte[] back = new byte[size + 1];
        int read = 0;
        while (await source.ReadAsync(back.AsMemory(read, Math.Min(piece, back.Length - read))) is > 0 and int count) read += count;
        Assert.Equal(size, read);
        Assert.Equal(content, back[..size]);
        Assert.Equal(0, await source.ReadAsync(back));
    }

    [Fact]
    public async Task Seeking_reads_and_writes_elsewhere()
    {
        byte[] content = RandomNumberGenerator.GetBytes(1 << 20);
        await using SftpFileStream stream = await Client.OpenStreamAsync("file", Both);
        await stream.WriteAsync(content);
        var places = new Random(7);
        for (int i = 0; i < 50; i++)
        {
            int at = places.Next(content.Length - 1000);
            stream.Position = at;
            byte[] written = RandomNumberGenerator.GetBytes(100);
            await stream.WriteAsync(written);
            written.CopyTo(content, at);
            stream.Seek(-50, SeekOrigin.Current);
            byte[] read = new byte[500];
            await stream.ReadExactlyAsync(read);
            Assert.Equal(content[(at + 50)..(at + 550)], read);
        }

        stream.Seek(-1, SeekOrigin.End);
        Assert.Equal(content[^1], stream.ReadByte());
        stream.SetLength(10);
        stream.Position = 0;
        Assert.Equal(10, stream.Length);
        Assert.Equal(content[..10], await ReadAllAsync(stream));
    }

    [Fact]
    public async Task The_calls_that_wait_do_the_same()
    {
        SftpFileStream target = await Client.OpenStreamAsync("file", Both);
        Write(target);
        SftpFileStream source = await Client.OpenStreamAsync("file");
        Assert.Equal("text", Read(source));

        static void Write(Stream stream)
        {
            using (stream) stream.Write("text"u8);
        }

        static string Read(Stream stream)
        {
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }
    }

    [Fact]
    public async Task A_write_that_the_server_refused_is_told_when_the_stream_is_flushed_or_closed()
    {
        await using ScriptedServer server = await ScriptedServer.StartAsync(static request =>
            [request.Type == SftpMessageType.Write ? ScriptedServer.Status(request.Id, SftpStatusCode.Failure, "disk full") : ScriptedServer.AnswerOfFile(request, 0)!]);
        SftpFileStream stream = await server.Client.OpenStreamAsync("file", SftpOpenFlags.Write);
        await stream.WriteAsync("text"u8.ToArray());
        Assert.Equal("disk full", (await Assert.ThrowsAsync<SftpException>(() => stream.FlushAsync())).Message);
        await stream.WriteAsync("text"u8.ToArray());
        Assert.Equal("disk full", (await Assert.ThrowsAsync<SftpException>(async () => await stream.DisposeAsync())).Message);
    }

    [Fact]
    public async Task A_stream_does_what_it_was_opened_for()
    {
        await using (SftpFileStream made = await Client.OpenStreamAsync("file", SftpOpenFlags.Write | SftpOpenFlags.Create))
        {
            Assert.Equal((false, true, true), (made.CanRead, made.CanWrite, made.CanSeek));
            await Assert.ThrowsAsync<NotSupportedException>(async () => Assert.Equal(0, await made.ReadAsync(new byte[1])));
        }

        SftpFileStream read = await Client.OpenStreamAsync("file");
        await Assert.ThrowsAsync<NotSupportedException>(async () => await read.WriteAsync(new byte[1]));
        await read.DisposeAsync();
        await read.DisposeAsync();
        Assert.Equal((false, false, false), (read.CanRead, read.CanWrite, read.CanSeek));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => Assert.Equal(0, await read.ReadAsync(new byte[1])));
    }

    [Fact]
    public async Task A_copy_reads_as_far_ahead_as_the_distance_needs()
    {
        const int size = 40 << 20;
        int most = 0, now = 0;
        await using ScriptedServer server = await ScriptedServer.StartAsync(request =>
        {
            if (request.Type != SftpMessageType.Read) return [ScriptedServer.AnswerOfFile(request, size)!];
            SftpRead read = request.Read;
            now = (int)read.Offset;
            most = Math.Max(most, now);
            return [read.Offset >= size ? ScriptedServer.Status(request.Id, SftpStatusCode.Eof) : ScriptedServer.Data(request.Id, new byte[read.Length])];
        });
        Assert.Equal(size, await server.Client.DownloadAsync("file", Stream.Null));
        Assert.InRange(most, size, size + (16 << 20));
    }

    private static async Task<byte[]> ReadAllAsync(Stream stream)
    {
        var all = new MemoryStream();
        await stream.CopyToAsync(all);
        return all.ToArray();
    }
}
