using Nacre.Protocol.Connection;

namespace Nacre.Tests.Connection;

/// <summary>A channel service whose answers a test sets; requests are refused unless told otherwise.</summary>
internal sealed class TestService : IChannelService
{
    public event Action<Channel>? Opened;

    public Func<IncomingRequest, ValueTask<bool>>? OnRequest { get; set; }

    public List<string> Requests { get; } = [];

    public bool TakesDatagrams { get; init; }

    public int ClosedCount { get; private set; }

    public Exception? ClosedError { get; private set; }

    void IChannelService.OnOpened(Channel channel) => Opened?.Invoke(channel);

    ValueTask<bool> IChannelService.AnswerRequestAsync(Channel channel, IncomingRequest request, CancellationToken ct)
    {
        lock (Requests) Requests.Add(request.Name);
        return OnRequest is { } onRequest ? onRequest(request) : ValueTask.FromResult(false);
    }

    void IChannelService.OnClosed(Channel channel, Exception? error)
    {
        ClosedCount++;
        ClosedError = error;
    }
}
