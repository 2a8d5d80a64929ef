using System.Net.Sockets;
using System.Text;
using Nacre.Config.Values;
using Nacre.Forwarding;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Metrics;

/// <summary>Answers GET /metrics on a loopback address or a Unix socket (MetricsListen), and nothing else.</summary>
internal sealed class MetricsEndpoint : IAsyncDisposable
{
    /// <summary>A longer request is none that asks for figures.</summary>
    public const int MaxRequest = 8 * 1024;

    /// <summary>More at once are not answered.</summary>
    private const int MaxClients = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Func<string> _figures;
    private readonly SshdLog _log;
    private readonly CancellationTokenSource _stop = new();
    private MetricsPlace? _place;
    private Listener? _listener;
    private int _clients;

    /// <param name="figures">The figures, as they are now.</param>
    /// <param name="log">Hears where they cannot be asked for.</param>
    public MetricsEndpoint(Func<string> figures, SshdLog log) => (_figures, _log) = (figures, log);

    /// <summary>Answers at a place from now on, and at no other; nowhere when it is null, or cannot be had, which is then logged.</summary>
    public async Task ListenAsync(MetricsPlace? place)
    {
        if (place == _place && (place is null || _listener is not null)) return;
        if (_listener is not null) await _listener.DisposeAsync().ConfigureAwait(false);
        (_place, _listener) = (place, null);
        if (place is null) return;
        try
        {
            // What a server that crashed has left; anything else that is there stays.
            bool isLeft = place.Path is { } path && FileStatus.TryOfLink(path, out FileStatus left) && left.IsSocket;
            _listener = await Listener.StartAsync(place.SocketEndpoint, ForwardOptions.Default with { ReplacesSocket = isLeft }, rights: null, ServeAsync, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or UnixException)
        {
            _log.Error($"Cannot listen for metrics on {Printable.Escape(place.ToString())}: {error.Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await ListenAsync(null).ConfigureAwait(false);
    }

    private async Task ServeAsync(Socket client)
    {
        using Socket taken = client;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        patience.CancelAfter(Patience);
        try
        {
            if (Interlocked.Increment(ref _clients) > MaxClients) return;
            await AnswerAsync(client, patience.Token).ConfigureAwait(false);
            client.Shutdown(SocketShutdown.Send);

            // Closing on what has not been read would take the answer away from whoever is still sending.
            byte[] rest = new byte[MaxRequest];
            for (int read = 1, left = 8; read > 0 && left > 0; left--) read = await client.ReceiveAsync(rest, patience.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It did not wait, or kept us waiting.
        }
        finally
        {
            Interlocked.Decrement(ref _clients);
        }
    }

    private async Task AnswerAsync(Socket client, CancellationToken ct)
    {
        byte[] request = new byte[MaxRequest];
        int length = 0;
        while (request.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            if (length == MaxRequest)
            {
                await SendAsync(client, "431 Request Header Fields Too Large", "", false, ct).ConfigureAwait(false);
                return;
            }

            int read = await client.ReceiveAsync(request.AsMemory(length), ct).ConfigureAwait(false);
            if (read == 0) return;
            length += read;
        }

        string[] words = Encoding.Latin1.GetString(request, 0, request.AsSpan(0, length).IndexOf("\r\n"u8)).Split(' ');
        bool isHttp = words.Length == 3 && words[2] is "HTTP/1.0" or "HTTP/1.1";
        bool isHead = words[0] == "HEAD";
        string status = !isHttp ? "400 Bad Request" : words[0] is not ("GET" or "HEAD") ? "405 Method Not Allowed" : words[1] != "/metrics" ? "404 Not Found" : "200 OK";
        await SendAsync(client, status, status == "200 OK" ? _figures() : "", isHead, ct).ConfigureAwait(false);
    }

    // RFC 9110 9.3.2: HEAD is answered as GET, "except that the server MUST NOT send content".
    private static async Task SendAsync(Socket client, string status, string body, bool isHead, CancellationToken ct)
    {
        byte[] content = Encoding.UTF8.GetBytes(body);
        string head = $"HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {content.Length}\r\nConnection: close\r\n\r\n";
        byte[] answer = [.. Encoding.ASCII.GetBytes(head), .. isHead ? [] : content];
        for (int sent = 0; sent < answer.Length;) sent += await client.SendAsync(answer.AsMemory(sent), ct).ConfigureAwait(false);
    }
}
