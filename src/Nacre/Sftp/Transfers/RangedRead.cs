using System.Buffers;
using Nacre.Protocol.Sftp;
using Nacre.Sftp.Requests;

namespace Nacre.Sftp.Transfers;

/// <summary>Fetches one remote file with many READs in flight and writes it to a local one from the front to the end.</summary>
/// <remarks>
/// What comes in order, as nearly all does, is written from the received packets; what comes before its turn is held until then. So the local
/// file never ends behind bytes that are missing, whenever this process dies, and the next one can go on at its end.
/// </remarks>
internal sealed class RangedRead(RequestPump pump, Flight flight, FileJob job, byte[] handle, SparseWriter target, Action<long> advanced)
{
    private readonly Lock _lock = new();
    private readonly FlightTurn _turn = new();
    private readonly Stack<Part> _idle = new();
    private readonly Dictionary<long, Part> _held = [];
    private readonly TaskCompletionSource _drained = new();
    private int _parts = 1;
    private bool _isStopped;
    private bool _isWriting;
    private long _end = long.MaxValue;
    private Exception? _failure;
    private TransferStep _failedStep;
    private TaskCompletionSource? _written;

    /// <summary>Reads from the target's position to a size, or to the end of the file where none is known.</summary>
    /// <returns>True when the file ended before that size.</returns>
    public async Task<bool> RunAsync(long? size, CancellationToken ct)
    {
        long asked = target.Position;
        try
        {
            while (!IsOver && (size is null || asked < size))
            {
                // Where no size is known, each answer that was full is followed by another question.
                int length = (int)Math.Min(flight.RequestBytes, (size ?? long.MaxValue) - asked);
                await flight.TakeAsync(job, length, _turn).ConfigureAwait(false);
                Part part = Rent(asked, length);
                part.Post();
                asked += length;
                if (size is null) await part.Answered.ConfigureAwait(false);
            }

            Done();
            await _drained.Task.WaitAsync(ct).ConfigureAwait(false);
        }
        finally
        {
            await StopAsync().ConfigureAwait(false);
        }

        if (_failure is not null)
        {
            job.Step = _failedStep;
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_failure);
        }

        return size is not null && target.Position < size;
    }

    private bool IsOver
    {
        get
        {
            lock (_lock) return _isStopped || _end < long.MaxValue || _failure is not null;
        }
    }

    /// <summary>After this the target is not written to any more, whatever still comes.</summary>
    private Task StopAsync()
    {
        lock (_lock)
        {
            _isStopped = true;
            if (!_isWriting) return Task.CompletedTask;
            return (_written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private Part Rent(long offset, int length)
    {
        Part? part;
        lock (_lock)
        {
            _parts++;
            _idle.TryPop(out part);
        }

        part ??= new Part(this);
        part.Begin(offset, length, hasWaiter: job.Size is null);
        return part;
    }

    private void Done()
    {
        bool isLast;
        lock (_lock) isLast = --_parts == 0;
        if (isLast) _drained.TrySetResult();
    }

    private void Fail(TransferStep step, Exception error)
    {
        lock (_lock)
        {
            if (_failure is null) (_failedStep, _failure) = (step, error);
        }

        DropHeld(0);
    }

    private void EndAt(long offset)
    {
        lock (_lock) _end = Math.Min(_end, offset);
        DropHeld(offset);
    }

    /// <summary>What is held from an offset on will never be in order.</summary>
    private void DropHeld(long from)
    {
        List<Part> dropped;
        lock (_lock)
        {
            if (_held.Count == 0) return;
            dropped = [.. _held.Values.Where(part => part.Offset >= from)];
            foreach (Part part in dropped) _held.Remove(part.Offset);
        }

        foreach (Part part in dropped)
        {
            if (part.IsWhole) Finish(part, isAnswered: true);
        }
    }

    private bool IsWanted(long offset)
    {
        lock (_lock) return !_isStopped && _failure is null && offset < _end;
    }

    /// <summary>A part is over: all of it came, or nothing more does.</summary>
    private void Finish(Part part, bool isAnswered)
    {
        int length = part.Length;
        part.Clear();
        lock (_lock) _idle.Push(part);
        flight.Return(length, isAnswered);
        Done();
    }

    private bool TryBeginWrite()
    {
        lock (_lock)
        {
            if (_isStopped || _failure is not null) return false;
            return _isWriting = true;
        }
    }

    private void EndWrite()
    {
        TaskCompletionSource? waiting;
        lock (_lock) (_isWriting, waiting) = (false, _written);
        waiting?.TrySetResult();
    }

    private ValueTask WriteAsync(ReadOnlySequence<byte> data)
    {
        if (!TryBeginWrite()) return ValueTask.CompletedTask;
        bool isPending = false;
        try
        {
            ValueTask writing = target.WriteAsync(data);
            if (writing.IsCompletedSuccessfully)
            {
                advanced(target.Position);
                return ValueTask.CompletedTask;
            }

            isPending = true;
            return WriteLaterAsync(writing);
        }
        catch (Exception error) when (Transfer.IsLocal(error))
        {
            Fail(TransferStep.Write, error);
            return ValueTask.CompletedTask;
        }
        finally
        {
            if (!isPending) EndWrite();
        }
    }

    private async ValueTask WriteLaterAsync(ValueTask writing)
    {
        try
        {
            await writing.ConfigureAwait(false);
            advanced(target.Position);
        }
        catch (Exception error) when (Transfer.IsLocal(error))
        {
            Fail(TransferStep.Write, error);
        }
        finally
        {
            EndWrite();
        }
    }

    /// <summary>Writes what is held from the target's position on.</summary>
    private async ValueTask WriteHeldAsync()
    {
        while (TryTakeHeld(out Part? part))
        {
            await WriteAsync(new ReadOnlySequence<byte>(part.TakeHeld())).ConfigureAwait(false);
            if (!part.IsWhole) return;
            Finish(part, isAnswered: true);
        }
    }

    private bool TryTakeHeld([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Part? part)
    {
        lock (_lock) return _held.Remove(target.Position, out part);
    }

    /// <summary>One READ, and those for what a short answer to it left out. All but <see cref="Begin"/> and <see cref="Post"/> is the reading loop's.</summary>
    private sealed class Part(RangedRead owner) : PendingRequest
    {
        private long _offset;
        private int _filled;
        private byte[]? _held;
        private TaskCompletionSource? _answered;

        public long Offset => _offset;

        public int Length { get; private set; }

        public bool IsWhole => _filled == Length;

        public Task Answered => _answered?.Task ?? Task.CompletedTask;

        public void Begin(long offset, int length, bool hasWaiter)
        {
            (_offset, Length, _filled) = (offset, length, 0);
            _answered = hasWaiter ? new TaskCompletionSource() : null;
        }

        public void Post()
        {
            owner.Pump.Add(this);
            var message = new SftpRead { Id = Id, Handle = owner.Handle, Offset = (ulong)(_offset + _filled), Length = (uint)(Length - _filled) };
            owner.Pump.Post(ref message, Id);
        }

        public void Clear()
        {
            if (_held is not null) ArrayPool<byte>.Shared.Return(_held);
            _held = null;
            _answered?.TrySetResult();
        }

        /// <summary>The bytes that were held; the part is in order from here on.</summary>
        public ReadOnlyMemory<byte> TakeHeld() => _held.AsMemory(0, _filled);

        public override ValueTask OnDataAsync(ReadOnlySequence<byte> data)
        {
            int wanted = Length - _filled;
            if (data.Length > wanted) throw BufferRead.TooMuch(data.Length, wanted);
            if (data.IsEmpty) owner.Fail(TransferStep.Read, BufferRead.Empty(owner.Path));
            if (!owner.IsWanted(_offset))
            {
                owner.Finish(this, isAnswered: true);
                return ValueTask.CompletedTask;
            }

            bool isInOrder = _offset + _filled == owner.Position;
            if (isInOrder && _held is not null)
            {
                ArrayPool<byte>.Shared.Return(_held);
                _held = null;
            }

            if (!isInOrder) Hold(data);
            _filled += (int)data.Length;
            return isInOrder ? WriteAsync(data) : AfterAsync(isInOrder: false);
        }

        public override void OnReply(SftpMessageType type, ReadOnlySpan<byte> fields)
        {
            SftpException error = Replies.Error(type, fields, owner.Path);
            if (error.Status == SftpStatusCode.Eof) owner.EndAt(_offset);
            else owner.Fail(TransferStep.Read, error);
            owner.Finish(this, isAnswered: true);
        }

        public override void OnLost(Exception error)
        {
            owner.Fail(TransferStep.Read, error);
            owner.Finish(this, isAnswered: false);
        }

        private ValueTask WriteAsync(ReadOnlySequence<byte> data)
        {
            ValueTask writing = owner.WriteAsync(data);
            return writing.IsCompletedSuccessfully ? AfterAsync(isInOrder: true) : WriteLaterAsync(writing);
        }

        private async ValueTask WriteLaterAsync(ValueTask writing)
        {
            await writing.ConfigureAwait(false);
            await AfterAsync(isInOrder: true).ConfigureAwait(false);
        }

        private ValueTask AfterAsync(bool isInOrder)
        {
            if (!IsWhole) Post();
            if (!isInOrder) return ValueTask.CompletedTask;
            if (IsWhole) owner.Finish(this, isAnswered: true);
            return owner.HoldsSome ? owner.WriteHeldAsync() : ValueTask.CompletedTask;
        }

        private void Hold(ReadOnlySequence<byte> data)
        {
            if (_held is null)
            {
                _held = ArrayPool<byte>.Shared.Rent(Length);
                lock (owner._lock) owner._held.Add(_offset, this);
            }

            data.CopyTo(_held.AsSpan(_filled));
        }
    }

    private bool HoldsSome
    {
        get
        {
            lock (_lock) return _held.Count > 0;
        }
    }

    private RequestPump Pump => pump;

    private byte[] Handle => handle;

    private string Path => job.Source;

    private long Position => target.Position;
}
