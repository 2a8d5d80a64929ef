using System.Collections.Concurrent;
using Nacre.Forwarding;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;

namespace Nacre.Client;

/// <summary>Answers a server's CHANNEL_OPEN of one type.</summary>
internal delegate ValueTask<ChannelAnswer> ChannelAnswerer(ChannelOffer offer, CancellationToken ct);

/// <summary>Answers a server's global request of one name.</summary>
internal delegate ValueTask<GlobalAnswer> RequestAnswerer(Multiplexer multiplexer, IncomingRequest request, CancellationToken ct);

/// <summary>What a server may open and ask for at its client: a row for each channel type and request that the client asked for, and nothing else.</summary>
/// <remarks>Rows may come and go while the connection is in use; those that a server may use as soon as the user is logged in are there before.</remarks>
internal sealed class ClientPolicy : IConnectionPolicy
{
    private readonly ConcurrentDictionary<string, ChannelAnswerer> _channels = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RequestAnswerer> _requests = new(StringComparer.Ordinal);

    /// <summary>Lets the server open connections of its forwards.</summary>
    /// <param name="remoteForwards">What the client asked the server to listen on.</param>
    public ClientPolicy(RemoteForwards remoteForwards)
    {
        AnswerChannels(ForwardedTcpIpOpen.RecordName, remoteForwards.AnswerTcpAsync);
        AnswerChannels(ForwardedStreamLocalOpen.RecordName, remoteForwards.AnswerStreamLocalAsync);
    }

    /// <summary>Set once, when the connection protocol begins.</summary>
    public Multiplexer? Multiplexer { get; set; }

    /// <summary>From now on channels of a type are answered so; null refuses them again.</summary>
    public void AnswerChannels(string type, ChannelAnswerer? answer) => Set(_channels, type, answer);

    /// <summary>From now on requests of a name are answered so; null fails them again.</summary>
    public void AnswerRequests(string name, RequestAnswerer? answer) => Set(_requests, name, answer);

    public ValueTask<ChannelAnswer> AnswerOpenAsync(ChannelOffer offer, CancellationToken ct) => _channels.TryGetValue(offer.Type, out ChannelAnswerer? answer)
        ? answer(offer, ct)
        : ValueTask.FromResult(ChannelAnswer.Refuse(OpenFailureReason.UnknownChannelType, "unknown channel type"));

    public ValueTask<GlobalAnswer> AnswerRequestAsync(IncomingRequest request, CancellationToken ct) => _requests.TryGetValue(request.Name, out RequestAnswerer? answer)
        ? answer(Multiplexer!, request, ct)
        : ValueTask.FromResult(GlobalAnswer.Failure);

    private static void Set<T>(ConcurrentDictionary<string, T> rows, string name, T? answer)
        where T : Delegate
    {
        if (answer is null) rows.TryRemove(name, out _);
        else rows[name] = answer;
    }
}
