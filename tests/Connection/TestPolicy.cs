using Nacre.Protocol.Connection;

namespace Nacre.Tests.Connection;

/// <summary>A policy whose answers a test sets; it accepts sessions and refuses the rest unless told otherwise.</summary>
internal sealed class TestPolicy : IConnectionPolicy
{
    public List<Channel> Opened { get; } = [];

    public List<string> GlobalNames { get; } = [];

    public Func<ChannelOffer, ValueTask<ChannelAnswer>>? OnOffer { get; set; }

    public Func<IncomingRequest, ValueTask<GlobalAnswer>>? OnGlobal { get; set; }

    public Func<TestService> CreateService { get; set; } = () => new TestService();

    public ValueTask<ChannelAnswer> AnswerOpenAsync(ChannelOffer offer, CancellationToken ct)
    {
        if (OnOffer is { } onOffer) return onOffer(offer);
        return ValueTask.FromResult(offer.Type == "session" ? Accept() : ChannelAnswer.Refuse(OpenFailureReason.UnknownChannelType, "unknown channel type"));
    }

    public ValueTask<GlobalAnswer> AnswerRequestAsync(IncomingRequest request, CancellationToken ct)
    {
        GlobalNames.Add(request.Name);
        return OnGlobal is { } onGlobal ? onGlobal(request) : ValueTask.FromResult(GlobalAnswer.Failure);
    }

    public ChannelAnswer Accept()
    {
        TestService service = CreateService();
        service.Opened += channel =>
        {
            lock (Opened) Opened.Add(channel);
        };
        return ChannelAnswer.Accept(service);
    }
}
