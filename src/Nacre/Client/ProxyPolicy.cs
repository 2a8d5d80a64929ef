using System.Text;
using Nacre.Forwarding;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Client;

/// <summary>What another process may do over the connection of this one: each channel that it opens is opened at the server, and each that comes by a forward that it asked for is opened at it.</summary>
/// <remarks>PROTOCOL.mux 9. Channels rather than packets are passed on, so that numbers, windows and the exchange of keys stay the affair of either connection.</remarks>
/// <param name="server">The connection.</param>
/// <param name="forwards">Its forwards.</param>
/// <param name="lender">Lends sessions what there is here; null lends nothing.</param>
/// <param name="replies">False where the other process takes no replies to its global requests: OpenSSH's masters give none, and its ssh cannot read one.</param>
internal sealed class ProxyPolicy(Multiplexer server, RemoteForwards forwards, ISessionLender? lender, bool replies) : IConnectionPolicy, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<RemoteForward> _started = [];
    private volatile TaskCompletionSource? _answering;
    private bool _isOver;

    /// <summary>The side of the other process; set once, before anything is asked.</summary>
    public Multiplexer? Process { get; set; }

    public async ValueTask<ChannelAnswer> AnswerOpenAsync(ChannelOffer offer, CancellationToken ct)
    {
        var relay = new ChannelRelay(lender);
        return await JoinAsync(server, relay, offer, ct).ConfigureAwait(false);
    }

    public async ValueTask<GlobalAnswer> AnswerRequestAsync(IncomingRequest request, CancellationToken ct)
    {
        GlobalAnswer answer = await AnswerAsync(request, ct).ConfigureAwait(false);
        return replies ? answer : GlobalAnswer.Silence;
    }

    public void OnAnswered(IncomingRequest request) => _answering?.TrySetResult();

    /// <summary>The other process has gone: its forwards end.</summary>
    public async ValueTask DisposeAsync()
    {
        RemoteForward[] started;
        lock (_lock)
        {
            _isOver = true;
            started = [.. _started];
            _started.Clear();
        }

        foreach (RemoteForward forward in started) await forward.DisposeAsync().ConfigureAwait(false);
    }

    private ValueTask<GlobalAnswer> AnswerAsync(IncomingRequest request, CancellationToken ct)
    {
        if (request.Name == TcpIpForwardRequest.RecordName)
        {
            TcpIpForwardRequest asked = request.Read<TcpIpForwardRequest>();
            return AtPort(asked.Address, asked.Port) is { } port ? StartAsync(port, ct) : ValueTask.FromResult(GlobalAnswer.Failure);
        }

        if (request.Name == StreamLocalForwardRequest.RecordName) return StartAsync(AtPath(request.Read<StreamLocalForwardRequest>().SocketPath), ct);
        if (request.Name == CancelTcpIpForwardRequest.RecordName)
        {
            CancelTcpIpForwardRequest ended = request.Read<CancelTcpIpForwardRequest>();
            return AtPort(ended.Address, ended.Port) is { } port ? CancelAsync(port) : ValueTask.FromResult(GlobalAnswer.Failure);
        }

        if (request.Name == CancelStreamLocalForwardRequest.RecordName) return CancelAsync(AtPath(request.Read<CancelStreamLocalForwardRequest>().SocketPath));
        return ValueTask.FromResult(GlobalAnswer.Failure);
    }

    private static SocketEndpoint? AtPort(ReadOnlySpan<byte> address, uint port) => port > ushort.MaxValue ? null : new TcpEndpoint(Encoding.UTF8.GetString(address), (int)port);

    private static SocketEndpoint AtPath(ReadOnlySpan<byte> path) => SocketEndpoint.AtPath(Encoding.UTF8.GetString(path));

    private async ValueTask<GlobalAnswer> StartAsync(SocketEndpoint listen, CancellationToken ct)
    {
        // A connection may come at once, and finds nobody at the other process before that was told of its forward.
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _answering = told;
        RemoteForward forward;
        try
        {
            forward = await forwards.StartAsync(listen, (offer, ended) => PassAsync(told.Task, offer, ended), ct).ConfigureAwait(false);
        }
        catch (SshException)
        {
            return GlobalAnswer.Failure;
        }

        bool isLate;
        lock (_lock)
        {
            isLate = _isOver;
            if (!isLate) _started.Add(forward);
        }

        if (isLate)
        {
            await forward.DisposeAsync().ConfigureAwait(false);
            return GlobalAnswer.Failure;
        }

        if (listen.Path is not null || listen.Port != 0) return GlobalAnswer.Success();
        var chosen = new TcpIpForwardReply { Port = (uint)forward.Listening.Port };
        return GlobalAnswer.Success(Message.WriteRecord(ref chosen));
    }

    private async ValueTask<GlobalAnswer> CancelAsync(SocketEndpoint listening)
    {
        RemoteForward? forward;
        lock (_lock)
        {
            forward = _started.Find(known => known.Listening == listening);
            if (forward is not null) _started.Remove(forward);
        }

        return forward is not null && await forward.CancelAsync().ConfigureAwait(false) ? GlobalAnswer.Success() : GlobalAnswer.Failure;
    }

    private async ValueTask<ChannelAnswer> PassAsync(Task told, ChannelOffer offer, CancellationToken ct)
    {
        await told.WaitAsync(ct).ConfigureAwait(false);
        return await JoinAsync(Process!, new ChannelRelay(lender: null), offer, ct).ConfigureAwait(false);
    }

    private static async ValueTask<ChannelAnswer> JoinAsync(Multiplexer other, ChannelRelay relay, ChannelOffer offer, CancellationToken ct)
    {
        try
        {
            Channel opened = await other.OpenAsync(offer.Type, offer.Fields.ToArray(), relay.FarEnd, acceptsErrorData: true, ct).ConfigureAwait(false);
            return ChannelAnswer.Accept(relay.Join(opened));
        }
        catch (ChannelOpenFailedException refused)
        {
            return ChannelAnswer.Refuse(refused.Reason, refused.Message);
        }
        catch (SshException)
        {
            return ChannelAnswer.Refuse(OpenFailureReason.ConnectFailed, "open failed");
        }
    }
}
