using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Pair;

/// <summary>Both ends of a transport in memory, moved by hand: nothing happens but what the test asks for.</summary>
internal sealed class TransportPair : IDisposable
{
    private static readonly PrivateKey SharedHostKey = PrivateKey.GenerateEd25519();

    private readonly byte[] _buffer = new byte[PacketLimits.MaxPacketLength + (64 * 1024)];

    public TransportPair(AlgorithmSelection? client = null, AlgorithmSelection? server = null, ISigner? hostKey = null, RekeyPolicy? rekey = null, bool sendsGuess = true)
    {
        hostKey ??= SharedHostKey;
        ClientService = new RecordingService();
        ServerService = new RecordingService();
        Client = new SecureTransport(
            new TransportOptions
            {
                IsClient = true,
                Algorithms = client ?? AlgorithmSelection.ClientDefault,
                Identification = "SSH-2.0-Client",
                Pool = Pool,
                HostKeyJudge = Judge,
                Rekey = rekey ?? RekeyPolicy.Default,
                SendsGuess = sendsGuess,
            },
            transport => ClientService.Attach(transport));
        server ??= AlgorithmSelection.ServerDefault;
        Server = new SecureTransport(
            new TransportOptions
            {
                IsClient = false,
                Algorithms = server with { HostKeyAlgorithms = [.. server.HostKeyAlgorithms.Where(hostKey.PublicKey.Supports)] },
                Identification = "SSH-2.0-Server",
                Pool = Pool,
                HostKeys = [hostKey],
                KeepsKeys = true,
                Rekey = rekey ?? RekeyPolicy.Default,
                UserSignatureAlgorithms = ["ssh-ed25519", "rsa-sha2-512"],
            },
            transport => ServerService.Attach(transport));
    }

    public PacketPool Pool { get; } = new();

    public SecureTransport Client { get; }

    public SecureTransport Server { get; private set; }

    public RecordingService ClientService { get; }

    public RecordingService ServerService { get; }

    public RecordingJudge Judge { get; } = new();

    /// <summary>What one end sent and the other has not read, by direction.</summary>
    public List<byte> ToServer { get; } = [];

    /// <summary>What one end sent and the other has not read, by direction.</summary>
    public List<byte> ToClient { get; } = [];

    /// <summary>How often bytes went from one side to the other while <see cref="RunAsync"/> moved them.</summary>
    public int Flights { get; private set; }

    /// <summary>Starts both ends and moves bytes until neither has any.</summary>
    public async Task StartAsync()
    {
        Client.Start();
        Server.Start();
        await RunAsync();
    }

    /// <summary>Moves bytes to and fro until neither end has any to send.</summary>
    public async Task RunAsync()
    {
        while (true)
        {
            int moved = Take(Client, ToServer) + Take(Server, ToClient);
            if (moved == 0) return;
            Flights++;
            await DeliverAsync(Server, ToServer);
            await DeliverAsync(Client, ToClient);
        }
    }

    /// <summary>Seals what an end has to send into a list of bytes.</summary>
    public int Take(SecureTransport from, List<byte> into)
    {
        int total = 0;
        while (from.Fill(_buffer) is > 0 and int length)
        {
            into.AddRange(_buffer.AsSpan(0, length));
            total += length;
        }

        return total;
    }

    /// <summary>Gives an end the bytes; what it does not take stays in the list.</summary>
    public static async Task DeliverAsync(SecureTransport to, List<byte> from)
    {
        if (from.Count == 0) return;
        int used = await to.ReceiveAsync(from.ToArray(), CancellationToken.None);
        from.RemoveRange(0, used);
    }

    /// <summary>Goes through service and authentication in name only, so that connection messages may pass.</summary>
    public void Authenticate()
    {
        Client.EnterAuthentication();
        Server.EnterAuthentication();
        Client.EnterConnection(ClientService);
        Server.EnterConnection(ServerService);
    }

    /// <summary>The server says that the user is in and the client hears it, so that both may speak the connection protocol.</summary>
    public async Task SucceedAsync()
    {
        Client.EnterAuthentication();
        Server.EnterAuthentication();
        var success = default(UserauthSuccess);
        Server.Post(ref success);
        Take(Server, ToClient);
        await DeliverAsync(Client, ToClient);
        Client.EnterConnection(ClientService);
    }

    /// <summary>Freezes the server, which has read so many of the bytes that are on their way to it, and goes on with another one from its snapshot.</summary>
    public void ResumeServer(int read)
    {
        Server.Freeze();
        Take(Server, ToClient);
        using TransportSnapshot left = Server.Snapshot([.. ToServer.Take(read)]);
        Server.Dispose();
        using TransportSnapshot arrived = TransportSnapshot.Read(left.Bytes.Span);
        Assert.Equal(ToServer.Take(read), arrived.Fields.Unprocessed.ToArray());
        Server = new SecureTransport(Server.Options, arrived, transport => ServerService.Attach(transport));
        Server.Start();
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }

    /// <summary>A service that keeps copies of what came.</summary>
    internal sealed class RecordingService : IPacketSink
    {
        public List<byte[]> Received { get; } = [];

        public ITransport? Transport { get; private set; }

        public Exception? ClosedWith { get; private set; }

        public int TimesClosed { get; private set; }

        public RecordingService Attach(ITransport transport)
        {
            Transport = transport;
            return this;
        }

        public ValueTask OnPacketAsync(Packet packet, CancellationToken ct)
        {
            Received.Add(packet.Payload.ToArray());
            packet.Dispose();
            return ValueTask.CompletedTask;
        }

        public void OnClosed(Exception? error) => (ClosedWith, TimesClosed) = (error, TimesClosed + 1);
    }

    /// <summary>A judge that says what it is told to and counts.</summary>
    internal sealed class RecordingJudge : IHostKeyJudge
    {
        public bool Verdict { get; set; } = true;

        public List<string> Judged { get; } = [];

        public ValueTask<bool> IsTrustedAsync(PublicKey hostKey, CancellationToken ct)
        {
            Judged.Add(hostKey.Fingerprint);
            return ValueTask.FromResult(Verdict);
        }
    }
}
