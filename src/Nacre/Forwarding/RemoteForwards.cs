using System.Text;
using Nacre.Client;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Forwarding;

/// <summary>What this client asked its server to listen on (RFC 4254 7.1, PROTOCOL 2.4), and the connections that come from there.</summary>
internal sealed class RemoteForwards
{
    private readonly Lock _lock = new();
    private readonly List<RemoteForward> _forwards = [];

    /// <summary>Set once, when the connection protocol begins.</summary>
    public Multiplexer? Multiplexer { get; set; }

    /// <summary>False where nobody answers: what is asked for is taken as granted, and what can only be told by an answer cannot be asked for.</summary>
    public bool HasReplies { get; init; } = true;

    /// <summary>Asks the server to listen. The forward is known before the reader goes on, so the first connection finds it.</summary>
    public Task<RemoteForward> StartAsync(SocketEndpoint listen, SocketEndpoint? target, ForwardOptions options, CancellationToken ct) =>
        StartAsync(listen, answer => Add(answer, listen, listening => new RemoteForward(this, listening, target, options)), ct);

    /// <summary>The same for another process, to which the channels of the connections are passed on.</summary>
    public Task<RemoteForward> StartAsync(SocketEndpoint listen, ChannelAnswerer pass, CancellationToken ct) =>
        StartAsync(listen, answer => Add(answer, listen, listening => new RemoteForward(this, listening, target: null, ForwardOptions.Default) { Pass = pass }), ct);

    private async Task<RemoteForward> StartAsync(SocketEndpoint listen, Func<GlobalAnswer, RemoteForward?> add, CancellationToken ct)
    {
        if (!HasReplies) return Announce(listen, add);
        var reply = new ForwardReply(add);
        try
        {
            GlobalAnswer result = await AskAsync(listen, reply, ct).ConfigureAwait(false);
            if (result.IsSuccess && reply.Forward is { } forward) return forward;
            throw new SshException($"remote port forwarding failed for listen {(listen.Path is null ? "port " + listen.Port : "path " + listen.Path)}");
        }
        catch (OperationCanceledException)
        {
            _ = StopWhenStartedAsync(reply);
            throw;
        }
    }

    /// <summary>Answers a forwarded-tcpip: only for what was asked for.</summary>
    public ValueTask<ChannelAnswer> AnswerTcpAsync(ChannelOffer offer, CancellationToken ct)
    {
        ForwardedTcpIpOpen open = offer.Read<ForwardedTcpIpOpen>();
        return AnswerAsync(FindTcp(Encoding.UTF8.GetString(open.Address), (int)open.Port), offer, ct);
    }

    /// <summary>Answers a forwarded-streamlocal: only for what was asked for.</summary>
    public ValueTask<ChannelAnswer> AnswerStreamLocalAsync(ChannelOffer offer, CancellationToken ct)
    {
        string path = Encoding.UTF8.GetString(offer.Read<ForwardedStreamLocalOpen>().SocketPath);
        RemoteForward? found;
        lock (_lock) found = _forwards.Find(forward => forward.Listening.Path == path);
        return AnswerAsync(found, offer, ct);
    }

    /// <summary>Tells the server to listen no more; false when it knows of no such listener, or the connection is over.</summary>
    public async Task<bool> CancelAsync(RemoteForward forward)
    {
        lock (_lock) _forwards.Remove(forward);
        if (!HasReplies)
        {
            var ended = new CancelTcpIpForwardRequest { Address = Encoding.UTF8.GetBytes(forward.Listening.Tcp.Host), Port = (uint)forward.Listening.Port };
            Multiplexer!.Notify(ref ended);
            return true;
        }

        try
        {
            return (await AskToCancelAsync(forward.Listening).ConfigureAwait(false)).IsSuccess;
        }
        catch (Exception error) when (error is SshException or OperationCanceledException)
        {
            // The connection is over, and the server's listener with it.
            return false;
        }
    }

    private static ValueTask<ChannelAnswer> AnswerAsync(RemoteForward? forward, ChannelOffer offer, CancellationToken ct) => forward switch
    {
        null => ValueTask.FromResult(ChannelAnswer.Refuse(OpenFailureReason.AdministrativelyProhibited, "open failed")),
        { Pass: { } pass } => pass(offer, ct),
        _ => ValueTask.FromResult(ChannelAnswer.Accept(new ForwardService(forward))),
    };

    // Nobody waits for the answer any more, and nobody would stop the forward.
    private static async Task StopWhenStartedAsync(ForwardReply reply)
    {
        await ((Task)reply.Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reply.Forward is { } forward) await forward.DisposeAsync().ConfigureAwait(false);
    }

    private RemoteForward Announce(SocketEndpoint listen, Func<GlobalAnswer, RemoteForward?> add)
    {
        if (listen.Path is not null || listen.Port == 0) throw new SshException("the master answers no requests, so that only a port that is known can be forwarded over it; use -O forward");
        RemoteForward forward = add(GlobalAnswer.Success())!;
        var tcp = new TcpIpForwardRequest { Address = Encoding.UTF8.GetBytes(listen.Tcp.Host), Port = (uint)listen.Port };
        Multiplexer!.Notify(ref tcp);
        return forward;
    }

    private Task<GlobalAnswer> AskAsync(SocketEndpoint listen, ForwardReply reply, CancellationToken ct)
    {
        if (listen.Path is { } path)
        {
            var streamLocal = new StreamLocalForwardRequest { SocketPath = Encoding.UTF8.GetBytes(path) };
            return Multiplexer!.RequestAsync(ref streamLocal, reply, ct);
        }

        var tcp = new TcpIpForwardRequest { Address = Encoding.UTF8.GetBytes(listen.Tcp.Host), Port = (uint)listen.Port };
        return Multiplexer!.RequestAsync(ref tcp, reply, ct);
    }

    private Task<GlobalAnswer> AskToCancelAsync(SocketEndpoint listening)
    {
        if (listening.Path is { } path)
        {
            var streamLocal = new CancelStreamLocalForwardRequest { SocketPath = Encoding.UTF8.GetBytes(path) };
            return Multiplexer!.RequestAsync(ref streamLocal, Multiplexer.Ended);
        }

        var tcp = new CancelTcpIpForwardRequest { Address = Encoding.UTF8.GetBytes(listening.Tcp.Host), Port = (uint)listening.Port };
        return Multiplexer!.RequestAsync(ref tcp, Multiplexer.Ended);
    }

    private RemoteForward? Add(GlobalAnswer answer, SocketEndpoint listen, Func<SocketEndpoint, RemoteForward> create)
    {
        if (!answer.IsSuccess) return null;
        bool isPortChosen = listen.Path is null && listen.Port == 0;
        SocketEndpoint listening = isPortChosen ? listen.Tcp with { Port = (int)Message.ReadRecord<TcpIpForwardReply>(answer.Fields.Span).Port } : listen;
        RemoteForward forward = create(listening);
        lock (_lock) _forwards.Add(forward);
        return forward;
    }

    // The address comes back as it was asked for (RFC 4254 7.2); a server may have its own word for all of them, so the port decides alone then.
    private RemoteForward? FindTcp(string address, int port)
    {
        lock (_lock)
        {
            return _forwards.Find(forward => IsAtPort(forward) && forward.Listening.Tcp.Host == address) ?? _forwards.Find(IsAtPort);
        }

        bool IsAtPort(RemoteForward forward) => forward.Listening.Path is null && forward.Listening.Port == port;
    }

    /// <summary>Enters the forward while the reader stands at the reply: the next packet may be the first connection.</summary>
    private sealed class ForwardReply(Func<GlobalAnswer, RemoteForward?> add) : PendingReply
    {
        public RemoteForward? Forward { get; private set; }

        public override void OnReply(bool isSuccess, ReadOnlySpan<byte> fields)
        {
            Forward = add(isSuccess ? GlobalAnswer.Success(fields.ToArray()) : GlobalAnswer.Failure);
            base.OnReply(isSuccess, fields);
        }
    }

    private sealed class ForwardService(RemoteForward forward) : IChannelService
    {
        public void OnOpened(Channel channel) => _ = forward.ServeAsync(channel);

        public ValueTask<bool> AnswerRequestAsync(Channel channel, IncomingRequest request, CancellationToken ct) => ValueTask.FromResult(false);

        public void OnClosed(Channel channel, Exception? error)
        {
        }
    }
}
