using System.IO.Pipelines;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Connection;

/// <summary>
/// One channel of a connection (RFC 4254 5): two streams of data, a third for extended data, requests, and an end that both sides agree on.
/// </summary>
/// <remarks>
/// <code>
///   ours:   Asked   --CONFIRMATION--> Open          Open --our CLOSE and the peer's CLOSE, in either order--> gone
///           Asked   --FAILURE-------> gone          either side's EOF ends one direction and leaves the other
///   peer's: Offered --accepted------> Open          data that came before the peer's CLOSE stays readable after it,
///           Offered --refused-------> gone          and our number for the channel stays taken until it is read or dropped
/// </code>
/// Data, EOF and CLOSE go through one lane of the outbox, so their order holds; everything else goes before bulk data. The <see cref="PostGate"/>
/// sees to it that nothing follows CLOSE.
/// </remarks>
internal sealed class Channel : IDuplexPipe, IAsyncDisposable
{
    private readonly Multiplexer _multiplexer;
    private readonly ReceiveWindow _receiveWindow;
    private readonly ChannelInput _input;
    private readonly ChannelInput? _errorInput;
    private readonly ChannelRequests _requests;
    private readonly ChannelReplies _replies;
    private readonly ChannelEnding _ending;
    private readonly Lock _lock = new();
    private ChannelOutput? _output;
    private ChannelOutput? _errorOutput;
    private TaskCompletionSource<Channel>? _opening;
    private IChannelService? _service;
    private Exception? _error;
    private volatile ChannelStage _stage;
    private volatile bool _isPeerDone;
    private volatile bool _holdsClose;
    private bool _isAbandoned;
    private bool _isUrgent;
    private bool _hasSentData;
    private int _openWriters;
    private PostGate _gate;
    private uint _maxSent;

    // Each has one writer; whoever compares them later need not see the last packet.
    private long _received;
    private long _sent;

    /// <summary>A channel of ours, when nobody has seen it yet, or one of the peer's.</summary>
    internal Channel(Multiplexer multiplexer, string type, IChannelService? service, bool acceptsErrorData, TaskCompletionSource<Channel>? opening)
    {
        _multiplexer = multiplexer;
        Type = type;
        _opening = opening;
        _stage = opening is null ? ChannelStage.Offered : ChannelStage.Asked;
        _service = service;
        _receiveWindow = multiplexer.CreateReceiveWindow();
        _input = new ChannelInput(this, Transport.Pool) { KeepsBounds = service?.TakesDatagrams ?? false };
        if (acceptsErrorData) _errorInput = new ChannelInput(this, Transport.Pool);
        _ending = new ChannelEnding(acceptsErrorData ? 0 : ChannelEnds.ErrorInput);
        _requests = new ChannelRequests(this, isPaused: opening is null);
        _replies = new ChannelReplies(this);
    }

    /// <summary>The type that it was opened with; whoever serves it may say more behind it, as in session:shell.</summary>
    public string Type { get; set; }

    /// <summary>Counts what comes and goes: as long as it stays the same, nothing does.</summary>
    public long Traffic => _received + _sent;

    /// <summary>Our number for the channel.</summary>
    public uint LocalId { get; internal set; }

    /// <summary>The peer's number for the channel.</summary>
    public uint RemoteId { get; private set; }

    /// <summary>The data that the peer sends.</summary>
    public PipeReader Input => _input;

    /// <summary>The data for the peer; completing it sends EOF.</summary>
    public PipeWriter Output => _output ?? throw new InvalidOperationException("The channel is not open yet.");

    /// <summary>The peer's extended data of type stderr. A channel that was not opened for it drops it.</summary>
    public PipeReader ErrorInput => _errorInput ?? throw new InvalidOperationException("The channel was opened without error data.");

    /// <summary>Extended data of type stderr for the peer. Once asked for, it must be completed too before EOF is sent.</summary>
    public PipeWriter ErrorOutput
    {
        get
        {
            lock (_lock)
            {
                if (_errorOutput is not null) return _errorOutput;
                if (_output is null || _openWriters == 0) throw new InvalidOperationException("The channel takes no more data.");
                _openWriters++;
                return _errorOutput = new ChannelOutput(this, Transport.Pool, ChannelExtendedData.StandardError, _maxSent);
            }
        }
    }

    /// <summary>True for a channel with a person at its end: its data goes before that of others. To be chosen before data is sent.</summary>
    public bool IsUrgent
    {
        get => _isUrgent;
        set
        {
            if (value != _isUrgent && _hasSentData) throw new InvalidOperationException("A channel changes its lane only before its first data.");
            _isUrgent = value;
        }
    }

    /// <summary>Says that whoever reads the data never blocks, so that little of it is handed over on the reader's own thread.</summary>
    public void ReadPromptly() => _input.IsPrompt = true;

    /// <summary>
    /// True while the peer's CLOSE is left unanswered: whoever serves the channel still has something to say on it, and closes it then. Requests
    /// can be sent as long, data cannot.
    /// </summary>
    public bool HoldsClose
    {
        get => _holdsClose;
        set => _holdsClose = value;
    }

    /// <summary>True once the last writer was completed, and nothing but requests and CLOSE comes from here.</summary>
    public bool HasEndedOutput => _stage == ChannelStage.Open && Volatile.Read(ref _openWriters) == 0;

    /// <summary>The receive window as it is now, in bytes.</summary>
    public uint ReceiveWindowSize => _receiveWindow.Size;

    /// <summary>Lets the peer send as much as ever, and at once, for a consumer that is always prompt: over a long line a window that has yet to grow costs round trips.</summary>
    public void WidenWindow() => Grant(_receiveWindow.Widen());

    internal ITransport Transport => _multiplexer.Transport;

    internal Multiplexer Multiplexer => _multiplexer;

    internal IStepObserver? Steps => _multiplexer.Settings.Steps;

    /// <summary>What answers the peer's requests; null once the channel has ended, and for a channel of ours that nobody serves.</summary>
    internal IChannelService? Service => Volatile.Read(ref _service);

    internal SendWindow SendWindow { get; } = new();

    internal ChannelStage Stage => _stage;

    /// <summary>True when the peer's CLOSE arrived: it may send nothing more.</summary>
    internal bool IsPeerClosed => _isPeerDone;

    /// <summary>True while data may be sent.</summary>
    internal bool CanSend => _stage == ChannelStage.Open && !_isPeerDone && !_gate.IsClosed;

    /// <summary>Sends a request and waits for the reply; true for SUCCESS. Cancelling ends the wait, not the request.</summary>
    /// <exception cref="SshException">The channel or the connection ended before the reply.</exception>
    public Task<bool> RequestAsync<T>(scoped ref T fields, CancellationToken ct)
        where T : INamedRecord<T>, allows ref struct => _replies.RequestAsync(ref fields, ct);

    /// <summary>Sends a request that wants no reply; nothing when the channel is closed.</summary>
    public void Notify<T>(scoped ref T fields)
        where T : INamedRecord<T>, allows ref struct => _replies.Notify(ref fields);

    /// <summary>Sends a request of somebody else's, as it came to us.</summary>
    internal Task<bool> RequestAsync(string name, ReadOnlySpan<byte> fields, CancellationToken ct) => _replies.RequestAsync(name, fields, ct);

    /// <summary>Sends a request of somebody else's that wants no reply.</summary>
    internal void Notify(string name, ReadOnlySpan<byte> fields) => _replies.Notify(name, fields);

    /// <summary>PROTOCOL 2.1: tells the peer that what it sends has no reader here any more, so that it need not go on.</summary>
    public void RefuseInput()
    {
        var refusal = default(EndOfWriteRequest);
        Notify(ref refusal);
    }

    /// <summary>The peer has refused our data: nothing more is sent, and the writer is told that nobody reads.</summary>
    public void OnOutputRefused() => _output?.Discard();

    /// <summary>Completes both writers, as many as are in use: all that was written goes out, then EOF.</summary>
    public async ValueTask CompleteOutputAsync()
    {
        if (_errorOutput is { } error) await error.CompleteAsync().ConfigureAwait(false);
        await Output.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Sends CLOSE, once; what was not flushed is not sent any more. What has arrived can still be read.</summary>
    public void Close()
    {
        bool isDue = _gate.Close(out bool isFirst);
        if (isFirst) SendWindow.Wake();
        if (isDue) PostClose();
    }

    /// <summary>Completes when both sides have closed the channel, or the connection has ended.</summary>
    public Task WaitForCloseAsync(CancellationToken ct) => _ending.WaitForCloseAsync(ct);

    /// <summary>Closes the channel and drops what is unread; a producer or consumer that is still at work finds its end, and nothing is taken from under it.</summary>
    public ValueTask DisposeAsync()
    {
        Drop();
        return ValueTask.CompletedTask;
    }

    /// <summary>Closes the channel and is done with it: whoever serves it hears of the end now, although the peer may take its time to agree.</summary>
    public void GiveUp()
    {
        Drop();
        End(null, new SshException($"Channel {LocalId} was given up."));
    }

    /// <summary>What disposing does.</summary>
    internal void Drop()
    {
        if (_stage != ChannelStage.Open) return;
        Close();
        _output?.Abandon();
        _errorOutput?.Abandon();
        _input.Abandon();
        _errorInput?.Abandon();
    }

    /// <summary>Writers throw this when the connection failed.</summary>
    internal void ThrowIfFailed()
    {
        if (_error is { } error) throw error;
    }

    /// <summary>The two sides agree on the channel; false when nobody waits for it any more, and then it is to be closed.</summary>
    internal bool Open(uint remoteId, uint window, uint maximumPacket)
    {
        RemoteId = remoteId;
        SendWindow.TryAdd(window);
        _maxSent = Math.Min(Math.Min(maximumPacket, _multiplexer.Settings.MaximumSentPacket), ConnectionSettings.LargestData);
        if (_maxSent > 0) _output = new ChannelOutput(this, Transport.Pool, null, _maxSent);
        _openWriters = 1;
        lock (_lock)
        {
            _stage = ChannelStage.Open;
            return !_isAbandoned;
        }
    }

    /// <summary>The peer's channel is accepted by this, which learns at once when the connection has ended meanwhile.</summary>
    internal void ServeBy(IChannelService service)
    {
        _input.KeepsBounds = service.TakesDatagrams;
        Interlocked.Exchange(ref _service, service);
        if (_error is { } error) Interlocked.Exchange(ref _service, null)?.OnClosed(this, error);
    }

    /// <summary>Tells whoever waits for the opening.</summary>
    internal void CompleteOpening(Exception? error)
    {
        TaskCompletionSource<Channel>? opening = Interlocked.Exchange(ref _opening, null);
        if (opening is null) return;
        if (error is null) opening.TrySetResult(this);
        else opening.TrySetException(error);
        _ = opening.Task.Exception; // who gave up waiting is not told, and that is no fault
    }

    /// <summary>The channel was refused: it never was.</summary>
    internal void OnRefused(Exception error)
    {
        End(error, error);
        CompleteOpening(error);
    }

    /// <summary>Whoever asked for the channel does not want it any more: it is closed as soon as it is there.</summary>
    internal void Abandon()
    {
        bool isOpen;
        lock (_lock)
        {
            _isAbandoned = true;
            isOpen = _stage == ChannelStage.Open;
        }

        if (isOpen) Drop();
    }

    internal void OnData(Packet packet) => OnData(packet, _input);

    internal void OnExtendedData(Packet packet, uint type) =>
        OnData(packet, type == ChannelExtendedData.StandardError ? _errorInput : null);

    internal void OnWindowAdjust(uint bytes)
    {
        // RFC 4254 5.2: "The window MUST NOT be increased above 2^32 - 1 bytes."
        if (!SendWindow.TryAdd(bytes))
        {
            throw new SshViolationException(Violation.WindowOverflow, $"A window adjustment of {bytes} takes the window of channel {LocalId} past 2^32-1.");
        }
    }

    internal void OnEof()
    {
        _input.End(null);
        _errorInput?.End(null);
    }

    // RFC 4254 5.3: "Upon receiving this message, a party MUST send back an SSH_MSG_CHANNEL_CLOSE unless it has already sent this". It does not say when:
    // as in OpenSSH, whoever serves the channel may have a last word first.
    internal void OnClose()
    {
        _isPeerDone = true;
        OnEof();
        End(null, new SshException($"The peer closed channel {LocalId} before it answered."));
        if (!_holdsClose) Close();
        MarkEnd(ChannelEnds.PeerClose);
    }

    /// <summary>The service of the peer's channel knows it, so requests may reach it.</summary>
    internal void StartRequests() => _requests.Resume();

    /// <summary>The peer's request, to be answered in its turn.</summary>
    internal void OnRequest(IncomingRequest request) => _requests.Add(request);

    /// <summary>The peer's reply to the oldest of our requests.</summary>
    internal void OnReply(bool isSuccess) => _replies.OnReply(isSuccess, default);

    /// <summary>The connection is over: nothing can be sent, what has arrived can be read and is followed by the error.</summary>
    internal void OnConnectionClosed(Exception error)
    {
        Interlocked.Exchange(ref _error, error);
        _isPeerDone = true;
        _gate.Close(out _);
        _input.End(error);
        _errorInput?.End(error);
        SendWindow.Wake();
        End(error, error);
        CompleteOpening(error);
    }

    /// <summary>A consumer took bytes out of one of the inputs.</summary>
    internal void OnConsumed(long bytes, long unread)
    {
        bool wasUsedUp = _receiveWindow.IsUsedUp;
        uint grant = _receiveWindow.Return((uint)bytes, unread);
        if (wasUsedUp && grant > 0) Steps?.OnStall(LocalId, Stall.OwnWindow, isOver: true);
        Grant(grant);
    }

    private void Grant(uint grant)
    {
        if (grant == 0 || _gate.IsClosed) return;
        var adjust = new ChannelWindowAdjust { RecipientChannel = RemoteId, BytesToAdd = grant };
        PostControl(Message.Write(Transport.Pool, ref adjust));
    }

    /// <summary>An input has ended and holds nothing any more.</summary>
    internal void OnDrained(ChannelInput input) => MarkEnd(input == _input ? ChannelEnds.Input : ChannelEnds.ErrorInput);

    internal void PostData(Packet packet)
    {
        _hasSentData = true;
        _sent++;
        PostOrDrop(packet, _isUrgent);
    }

    internal void PostControl(Packet packet) => PostOrDrop(packet, isUrgent: true);

    /// <summary>A writer is done; the last one ends our direction, by EOF if all went out, else by CLOSE.</summary>
    internal void OnWriterDone(bool isWhole)
    {
        if (!isWhole)
        {
            Close();
            return;
        }

        lock (_lock)
        {
            if (--_openWriters != 0) return;
        }

        var eof = new ChannelEof { RecipientChannel = RemoteId };
        PostOrDrop(Message.Write(Transport.Pool, ref eof), _isUrgent);
    }

    private void OnData(Packet packet, ChannelInput? input)
    {
        int length = packet.Length;
        _received++;
        if ((uint)length > _multiplexer.MaximumPacket || !_receiveWindow.TryTake((uint)length))
        {
            packet.Dispose();
            throw new SshViolationException(Violation.WindowExceeded, $"{length} bytes on channel {LocalId} exceed its window or its maximum packet size.");
        }

        if (_multiplexer.Settings.Steps is { } steps && _receiveWindow.IsUsedUp) steps.OnStall(LocalId, Stall.OwnWindow, isOver: false);
        bool isDeferred = _multiplexer.Settings.DefersWakeups;
        if (length > 0 && input is not null && input.Add(packet, wakes: !isDeferred))
        {
            if (isDeferred && input.IsWaiting) _multiplexer.WakeLater(input);
            return;
        }

        // Nobody wants it, or EOF came before: dropped, and the window is credited, or the channel's other data would stall.
        packet.Dispose();
        if (length > 0) OnConsumed(length, 0);
    }

    private void PostOrDrop(Packet packet, bool isUrgent)
    {
        if (!_gate.TryEnter())
        {
            packet.Dispose();
            return;
        }

        Transport.Post(packet, isUrgent);
        if (_gate.Leave()) PostClose();
    }

    private void PostClose()
    {
        if (_error is not null) return;
        var close = new ChannelClose { RecipientChannel = RemoteId };
        Transport.Post(Message.Write(Transport.Pool, ref close), _isUrgent);
        MarkEnd(ChannelEnds.OurClose);
    }

    /// <summary>When all ends are there, the number is free again.</summary>
    private void MarkEnd(ChannelEnds end)
    {
        if (_ending.Mark(end)) _multiplexer.Release(this);
    }

    private void End(Exception? error, Exception unanswered)
    {
        _receiveWindow.End();
        SendWindow.Wake();
        _requests.End();
        _replies.End(unanswered);
        if (error is not null) _ending.MarkClosed();
        Interlocked.Exchange(ref _service, null)?.OnClosed(this, error);
    }
}
