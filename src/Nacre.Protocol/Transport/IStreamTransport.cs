using Nacre.Protocol.Algorithms;

namespace Nacre.Protocol.Transport;

/// <summary>What the owner of a stream sees of the transport that it drives: bytes go in and come out, and there is an end.</summary>
/// <remarks><see cref="ReceiveAsync"/> belongs to the reader and <see cref="Fill"/> to the writer; each is called by one at a time.</remarks>
internal interface IStreamTransport : ITransport, IDisposable
{
    Outbox Outbox { get; }

    /// <summary>When to change keys.</summary>
    RekeyPolicy Rekey { get; }

    /// <summary>What the last key exchange agreed on; null before the first, and where there is none.</summary>
    NegotiatedAlgorithms? Negotiated { get; }

    /// <summary>True once nothing more is processed.</summary>
    bool IsClosed { get; }

    /// <summary>True when another process goes on with the stream once all is sent: it stays open.</summary>
    bool IsFrozen { get; }

    /// <summary>True at a server until the client has logged in: for one who may be anybody no memory is spent that can be spared.</summary>
    bool IsPeerStranger { get; }

    /// <summary>The whole length of the packet that is under way, when known: a buffer smaller than this cannot take it.</summary>
    int AwaitedLength { get; }

    /// <summary>What is still to be sent, in plain text and after all else, once there is nothing more to fill: the peer speaks no SSH.</summary>
    ReadOnlyMemory<byte> Parting { get; }

    /// <summary>Is awaited before a message that may take time: all but the flow of channels. Null to go on at once.</summary>
    Func<ValueTask>? BeforeThought { get; set; }

    /// <summary>Begins to speak.</summary>
    void Start();

    /// <summary>Processes all whole packets that the bytes start with and returns how many bytes that took; the rest must come again.</summary>
    ValueTask<int> ReceiveAsync(ReadOnlyMemory<byte> inbound, CancellationToken ct);

    /// <summary>Puts what waits into the output, as much as fits, and returns the bytes written; 0 when nothing waits.</summary>
    int Fill(Span<byte> output);

    /// <summary>Waits until there may be something to fill; false when the connection is over and all is drained.</summary>
    ValueTask<bool> WaitToFillAsync();

    /// <summary>Tells the time that passed since the connection began; keys that are too old are replaced.</summary>
    void OnTick(TimeSpan sinceStart);

    /// <summary>Starts a key exchange unless one is under way or it is not time for one.</summary>
    void RequestRekey();

    /// <summary>The stream is gone: tells the service, once, and frees what is held.</summary>
    void Close(Exception? error);
}
