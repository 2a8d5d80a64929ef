using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Nacre.Crypto;
using Nacre.Unix;

namespace Nacre.Client.Dns;

/// <summary>Asks the name servers of this machine for SSHFP records: by datagram, and by TCP where one does not hold the answer.</summary>
/// <remarks>
/// The base library resolves addresses only. This is a stub resolver: it authenticates nothing itself, and takes a resolver's word that it has done so only
/// where resolv.conf says trust-ad, as the C library does.
/// </remarks>
internal sealed class SshfpResolver(Func<ResolverConfig> configuration) : ISshfpSource
{
    /// <summary>Answers that are not to the question are passed over, this many.</summary>
    private const int MaxStrayAnswers = 64;

    public static SshfpResolver OfSystem { get; } = new(ResolverConfig.OfSystem);

    public async ValueTask<SshfpAnswer> FindAsync(string host, CancellationToken ct)
    {
        ResolverConfig config = configuration();
        for (int attempt = 0; attempt < config.Attempts; attempt++)
        {
            foreach (IPEndPoint server in config.Servers)
            {
                ushort id = BinaryPrimitives.ReadUInt16BigEndian(SystemRandom.Instance.Bytes(2));
                if (DnsQuery.TryCompose(host, id, config.TrustsAuthentication) is not { } query) return SshfpAnswer.NoName;
                if (await TryAskAsync(server, query, config.Timeout, ct).ConfigureAwait(false) is not { } answer) continue;
                if (answer.Code == DnsAnswer.NoSuchName) return SshfpAnswer.NoName;
                if (answer.Code != 0) continue;
                return answer.Records.Count == 0 ? SshfpAnswer.NoData : new SshfpAnswer(answer.Records, answer.IsAuthenticated && config.TrustsAuthentication, null);
            }
        }

        return SshfpAnswer.Failure;
    }

    /// <summary>Asks one server; null when it gives no answer in time.</summary>
    private static async Task<DnsAnswer?> TryAskAsync(IPEndPoint server, DnsQuery query, TimeSpan timeout, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(timeout);
        try
        {
            DnsAnswer? answer = await AskByDatagramAsync(server, query, limit.Token).ConfigureAwait(false);
            await PoolThread.EnterAsync();
            if (answer is not { IsTruncated: true }) return answer;
            answer = await AskByTcpAsync(server, query, limit.Token).ConfigureAwait(false);
            await PoolThread.EnterAsync();
            return answer is { IsTruncated: true } ? null : answer;
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<DnsAnswer?> AskByDatagramAsync(IPEndPoint server, DnsQuery query, CancellationToken ct)
    {
        // A connected socket has a port of its own and hears nobody but the server.
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, ct).ConfigureAwait(false);
        await socket.SendAsync(query.Bytes, ct).ConfigureAwait(false);
        byte[] buffer = new byte[DnsAnswer.MaxDatagram];
        for (int i = 0; i < MaxStrayAnswers; i++)
        {
            int length = await socket.ReceiveAsync(buffer, ct).ConfigureAwait(false);
            if (DnsAnswer.TryRead(buffer.AsSpan(0, length), query, out DnsAnswer? answer)) return answer;
        }

        return null;
    }

    // RFC 1035 4.2.2: by TCP each message has its length in two bytes before it.
    private static async Task<DnsAnswer?> AskByTcpAsync(IPEndPoint server, DnsQuery query, CancellationToken ct)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, ct).ConfigureAwait(false);
        var stream = new NetworkStream(socket, ownsSocket: false);
        await using (stream.ConfigureAwait(false))
        {
            byte[] length = new byte[2];
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)query.Bytes.Length);
            await stream.WriteAsync((byte[])[.. length, .. query.Bytes.Span], ct).ConfigureAwait(false);
            await stream.ReadExactlyAsync(length, ct).ConfigureAwait(false);
            byte[] message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
            await stream.ReadExactlyAsync(message, ct).ConfigureAwait(false);
            return DnsAnswer.TryRead(message, query, out DnsAnswer? answer) ? answer : null;
        }
    }
}
