using System.Net.Sockets;
using System.Text;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Forwarding;

/// <summary>The ports that this client asked its server to listen on (RFC 4254 7.1), and the connections that come from them.</summary>
internal sealed class RemoteForwards
{
    private readonly Lock _lock = new();
    private readonly List<RemoteForward> _forwards = [];

    /// <summary>Set once, when the connection protocol begins.</summary>
    public Multiplexer? Multiplexer { get; set; }

    /// <summary>Asks the server to listen. The forward is known before the reader goes on, so the first connection finds it.</summary>
    public async Task<RemoteForward> StartAsync(TcpEndpoint listen, TcpEndpoint target, Action<Exception>? onFailure, CancellationToken ct)
    {
        var request = new TcpIpForwardRequest { Address = AddressBytes(listen), Port = (uint)listen.Port };
        var reply = new ForwardReply(answer => Add(answer, listen, target, onFailure));
        try
        {
            GlobalAnswer result = await Multiplexer!.RequestAsync(ref request, reply, ct).ConfigureAwait(false);
            if (!result.IsSuccess || reply.Forward is null) throw new SshException($"remote port forwarding failed for listen port {listen.Port}");
            return reply.Forward;
        }
        catch (OperationCanceledException)
        {
            _ = StopWhenStartedAsync(reply);
            throw;
        }
    }

    /// <summary>Answers a forwarded-tcpip: only for what was asked for.</summary>
    public ChannelAnswer Answer(ChannelOffer offer)
    {
        ForwardedTcpIpOpen open = offer.Read<ForwardedTcpIpOpen>();
        string address = Encoding.UTF8.GetString(open.Address);
        RemoteForward? forward = Find(address, (int)open.Port);
        return forward is null
            ? ChannelAnswer.Refuse(OpenFailureReason.AdministrativelyProhibited, "open failed")
            : ChannelAnswer.Accept(new ForwardService(forward));
    }

    public async Task CancelAsync(RemoteForward forward)
    {
        lock (_lock) _forwards.Remove(forward);
        var request = new CancelTcpIpForwardRequest { Address = AddressBytes(forward.Listening), Port = (uint)forward.Listening.Port };
        try
        {
            await Multiplexer!.RequestAsync(ref request, Multiplexer.Ended).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SshException or OperationCanceledException)
        {
            // The connection is over, and the server's listener with it.
        }
    }

    // Nobody waits for the answer any more, and nobody would stop the forward.
    private static async Task StopWhenStartedAsync(ForwardReply reply)
    {
        await ((Task)reply.Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reply.Forward is { } forward) await forward.DisposeAsync().ConfigureAwait(false);
    }

    private static byte[] AddressBytes(TcpEndpoint endpoint) => Encoding.UTF8.GetBytes(endpoint.Host);

    private RemoteForward? Add(GlobalAnswer answer, TcpEndpoint listen, TcpEndpoint target, Action<Exception>? onFailure)
    {
        if (!answer.IsSuccess) return null;
        int port = listen.Port == 0 ? (int)Message.ReadRecord<TcpIpForwardReply>(answer.Fields.Span).Port : listen.Port;
        var forward = new RemoteForward(this, listen with { Port = port }, target, channel => ServeAsync(channel, target, onFailure));
        lock (_lock) _forwards.Add(forward);
        return forward;
    }

    // The address comes back as it was asked for (RFC 4254 7.2); a server may have its own word for all of them, so the port decides alone then.
    private RemoteForward? Find(string address, int port)
    {
        lock (_lock)
        {
            return _forwards.Find(forward => forward.Listening.Port == port && forward.Listening.Host == address)
                ?? _forwards.Find(forward => forward.Listening.Port == port);
        }
    }

    private static async Task ServeAsync(Channel channel, TcpEndpoint target, Action<Exception>? onFailure)
    {
        try
        {
            Socket socket = await target.ConnectAsync(DialOptions.Default, channel.Multiplexer.Ended).ConfigureAwait(false);
            await SocketRelay.RunAsync(channel, socket).ConfigureAwait(false);
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            onFailure?.Invoke(error);
            await channel.DisposeAsync().ConfigureAwait(false);
        }
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
        public void OnOpened(Channel channel) => _ = forward.Serve(channel);

        public ValueTask<bool> AnswerRequestAsync(Channel channel, IncomingRequest request, CancellationToken ct) => ValueTask.FromResult(false);

        public void OnClosed(Channel channel, Exception? error)
        {
        }
    }
}
