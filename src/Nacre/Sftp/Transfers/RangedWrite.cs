using System.Buffers;
using Nacre.Protocol.Sftp;
using Nacre.Sftp.Requests;

namespace Nacre.Sftp.Transfers;

/// <summary>Sends one local file with many WRITEs in flight, in order: what a server has of it after a loss is the front without gaps.</summary>
internal sealed class RangedWrite(RequestPump pump, Flight flight, FileJob job, byte[] handle, IFileHandle source, bool readsFirst, Action<long> advanced)
{
    /// <summary>Smaller files are not asked for their holes.</summary>
    private const long MayHaveHoles = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly FlightTurn _turn = new();
    private readonly Stack<Part> _idle = new();
    private readonly TaskCompletionSource _drained = new();
    private int _parts = 1;
    private long _answered;
    private Exception? _failure;
    private TransferStep _failedStep;

    /// <summary>Where sending ended: the size of the target, unless it is larger already.</summary>
    public long End { get; private set; }

    /// <summary>True when the target must be given the size <see cref="End"/>: a hole is at the end, or zeros were sent in place of lost data.</summary>
    public bool MustSetSize { get; private set; }

    /// <summary>Sends from an offset to a size, or to the end of the file where none is known. All requests are on their way when this is done, but not all are answered.</summary>
    /// <returns>True when the file ended before that size.</returns>
    public async Task<bool> SendAsync(long start, long? size, bool mayLeaveOut)
    {
        long at = start;
        bool seesHoles = mayLeaveOut && size >= MayHaveHoles;
        End = _answered = start;
        while ((size is null || at < size) && Failure is null)
        {
            long until = size ?? long.MaxValue;
            if (seesHoles)
            {
                (long data, long length) = await source.NextDataAsync(at, CancellationToken.None).ConfigureAwait(false);
                if (length == 0) data = until;
                MustSetSize = data >= until;
                if (data > at) Skip(Math.Min(data, until) - at);
                End = at = Math.Min(Math.Max(at, data), until);
                if (at >= until) break;
                until = Math.Min(until, at + length);
            }

            while (at < until && Failure is null)
            {
                int wanted = (int)Math.Min(flight.RequestBytes, until - at);
                int read = await SendPartAsync(at, wanted).ConfigureAwait(false);
                End = at += read;
                if (read < wanted) return size is not null;
            }
        }

        return false;
    }

    /// <summary>Waits until everything is answered.</summary>
    /// <exception cref="SftpException">The server refused a part.</exception>
    public async Task FinishAsync(CancellationToken ct)
    {
        Done();
        await _drained.Task.WaitAsync(ct).ConfigureAwait(false);
        if (Failure is null) return;
        job.Step = _failedStep;
        System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure!);
    }

    public bool HasFailed => Failure is not null;

    private Exception? Failure
    {
        get
        {
            lock (_lock) return _failure;
        }
    }

    private async ValueTask<int> SendPartAsync(long offset, int length)
    {
        await flight.TakeAsync(job, length, _turn).ConfigureAwait(false);
        Part part = Rent(length);
        SentData sent;
        try
        {
            sent = readsFirst
                ? await SendReadAsync(part, offset, length).ConfigureAwait(false)
                : await DataWriter.SendAsync(pump, part, handle, offset, source, length).ConfigureAwait(false);
        }
        catch (Exception error) when (Transfer.IsLocal(error))
        {
            Fail(TransferStep.Read, error);
            Finish(part, 0, isAnswered: false);
            return 0;
        }

        if (sent.Sent == 0) Finish(part, 0, isAnswered: false);
        if (sent.Failure is not null) Fail(TransferStep.Read, sent.Failure);
        if (sent.Sent > sent.Read) MustSetSize = true;
        return sent.Read;
    }

    private async ValueTask<SentData> SendReadAsync(Part part, long offset, int length)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            int count = 0;
            while (count < length && await source.ReadAsync(buffer.AsMemory(count, length - count), offset + count, CancellationToken.None).ConfigureAwait(false) is > 0 and int more) count += more;
            if (count == 0) return default;
            await DataWriter.SendAsync(pump, part, handle, offset, buffer.AsMemory(0, count)).ConfigureAwait(false);
            return new SentData(count, count, null);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private Part Rent(int length)
    {
        Part? part;
        lock (_lock)
        {
            _parts++;
            _idle.TryPop(out part);
        }

        part ??= new Part(this);
        part.Length = length;
        return part;
    }

    private void Skip(long bytes)
    {
        flight.Skip(job, bytes);
        lock (_lock) _answered += bytes;
    }

    private void Fail(TransferStep step, Exception error)
    {
        lock (_lock)
        {
            if (_failure is null) (_failedStep, _failure) = (step, error);
        }
    }

    private void Finish(Part part, int written, bool isAnswered)
    {
        long answered;
        lock (_lock)
        {
            _idle.Push(part);
            answered = _answered += written;
        }

        if (written > 0) advanced(answered);
        flight.Return(part.Length, isAnswered);
        Done();
    }

    private void Done()
    {
        bool isLast;
        lock (_lock) isLast = --_parts == 0;
        if (isLast) _drained.TrySetResult();
    }

    /// <summary>One WRITE.</summary>
    private sealed class Part(RangedWrite owner) : PendingRequest
    {
        /// <summary>What it has in flight.</summary>
        public int Length { get; set; }

        public override void OnReply(SftpMessageType type, ReadOnlySpan<byte> fields)
        {
            bool isDone = Replies.IsOk(type, fields);
            if (!isDone) owner.Fail(TransferStep.Write, Replies.Error(type, fields, owner.Target));
            owner.Finish(this, isDone ? DataBytes : 0, isAnswered: true);
        }

        public override void OnLost(Exception error)
        {
            owner.Fail(TransferStep.Write, error);
            owner.Finish(this, 0, isAnswered: false);
        }
    }

    private string Target => job.Writing;
}
