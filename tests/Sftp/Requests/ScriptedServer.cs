using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;
using Nacre.Sftp;

namespace Nacre.Tests.Sftp.Requests;

/// <summary>A request as it came: its type, its id, and its fields from the id on.</summary>
internal sealed record ScriptedRequest(SftpMessageType Type, uint Id, byte[] Fields)
{
    public SftpRead Read => Message.ReadRecord<SftpRead>(Fields);
}

/// <summary>An SFTP server that answers as a test says, which need not be right.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly Pipe _toServer = new(new PipeOptions(useSynchronizationContext: false));
    private readonly Pipe _toClient = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));

    private ScriptedServer()
    {
    }

    public SftpClient Client { get; private set; } = null!;

    /// <summary>What the client has sent and nobody has read.</summary>
    public PipeReader Unread => _toServer.Reader;

    /// <summary>A server that the client has begun a session with.</summary>
    public static async Task<ScriptedServer> StartAsync(SftpClientOptions? options = null)
    {
        var server = new ScriptedServer();
        Task<SftpClient> starting = SftpClient.StartAsync(server._toClient.Reader, server._toServer.Writer, options: options);
        Assert.Equal(SftpMessageType.Init, (await server.ReceiveAsync())!.Type);
        await server.SendAsync(RawSftp.Encode(new SftpVersion { Version = 3 }));
        server.Client = await starting;
        return server;
    }

    /// <summary>A server whose INIT is never answered.</summary>
    public static Task<SftpClient> StartMute(SftpClientOptions options) => SftpClient.StartAsync(new Pipe().Reader, new Pipe().Writer, options: options);

    /// <summary>A server that answers each request as it comes, with as many messages as it likes.</summary>
    public static async Task<ScriptedServer> StartAsync(Func<ScriptedRequest, IEnumerable<byte[]>> answer, SftpClientOptions? options = null)
    {
        ScriptedServer server = await StartAsync(options);
        _ = server.ServeAsync(answer);
        return server;
    }

    public static byte[] Handle(uint id, string name = "h") => RawSftp.Encode(new SftpHandle { Id = id, Handle = System.Text.Encoding.ASCII.GetBytes(name) });

    public static byte[] Data(uint id, ReadOnlySpan<byte> data) => RawSftp.Encode(new SftpData { Id = id, Data = data });

    public static byte[] Status(uint id, SftpStatusCode code, string text = "") =>
        RawSftp.Encode(new SftpStatus { Id = id, Code = (uint)code, Message = System.Text.Encoding.UTF8.GetBytes(text) });

    public static byte[] Attributes(uint id, SftpAttributes attributes) => RawSftp.Encode(new SftpAttrs { Id = id, Attributes = attributes });

    /// <summary>Answers what every file needs, a regular one of the size; the rest is the test's: READs.</summary>
    public static byte[]? AnswerOfFile(ScriptedRequest request, ulong size) => request.Type switch
    {
        SftpMessageType.Stat or SftpMessageType.LStat or SftpMessageType.FStat => Attributes(request.Id, new SftpAttributes { Permissions = 0x81a4, Size = size }),
        SftpMessageType.Open => Handle(request.Id),
        SftpMessageType.Close => Status(request.Id, SftpStatusCode.Ok),
        _ => null,
    };

    public async Task SendAsync(byte[] bytes) => await _toClient.Writer.WriteAsync(bytes);

    /// <summary>The next request; null when the client has ended.</summary>
    public async Task<ScriptedRequest?> ReceiveAsync()
    {
        while (true)
        {
            ReadResult read = await _toServer.Reader.ReadAsync();
            ReadOnlySequence<byte> rest = read.Buffer;
            if (SftpFrames.TryTake(ref rest, out ReadOnlySequence<byte> message))
            {
                byte[] taken = message.ToArray();
                _toServer.Reader.AdvanceTo(rest.Start);
                return new ScriptedRequest((SftpMessageType)taken[0], BinaryPrimitives.ReadUInt32BigEndian(taken.AsSpan(1)), taken[1..]);
            }

            _toServer.Reader.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted) return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _toClient.Writer.CompleteAsync();
    }

    private async Task ServeAsync(Func<ScriptedRequest, IEnumerable<byte[]>> answer)
    {
        while (await ReceiveAsync() is { } request)
        {
            foreach (byte[] reply in answer(request)) await SendAsync(reply);
        }
    }
}
