using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Nacre.Client.Dns;
using Nacre.Protocol.Keys;

namespace Nacre.Tests.Client.Dns;

/// <summary>A resolver that asks name servers on loopback, which answer as the tests tell them.</summary>
public sealed class SshfpResolverTests
{
    private static readonly byte[] Fingerprint = [4, 2, 1, 2, 3];

    [Theory]
    [InlineData(true, DnsMessages.AuthenticData, true)]
    [InlineData(true, 0, false)]
    [InlineData(false, DnsMessages.AuthenticData, false)]
    public async Task What_is_authenticated_counts_only_where_the_server_is_trusted(bool isTrusted, int bits, bool isAuthenticated)
    {
        using var server = new NameServer(question => [DnsMessages.Answer(question, (ushort)(DnsMessages.Response | bits), DnsMessages.Record(DnsQuery.SshfpType, Fingerprint))]);
        SshfpAnswer answer = await AskAsync(isTrusted, server);
        Assert.Null(answer.Error);
        Assert.Equal(isAuthenticated, answer.IsAuthenticated);
        SshfpRecord record = Assert.Single(answer.Records);
        Assert.Equal("010203", Convert.ToHexString(record.Fingerprint.Span));
    }

    [Fact]
    public async Task Answers_to_other_questions_are_passed_over()
    {
        using var server = new NameServer(question =>
        {
            byte[] good = DnsMessages.Answer(question, DnsMessages.Response, DnsMessages.Record(DnsQuery.SshfpType, Fingerprint));
            byte[] spoofed = [.. good];
            spoofed[0] ^= 1;
            return [spoofed, [], new byte[600], good];
        });
        Assert.Single((await AskAsync(false, server)).Records);
    }

    [Fact]
    public async Task What_does_not_fit_a_datagram_comes_by_TCP()
    {
        byte[][] records = [.. Enumerable.Range(0, 40).Select(i => DnsMessages.Record(DnsQuery.SshfpType, [4, 2, (byte)i, .. new byte[31]]))];
        using var server = new NameServer(question => [DnsMessages.Answer(question, DnsMessages.Response | DnsMessages.Truncated)])
        {
            ByTcp = question => DnsMessages.Answer(question, DnsMessages.Response, records),
        };
        Assert.Equal(40, (await AskAsync(false, server)).Records.Count);
    }

    [Fact]
    public async Task A_name_that_is_not_there_and_one_without_records_are_told_apart()
    {
        using var none = new NameServer(question => [DnsMessages.Answer(question, DnsMessages.Response | DnsMessages.NoSuchName)]);
        Assert.Same(SshfpAnswer.NoName, await AskAsync(false, none));
        using var empty = new NameServer(question => [DnsMessages.Answer(question, DnsMessages.Response)]);
        Assert.Same(SshfpAnswer.NoData, await AskAsync(false, empty));
    }

    [Fact]
    public async Task A_server_that_fails_or_is_silent_gives_way_to_the_next()
    {
        using var broken = new NameServer(question => [DnsMessages.Answer(question, DnsMessages.Response | DnsMessages.ServerFailure)]);
        using var silent = new NameServer(_ => []);
        using var good = new NameServer(question => [DnsMessages.Answer(question, DnsMessages.Response, DnsMessages.Record(DnsQuery.SshfpType, Fingerprint))]);
        Assert.Single((await AskAsync(false, broken, silent, good)).Records);
        Assert.Same(SshfpAnswer.Failure, await AskAsync(false, broken, silent));
    }

    [Fact]
    public async Task Cancelling_ends_the_wait()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var silent = new NameServer(_ =>
        {
            cancel.Cancel();
            return [];
        });
        var resolver = new SshfpResolver(() => new ResolverConfig { Servers = [silent.EndPoint], Timeout = TimeSpan.FromMinutes(5) });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await resolver.FindAsync("host.example", cancel.Token));
    }

    private static ValueTask<SshfpAnswer> AskAsync(bool isTrusted, params NameServer[] servers)
    {
        var config = new ResolverConfig
        {
            Servers = [.. servers.Select(server => server.EndPoint)],
            Timeout = TimeSpan.FromMilliseconds(300),
            Attempts = 1,
            TrustsAuthentication = isTrusted,
        };
        return new SshfpResolver(() => config).FindAsync("Host.Example", TestContext.Current.CancellationToken);
    }

    private sealed class NameServer : IDisposable
    {
        private readonly Socket _datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly TcpListener _connections;

        public NameServer(Func<byte[], byte[][]> answers)
        {
            _connections = new TcpListener(IPAddress.Loopback, 0);
            _connections.Start();
            EndPoint = (IPEndPoint)_connections.LocalEndpoint;
            _datagrams.Bind(EndPoint);
            _ = AnswerDatagramsAsync(answers);
            _ = AnswerConnectionsAsync();
        }

        public IPEndPoint EndPoint { get; }

        public Func<byte[], byte[]>? ByTcp { get; init; }

        public void Dispose()
        {
            _datagrams.Dispose();
            _connections.Dispose();
        }

        private async Task AnswerDatagramsAsync(Func<byte[], byte[][]> answers)
        {
            byte[] buffer = new byte[512];
            try
            {
                while (true)
                {
                    SocketReceiveFromResult asked = await _datagrams.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                    foreach (byte[] answer in answers(buffer[..asked.ReceivedBytes])) await _datagrams.SendToAsync(answer, asked.RemoteEndPoint);
                }
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task AnswerConnectionsAsync()
        {
            try
            {
                while (true)
                {
                    using TcpClient client = await _connections.AcceptTcpClientAsync();
                    NetworkStream stream = client.GetStream();
                    byte[] length = new byte[2];
                    await stream.ReadExactlyAsync(length);
                    byte[] question = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                    await stream.ReadExactlyAsync(question);
                    byte[] answer = ByTcp!(question);
                    BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)answer.Length);
                    await stream.WriteAsync((byte[])[.. length, .. answer]);
                }
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException)
            {
                // The test is over.
            }
        }
    }
}
