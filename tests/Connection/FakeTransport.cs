using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Connection;

/// <summary>A transport that keeps what is posted until somebody takes it: urgent packets first, as the outbox does.</summary>
internal sealed class FakeTransport(PacketPool pool, bool isClient) : ITransport
{
    private readonly Lock _lock = new();
    private readonly Queue<Packet> _urgent = new();
    private readonly Queue<Packet> _bulk = new();
    private readonly List<TaskCompletionSource> _waiters = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private long _queuedBytes;

    public bool IsClient => isClient;

    public ReadOnlyMemory<byte> SessionId => default;

    public ReadOnlyMemory<byte> HostKey => default;

    public ReadOnlyMemory<byte> HostKeySignature => default;

    public string PeerIdentification { get; init; } = "SSH-2.0-Fake";

    public IReadOnlyList<string>? ServerSignatureAlgorithms => null;

    public bool PeerBindsToHost => false;

    public bool PeerTakesAgent { get; set; }

    public bool PeerAnswersPing => true;

    public PacketPool Pool => pool;

    /// <summary>Producers wait above this.</summary>
    public long Budget { get; set; } = long.MaxValue;

    /// <summary>When set, each post lets a waiting reader go on.</summary>
    public bool IsSignaling { get; set; }

    public long PostedPackets { get; private set; }

    public string? DisconnectDescription { get; private set; }

    public void Post<T>(scoped ref T message)
        where T : IMessage<T>, allows ref struct => Post(Message.Write(pool, ref message));

    public void Post(Packet packet, bool isUrgent = false)
    {
        lock (_lock)
        {
            (isUrgent ? _urgent : _bulk).Enqueue(packet);
            _queuedBytes += packet.Length;
            PostedPackets++;
        }

        if (IsSignaling) _arrived.Release();
    }

    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Packet? packet)
    {
        TaskCompletionSource[] released = [];
        lock (_lock)
        {
            if (!_urgent.TryDequeue(out packet) && !_bulk.TryDequeue(out packet)) return false;
            _queuedBytes -= packet.Length;
            if (_queuedBytes < Budget && _waiters.Count > 0)
            {
                released = [.. _waiters];
                _waiters.Clear();
            }
        }

        foreach (TaskCompletionSource waiter in released) waiter.SetResult();
        return true;
    }

    public Task WaitForPacketAsync(CancellationToken ct) => _arrived.WaitAsync(ct);

    public ValueTask WhenRoomAsync(CancellationToken ct)
    {
        lock (_lock)
        {
            if (_queuedBytes < Budget) return ValueTask.CompletedTask;
            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add(waiter);
            return new ValueTask(waiter.Task.WaitAsync(ct));
        }
    }

    public void EnterAuthentication() => throw new NotSupportedException();

    public void EnterConnection(IPacketSink service) => throw new NotSupportedException();

    public void PermitMethodMessages(ReadOnlySpan<MessageNumber> numbers) => throw new NotSupportedException();

    public void Disconnect(DisconnectReason reason, string description) => DisconnectDescription = description;
}
