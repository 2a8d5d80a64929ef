using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Tests.Keys;

namespace Nacre.Tests.Interop;

/// <summary>
/// Each algorithm of the catalog against stock OpenSSH below authentication: several exchanges and packets of many sizes as the client,
/// one exchange as the server.
/// </summary>
[Trait("Category", "Interop")]
public sealed class StockAlgorithmTests(StockAlgorithmTests.EveryAlgorithm server) : IClassFixture<StockAlgorithmTests.EveryAlgorithm>
{
    private const int Exchanges = 5;
    private const int Requests = 12;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // OpenSSH has it since 9.9.
    private static readonly string[] NotInStock = ["mlkem768x25519-sha256", "webauthn-sk-ecdsa-sha2-nistp256-cert-v01@openssh.com"];

    public static TheoryData<string> KeyExchanges => [.. AlgorithmCatalog.KeyExchanges.Names.Except(NotInStock)];

    public static TheoryData<string> HostKeys => [.. SampleKeys.Rows.Select(row => row.Name)];

    public static TheoryData<string, string> Protections
    {
        get
        {
            var all = new TheoryData<string, string>();
            foreach (CipherAlgorithm cipher in AlgorithmCatalog.Ciphers.Rows) all.Add(cipher.Name, "hmac-sha2-256");
            foreach (MacAlgorithm mac in AlgorithmCatalog.Macs.Rows)
            {
                all.Add("aes128-ctr", mac.Name);
                all.Add("aes256-cbc", mac.Name);
                all.Add("3des-cbc", mac.Name);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(KeyExchanges))]
    public async Task Our_client_exchanges_keys_with_the_stock_server_by(string keyExchange)
    {
        AlgorithmSelection selection = AlgorithmSelection.ClientDefault with { KexAlgorithms = [keyExchange] };
        for (int i = 0; i < Exchanges; i++)
        {
            NegotiatedAlgorithms agreed = await TalkAsync(selection);
            Assert.Equal(keyExchange, agreed.KeyExchange.Name);
        }
    }

    [Theory]
    [MemberData(nameof(HostKeys))]
    public async Task Our_client_verifies_the_stock_server_by(string hostKey)
    {
        NegotiatedAlgorithms agreed = await TalkAsync(AlgorithmSelection.ClientDefault with { HostKeyAlgorithms = [hostKey] });
        Assert.Equal(hostKey, agreed.HostKey.Name);
    }

    [Theory]
    [MemberData(nameof(Protections))]
    public async Task Our_packets_and_those_of_the_stock_server_are_understood_under(string cipher, string mac)
    {
        NegotiatedAlgorithms agreed = await TalkAsync(AlgorithmSelection.ClientDefault with { KexAlgorithms = ["curve25519-sha256"], Ciphers = [cipher], Macs = [mac] });
        Assert.Equal(cipher, agreed.ServerToClient.Cipher.Name);
        Assert.Equal(agreed.ClientToServer.Cipher.IsAead ? null : mac, agreed.ClientToServer.Mac?.Name);
    }

    [Theory]
    [MemberData(nameof(KeyExchanges))]
    public async Task The_stock_client_exchanges_keys_with_our_server_by(string keyExchange) => await ServeAsync(
        AlgorithmSelection.ServerDefault with { KexAlgorithms = [keyExchange] }, $"KexAlgorithms={keyExchange}");

    [Theory]
    [MemberData(nameof(Protections))]
    public async Task The_packets_of_the_stock_client_are_understood_by_our_server_under(string cipher, string mac) => await ServeAsync(
        AlgorithmSelection.ServerDefault with { Ciphers = [cipher], Macs = [mac] }, $"Ciphers={cipher}", $"MACs={mac}");

    /// <summary>Asks the stock server for the service twelve times, with ignored packets of growing size between.</summary>
    private async Task<NegotiatedAlgorithms> TalkAsync(AlgorithmSelection selection)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Sshd.Port);
        var asking = new AskingService(Requests);
        using var transport = new SecureTransport(
            new TransportOptions
            {
                IsClient = true,
                Algorithms = selection,
                Identification = "SSH-2.0-Nacre",
                Pool = new PacketPool(),
                HostKeyJudge = new TrustingJudge(),
            },
            asking.Attach);
        await using var connection = new SshConnection(socket.GetStream(), transport, TimeProvider.System);
        connection.Start();
        await Task.WhenAny(asking.Done, connection.Completion).WaitAsync(Limit);
        if (!asking.Done.IsCompleted) await connection.Completion;
        return transport.Negotiated!;
    }

    /// <summary>Lets the stock client exchange keys with our server and ask for its service, which is a packet under the new keys.</summary>
    private static async Task ServeAsync(AlgorithmSelection selection, params string[] settings)
    {
        PrivateKey hostKey = PrivateKey.GenerateEd25519();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        string[] flags = [.. settings.SelectMany(setting => new[] { "-o", setting })];
        Task<RunResult> client = Run.CleanAsync(
            "ssh",
            [
                "-F", "none", "-p", port.ToString(CultureInfo.InvariantCulture), "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                .. flags, "127.0.0.1", "true",
            ]);
        using TcpClient socket = await listener.AcceptTcpClientAsync().WaitAsync(Limit);
        var answering = new EndingService();
        using var transport = new SecureTransport(
            new TransportOptions
            {
                IsClient = false,
                Algorithms = selection with { HostKeyAlgorithms = ["ssh-ed25519"] },
                Identification = "SSH-2.0-Nacre",
                Pool = new PacketPool(),
                HostKeys = [hostKey],
            },
            answering.Attach);
        await using var connection = new SshConnection(socket.GetStream(), transport, TimeProvider.System);
        connection.Start();
        Assert.Contains("all is well", (await client).Ends(255).Error, StringComparison.Ordinal);
    }

    /// <summary>A stock server that has every algorithm of ours that it can have.</summary>
    public sealed class EveryAlgorithm : IAsyncLifetime
    {
        internal StockSshd Sshd { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Sshd = await StockSshd.StartAsync(
            $"KexAlgorithms {string.Join(',', AlgorithmCatalog.KeyExchanges.Names.Except(NotInStock))}",
            $"Ciphers {string.Join(',', AlgorithmCatalog.Ciphers.Names)}",
            $"MACs {string.Join(',', AlgorithmCatalog.Macs.Names)}",
            $"PubkeyAcceptedAlgorithms {string.Join(',', AlgorithmCatalog.HostKeys.Names.Except(NotInStock))}",
            "Compression delayed",
            $"HostKeyAlgorithms {string.Join(',', AlgorithmCatalog.HostKeys.Names.Except(NotInStock))}");

        public ValueTask DisposeAsync() => Sshd.DisposeAsync();
    }

    /// <summary>Asks for the service again when it is granted, so many times, with something to be ignored before each request.</summary>
    private sealed class AskingService(int requests) : IPacketSink
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private ITransport? _transport;
        private int _granted;

        public Task Done => _done.Task;

        public IPacketSink Attach(ITransport transport)
        {
            _transport = transport;
            Ask();
            return this;
        }

        public ValueTask OnPacketAsync(Packet packet, CancellationToken ct)
        {
            bool isGranted = packet.Number == MessageNumber.ServiceAccept;
            packet.Dispose();
            if (isGranted && ++_granted == requests) _done.TrySetResult();
            else if (isGranted) Ask();
            return ValueTask.CompletedTask;
        }

        public void OnClosed(Exception? error)
        {
        }

        private void Ask()
        {
            for (int size = 0; size < 40; size += 13)
            {
                var ignored = new Ignore { Data = new byte[(_granted * _granted * 200) + size] };
                _transport!.Post(ref ignored);
            }

            var request = new ServiceRequest { ServiceName = "ssh-userauth"u8 };
            _transport!.Post(ref request);
        }
    }

    /// <summary>Ends the connection in a friendly way as soon as the service is asked for.</summary>
    private sealed class EndingService : IPacketSink
    {
        private ITransport? _transport;

        public IPacketSink Attach(ITransport transport)
        {
            _transport = transport;
            return this;
        }

        public ValueTask OnPacketAsync(Packet packet, CancellationToken ct)
        {
            bool isRequest = packet.Number == MessageNumber.ServiceRequest;
            packet.Dispose();
            _transport!.Disconnect(DisconnectReason.ByApplication, isRequest ? "all is well" : "that was no request");
            return ValueTask.CompletedTask;
        }

        public void OnClosed(Exception? error)
        {
        }
    }

    private sealed class TrustingJudge : IHostKeyJudge
    {
        public ValueTask<bool> IsTrustedAsync(PublicKey hostKey, CancellationToken ct) => ValueTask.FromResult(true);
    }
}
