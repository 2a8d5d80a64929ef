using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp.Requests;

/// <summary>A client's session: sends requests and gives each reply to the request that waits for it.</summary>
/// <remarks>
/// A reply is used where it lies, in the received packets, on the reading loop. While the loop has replies to give away, what their requests post
/// gathers and goes out with one flush; but of long replies it takes a few at a time, or the server would wait while the many are written to a file.
/// </remarks>
internal sealed class RequestPump : IAsyncDisposable
{
    /// <summary>Replies of so many bytes are given away before what they posted goes out.</summary>
    private const int BatchBytes = 512 * 1024;

    private readonly PipeReader _input;
    private readonly RequestTable _requests = new();
    private readonly ResponseClock? _clock;
    private Task _reading = Task.CompletedTask;

    /// <param name="input">What the server sends.</param>
    /// <param name="output">What goes to the server.</param>
    /// <param name="options">How long to wait for an answer.</param>
    public RequestPump(PipeReader input, PipeWriter output, SftpClientOptions options)
    {
        (_input, Writer, Time) = (input, new RequestWriter(output), options.TimeProvider);
        if (options.ResponseTimeout is not { } timeout) return;
        string silence = $"The SFTP server has answered nothing for {timeout.TotalSeconds:0.#} seconds.";
        _clock = new ResponseClock(options.TimeProvider, timeout, () => _requests.Count > 0, () => Fail(new SshViolationException(Violation.PeerSilent, silence)));
    }

    public RequestWriter Writer { get; }

    /// <summary>What time it is.</summary>
    public TimeProvider Time { get; }

    /// <summary>How far the server is, there and back; zero when that is not known.</summary>
    public TimeSpan RoundTrip { get; set; }

    /// <summary>Begins to read replies.</summary>
    public void Start() => _reading = Task.Run(ReadAsync, CancellationToken.None);

    /// <summary>Gives a request its id. When the session is over the request is told so, and what is posted for it goes nowhere.</summary>
    public uint Add(PendingRequest request)
    {
        if (_requests.Add(request, out bool isFirst) is { } ended) request.OnLost(ended);
        else if (isFirst) _clock?.Begin();
        return request.Id;
    }

    /// <summary>Sends the message of a request that was added.</summary>
    public void Post<T>(scoped ref T message, uint id)
        where T : ISftpMessage<T>, allows ref struct
    {
        if (!Writer.Post(ref message)) Lose(id);
    }

    public async ValueTask DisposeAsync()
    {
        await Writer.EndAsync().ConfigureAwait(false);
        _input.CancelPendingRead();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _clock?.Dispose();
    }

    private static SshException Over(Exception? inner = null) => new("The SFTP session has ended.", inner);

    /// <summary>Tells a request that was added that it cannot be sent; nothing when it was told already.</summary>
    public void Lose(uint id) => _requests.Take(id)?.OnLost(Over());

    private void Fail(Exception error)
    {
        foreach (PendingRequest request in _requests.End(error)) request.OnLost(error);
        _input.CancelPendingRead();
    }

    private async Task ReadAsync()
    {
        Exception end = Over();
        try
        {
            while (!await ReadBatchAsync().ConfigureAwait(false))
            {
                _clock?.Hear();
            }
        }
        catch (Exception error) when (error is SshException or IOException or InvalidOperationException)
        {
            end = error as SshException ?? new SshException("The SFTP session was lost.", error);
        }

        foreach (PendingRequest request in _requests.End(end)) request.OnLost(end);
        await _input.CompleteAsync().ConfigureAwait(false);
        await Writer.EndAsync().ConfigureAwait(false);
    }

    /// <summary>Reads and gives away what has come; true when it was the last.</summary>
    private async ValueTask<bool> ReadBatchAsync()
    {
        ReadResult read = await _input.ReadAsync().ConfigureAwait(false);
        ReadOnlySequence<byte> rest = read.Buffer;
        bool isAll = true;
        Writer.Cork();
        try
        {
            for (long taken = 0; isAll && SftpFrames.TryTake(ref rest, out ReadOnlySequence<byte> message);)
            {
                taken += message.Length;
                isAll = taken < BatchBytes;
                ValueTask given = GiveAsync(message);
                if (given.IsCompletedSuccessfully) continue;

                // This may take long, and what was posted must not wait for it.
                Writer.Uncork();
                try
                {
                    await given.ConfigureAwait(false);
                }
                finally
                {
                    Writer.Cork();
                }
            }

            _input.AdvanceTo(rest.Start, isAll ? rest.End : rest.Start);
        }
        finally
        {
            Writer.Uncork();
        }

        return (read.IsCompleted && isAll) || read.IsCanceled;
    }

    // P-SFTP-4: replies may come in any order; one that nothing asked for is a violation.
    private ValueTask GiveAsync(ReadOnlySequence<byte> message)
    {
        const int header = 1 + sizeof(uint);
        if (message.Length < header) throw new SshViolationException(Violation.MessageTruncated, "An SFTP reply has no id.");
        Span<byte> front = stackalloc byte[header + sizeof(uint)];
        int known = (int)Math.Min(front.Length, message.Length);
        message.Slice(0, known).CopyTo(front);
        uint id = BinaryPrimitives.ReadUInt32BigEndian(front[1..]);
        PendingRequest request = _requests.Take(id)
            ?? throw new SshViolationException(Violation.UnexpectedReply, $"An SFTP reply has the id {id}, which no request has.");
        var type = (SftpMessageType)front[0];
        try
        {
            if (type == SftpMessageType.Data) return request.OnDataAsync(DataOf(message, front[header..known]));
            ReadOnlySequence<byte> fields = message.Slice(1);
            if (fields.IsSingleSegment) request.OnReply(type, fields.FirstSpan);
            else GiveCopy(request, type, fields);
            return ValueTask.CompletedTask;
        }
        catch (SshViolationException error)
        {
            request.OnLost(error);
            throw;
        }
    }

    private static ReadOnlySequence<byte> DataOf(ReadOnlySequence<byte> message, ReadOnlySpan<byte> length)
    {
        const int header = 1 + sizeof(uint) + sizeof(uint);
        if (length.Length < sizeof(uint)) throw new SshViolationException(Violation.MessageTruncated, "An SFTP DATA ends within its length.");
        ReadOnlySequence<byte> data = message.Slice(header);
        uint said = BinaryPrimitives.ReadUInt32BigEndian(length);
        if (said > data.Length) throw new SshViolationException(Violation.MessageTruncated, "An SFTP DATA ends within its data.");
        return data.Slice(0, said);
    }

    private static void GiveCopy(PendingRequest request, SftpMessageType type, ReadOnlySequence<byte> fields)
    {
        byte[] copy = ArrayPool<byte>.Shared.Rent((int)fields.Length);
        try
        {
            fields.CopyTo(copy);
            request.OnReply(type, copy.AsSpan(0, (int)fields.Length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }
}
