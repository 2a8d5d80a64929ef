using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Security.Cryptography;
using Nacre.Crypto;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Forwarding.X11;

/// <summary>The client's end of X11 forwarding: lets X11 clients at the server through to the display that was lent, and no others.</summary>
/// <remarks>
/// RFC 4254 6.3.1: "It is RECOMMENDED that the 'x11 authentication cookie' that is sent be a fake, random cookie, and that the cookie be checked and
/// replaced by the real cookie when a connection request is received."
/// </remarks>
internal sealed class X11Loan(TimeProvider time, Action<string>? warn) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<X11Grant> _grants = [];
    private int _hasWarned;

    /// <summary>Makes the false cookie for a display; the same again for the same display, however many sessions have it.</summary>
    public X11Grant Lend(X11Forwarding forwarding)
    {
        lock (_lock)
        {
            if (_grants.Find(known => known.Forwarding == forwarding && !forwarding.IsSingleConnection) is { } granted) return granted;
            var falseCookie = new Secret(forwarding.Cookie.Length);
            SystemRandom.Instance.Fill(falseCookie.Span);
            var grant = new X11Grant(forwarding, falseCookie, time.GetTimestamp());
            _grants.Add(grant);
            return grant;
        }
    }

    /// <summary>Answers an x11 channel: only while there is a display for it.</summary>
    public ChannelAnswer Answer(ChannelOffer offer)
    {
        offer.Read<X11Open>();
        bool isLent;
        lock (_lock)
        {
            isLent = _grants.Count > 0;
            if (_grants.Exists(grant => !grant.IsOver(time))) return ChannelAnswer.Accept(new Service(this));
        }

        if (!isLent) Warn("Warning: ssh server tried X11 forwarding.\nWarning: this is probably a break-in attempt by a malicious server.");
        else Warn("Rejected X11 connection after ForwardX11Timeout expired");
        return ChannelAnswer.Refuse(OpenFailureReason.AdministrativelyProhibited, "open failed");
    }

    /// <summary>The connection is over: nobody is let through any more, and the cookies are wiped.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (X11Grant grant in _grants) grant.Dispose();
            _grants.Clear();
        }
    }

    // Once: a server must not be able to fill the user's screen.
    private void Warn(string message)
    {
        if (Interlocked.Exchange(ref _hasWarned, 1) == 0) warn?.Invoke(message);
    }

    private async Task ServeAsync(Channel channel)
    {
        try
        {
            byte[] setup = new byte[X11Setup.MaxLength];
            int length = await ReadSetupAsync(channel.Input, setup).ConfigureAwait(false);
            if (Authorize(setup.AsSpan(0, length)) is not { } grant)
            {
                Warn("X11 connection rejected because of wrong authentication.");
                return;
            }

            Socket socket = await grant.Forwarding.Display.ConnectAsync(channel.Multiplexer.Ended).ConfigureAwait(false);
            await SendAsync(socket, setup.AsMemory(0, length)).ConfigureAwait(false);
            CryptographicOperations.ZeroMemory(setup);
            await SocketRelay.RunAsync(channel, socket).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or SshException or OperationCanceledException or InvalidOperationException)
        {
            // The display or the client has gone; the channel's end tells the other.
        }
        finally
        {
            await channel.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Takes the client's first message; 0 for one that is none.</summary>
    private static async ValueTask<int> ReadSetupAsync(PipeReader input, byte[] setup)
    {
        while (true)
        {
            ReadResult read = await input.ReadAsync().ConfigureAwait(false);
            int seen = (int)Math.Min(read.Buffer.Length, setup.Length);
            read.Buffer.Slice(0, seen).CopyTo(setup);
            OperationStatus status = X11Setup.Parse(setup.AsSpan(0, seen), out X11Setup parsed);
            if (status != OperationStatus.NeedMoreData)
            {
                input.AdvanceTo(read.Buffer.GetPosition(parsed.Length));
                return parsed.Length;
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted) throw new SshException("An X11 client left before it said who it is.");
        }
    }

    /// <summary>Finds the display that a client may have by the cookie that it shows, and puts the true one in its place.</summary>
    private X11Grant? Authorize(Span<byte> message)
    {
        if (X11Setup.Parse(message, out X11Setup setup) != OperationStatus.Done) return null;
        Span<byte> cookie = message[setup.Cookie];
        lock (_lock)
        {
            foreach (X11Grant grant in _grants)
            {
                if (!grant.Fits(message[setup.Protocol], cookie)) continue;
                if (grant.IsOver(time) || !grant.TryUse()) return null;
                grant.Replace(cookie);
                return grant;
            }
        }

        return null;
    }

    private static async ValueTask SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None).ConfigureAwait(false)..];
    }

    private sealed class Service(X11Loan loan) : IChannelService
    {
        public void OnOpened(Channel channel) => _ = loan.ServeAsync(channel);

        public ValueTask<bool> AnswerRequestAsync(Channel channel, IncomingRequest request, CancellationToken ct) => ValueTask.FromResult(false);

        public void OnClosed(Channel channel, Exception? error)
        {
        }
    }
}
