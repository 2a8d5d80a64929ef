using System.Buffers;
using System.IO.Pipelines;
using System.Text;
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

    /// <summary>The bytes of a message, its length first.</summary>
    public static byte[] Encode<T>(scoped in T message)
        where T : ISftpMessage<T>, allows ref struct
    {
        T copy = message;
        var buffer = new ArrayBufferWriter<byte>();
        SftpFrames.Write(buffer, ref copy);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The bytes of an extended request.</summary>
    public static byte[] Extended<T>(string name, scoped in T record, uint id = 1)
        where T : IRecord<T>, allows ref struct
    {
        T copy = record;
        return Encode(new SftpExtended { Id = id, Name = Encoding.ASCII.GetBytes(name), Contents = Message.WriteRecord(ref copy) });
    }

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Begins the session, and returns the extensions that the server tells of.</summary>
    public async Task<Dictionary<string, string>> BeginAsync()
    {
        await SendAsync(Encode(new SftpInit { Version = 3 }));
        byte[] reply = await ReceiveAsync();
        Assert.Equal(SftpMessageType.Version, (SftpMessageType)reply[0]);
        return Extensions(reply);
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

    /// <summary>Sends a request and takes the message that answers it.</summary>
    public async Task<byte[]> AskAsync(byte[] request)
    {
        await SendAsync(request);
        return await ReceiveAsync();
    }

    /// <summary>Sends a request and takes the code of the status that answers it.</summary>
    public async Task<SftpStatusCode> StatusAsync(byte[] request) => CodeOf(await AskAsync(request));

    /// <summary>The code of an answer: of another message than a status, OK.</summary>
    public async Task<SftpStatusCode> OutcomeAsync(byte[] request)
    {
        byte[] reply = await AskAsync(request);
        return reply[0] == (byte)SftpMessageType.Status ? CodeOf(reply) : SftpStatusCode.Ok;
    }

    /// <summary>Sends an extended request and takes what answers it.</summary>
    public async Task<byte[]> ExtendedReplyAsync(byte[] request)
    {
        byte[] reply = await AskAsync(request);
        Assert.Equal(SftpMessageType.ExtendedReply, (SftpMessageType)reply[0]);
        return Message.ReadRecord<SftpExtendedReply>(reply.AsSpan(1)).Contents.ToArray();
    }

    /// <summary>Sends a request that is answered with one name.</summary>
    public async Task<string> NameAsync(byte[] request)
    {
        byte[] reply = await AskAsync(request);
        Assert.Equal(SftpMessageType.Name, (SftpMessageType)reply[0]);
        SftpName names = Message.ReadRecord<SftpName>(reply.AsSpan(1));
        Assert.Equal(1u, names.Count);
        return FileNameText.Decode(Message.ReadRecord<SftpNameEntry>(names.Entries).FileName);
    }

    public async Task<byte[]> OpenAsync(string path, SftpOpenFlags flags) =>
        await HandleAsync(Encode(new SftpOpen { Id = 7, Path = Utf8(path), Flags = (uint)flags, Attributes = new SftpAttributes() }));

    public async Task<byte[]> HandleAsync(byte[] request)
    {
        byte[] reply = await AskAsync(request);
        Assert.Equal(SftpMessageType.Handle, (SftpMessageType)reply[0]);
        return Message.ReadRecord<SftpHandle>(reply.AsSpan(1)).Handle.ToArray();
    }

    /// <summary>Ends the input; the server is done when it has ended.</summary>
    public async Task EndAsync()
    {
        await _toServer.Writer.CompleteAsync();
        await Serving;
    }

    /// <summary>The violation that the session ends with.</summary>
    public async Task<Violation> ViolationAsync() => (await Assert.ThrowsAsync<SshViolationException>(() => Serving.WaitAsync(TimeSpan.FromSeconds(30)))).Violation;

    private static SftpStatusCode CodeOf(byte[] reply)
    {
        Assert.Equal(SftpMessageType.Status, (SftpMessageType)reply[0]);
        return (SftpStatusCode)Message.ReadRecord<SftpStatus>(reply.AsSpan(1)).Code;
    }

    private static Dictionary<string, string> Extensions(byte[] reply)
    {
        var extensions = new Dictionary<string, string>();
        var reader = new FieldReader(Message.ReadRecord<SftpVersion>(reply.AsSpan(1)).Extensions);
        while (reader.Remaining > 0)
        {
            var pair = default(SftpExtensionPair);
            SftpExtensionPair.Fields(ref reader, ref pair);
            extensions.Add(Encoding.ASCII.GetString(pair.Name), Encoding.ASCII.GetString(pair.Value));
        }

        return extensions;
    }
}
