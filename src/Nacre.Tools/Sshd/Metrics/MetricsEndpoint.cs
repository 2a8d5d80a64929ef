using System.Net.Sockets;
using System.Text;
using Nacre.Config.Values;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.Sshd.Metrics;

/// <summary>Answers GET /metrics on a loopback address or a Unix socket (MetricsListen), and nothing else.</summary>
internal sealed class MetricsEndpoint : IDisposable
{
    /// <summary>A longer request is none that asks for figures.</summary>
    public const int MaxRequest = 8 * 1024;

    /// <summary>More at once are not answered.</summary>
    private const int MaxClients = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _listening;
    private readonly Func<string> _figures;
    private readonly MetricsPlace _place;
    private readonly CancellationTokenSource _stop = new();
    private int _clients;

    private MetricsEndpoint(Socket listening, MetricsPlace place, Func<string> figures) => (_listening, _place, _figures) = (listening, place, figures);

    /// <summary>Answers from now on; null where no place is named, or it cannot be had, which has then been logged.</summary>
    public static MetricsEndpoint? TryOpen(MetricsPlace? place, Func<string> figures, SshdLog log)
    {
        if (place is null) return null;
        var socket = new Socket(place.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (place.Path is { } path && Unix.FileStatus.TryOfPath(path, out Unix.FileStatus left) && left.IsSocket) File.Delete(path);
            socket.Bind(place.EndPoint);
            if (place.Path is not null) File.SetUnixFileMode(place.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(MaxClients);
            var endpoint = new MetricsEndpoint(socket, place, figures);
            _ = endpoint.AcceptAsync();
            return endpoint;
        }
        catch (Exception error) when (error is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            log.Error($"Cannot listen for metrics on {Printable.Escape(place.ToString())}: {error.Message}");
            return null;
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listening.Dispose();
        if (_place.Path is { } path) File.Delete(path);
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket client = await _listening.AcceptAsync(_stop.Token).ConfigureAwait(false);
                if (Volatile.Read(ref _clients) >= MaxClients) client.Dispose();
                else _ = ServeAsync(client);
            }
            catch (SocketException) when (!_stop.IsCancellationRequested)
            {
                // Out of descriptors, most likely: logins come first.
                await Task.Delay(AcceptPause).ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        Interlocked.Increment(ref _clients);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        patience.CancelAfter(Patience);
        try
        {
            using (client)
            {
                await AnswerAsync(client, patience.Token).ConfigureAwait(false);
                client.Shutdown(SocketShutdown.Send);

                // Closing on what has not been read would take the answer away from whoever is still sending.
                byte[] rest = new byte[MaxRequest];
                for (int read = 1, left = 8; read > 0 && left > 0; left--) read = await client.ReceiveAsync(rest, patience.Token).ConfigureAwait(false);
            }
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
