using System.Buffers;
using System.IO.Pipelines;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;
using Nacre.Sftp;

namespace Nacre.Tests.Sftp;

/// <summary>A client that sends an SFTP server whatever bytes a test wants.</summary>
internal sealed class RawSftp
{
    private readonly Pipe _toServer = new();
    private readonly Pipe _toClient = new();

    public RawSftp(IFileSystem files, SftpServerOptions? options = null) => Serving = SftpPair.ServeAsync(new SftpServer(files, options), _toServer.Reader, _toClient.Writer);

    /// <summary>Fails as the server fails.</summary>
    public Task Serving { get; }

    /// <summary>A message as it goes on the wire.</summary>
    public static byte[] Encode<T>(scoped in T message)
        where T : ISftpMessage<T>, allows ref struct
    {
        T copy = message;
        var buffer = new ArrayBufferWriter<byte>();
        SftpFrames.Write(buffer, ref copy);
        return buffer.WrittenSpan.ToArray();
    }

    public async Task BeginAsync()
    {
        await SendAsync(Encode(new SftpInit { Version = 3 }));
        Assert.Equal(SftpMessageType.Version, (SftpMessageType)(await ReceiveAsync())[0]);
    }

    public async Task SendAsync(byte[] bytes) => await _toServer.Writer.WriteAsync(bytes);

    /// <summary>The next message: its type, then its fields.</summary>
    public async Task<byte[]> ReceiveAsync()
    {
        while (true)
        {
            ReadResult read = await _toClient.Reader.ReadAsync();
            ReadOnlySequence<byte> rest = read.Buffer;
            if (SftpFrames.TryTake(ref rest, out ReadOnlySequence<byte> message))
            {
                byte[] taken = message.ToArray();
                _toClient.Reader.AdvanceTo(rest.Start);
                return taken;
            }

            _toClient.Reader.AdvanceTo(rest.Start, rest.End);
            Assert.False(read.IsCompleted, "the server ended without an answer");
        }
    }

    /// <summary>Sends a request and takes the code of the status that answers it.</summary>
    public async Task<SftpStatusCode> StatusAsync(byte[] request)
    {
        await SendAsync(request);
        byte[] reply = await ReceiveAsync();
        Assert.Equal(SftpMessageType.Status, (SftpMessageType)reply[0]);
        return (SftpStatusCode)Message.ReadRecord<SftpStatus>(reply.AsSpan(1)).Code;
    }

    public async Task<byte[]> OpenAsync(string path, SftpOpenFlags flags)
    {
        await SendAsync(Encode(new SftpOpen { Id = 7, Path = FileNameText.Encode(path), Flags = (uint)flags, Attributes = new SftpAttributes() }));
        byte[] reply = await ReceiveAsync();
        Assert.Equal(SftpMessageType.Handle, (SftpMessageType)reply[0]);
        return Message.ReadRecord<SftpHandle>(reply.AsSpan(1)).Handle.ToArray();
    }

    public async Task EndAsync() => await _toServer.Writer.CompleteAsync();
}
