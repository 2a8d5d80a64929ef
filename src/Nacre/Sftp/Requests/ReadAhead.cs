using System.Buffers;
using Nacre.Protocol.Sftp;

namespace Nacre.Sftp.Requests;

/// <summary>Reads a remote file from an offset on, ahead of who takes the bytes: the more of them are taken, the further ahead.</summary>
/// <remarks>One reader at a time. What it holds is bounded by <see cref="MostBytes"/>.</remarks>
internal sealed class ReadAhead : IDisposable
{
    /// <summary>The most bytes that are asked for and not yet taken.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    private const int FirstParts = 2;

    private readonly RemoteFile _file;
    private readonly Queue<Part> _parts = new();
    private readonly int _partBytes;
    private readonly int _mostParts;
    private long _asked;
    private int _wantedParts = FirstParts;
    private bool _isEnd;

    /// <param name="file">Which.</param>
    /// <param name="start">From where, in bytes.</param>
    /// <param name="mostBytes">The most bytes that are asked for and not yet taken.</param>
    public ReadAhead(RemoteFile file, long start, int mostBytes = MostBytes)
    {
        _file = file;
        Position = _asked = start;
        _partBytes = file.Client.MaxReadLength;
        _mostParts = Math.Max(1, mostBytes / _partBytes);
    }

    /// <summary>Where the next byte is from.</summary>
    public long Position { get; private set; }

    /// <summary>Takes the next bytes; 0 at the end of the file.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        if (buffer.IsEmpty) return 0;
        Ask();
        if (!_parts.TryPeek(out Part? part)) return 0;
        await part.Answered.WaitAsync(ct).ConfigureAwait(false);
        int count = part.Take(buffer.Span);
        Position += count;
        if (!part.IsTaken) return count;
        _parts.Dequeue();
        part.Drop();
        _wantedParts = Math.Min(_wantedParts + 1, _mostParts);
        if (!part.IsShort) return count;

        // The end is where the file ended when it was asked there.
        _isEnd = true;
        Dispose();
        return count;
    }

    /// <summary>Gives up what was asked for; the buffers go back when the answers have come.</summary>
    public void Dispose()
    {
        while (_parts.TryDequeue(out Part? part)) part.Drop();
    }

    private void Ask()
    {
        if (_isEnd || _parts.Count >= _wantedParts) return;
        RequestWriter writer = _file.Client.Pump.Writer;
        writer.Cork();
        while (_parts.Count < _wantedParts)
        {
            var part = new Part(_file, _asked, _partBytes);
            _parts.Enqueue(part);
            part.Post();
            _asked += _partBytes;
        }

        writer.Uncork();
    }

    /// <summary>One stretch of the file; short answers are followed by questions for the rest.</summary>
    private sealed class Part(RemoteFile file, long offset, int length) : PendingRequest
    {
        private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _lock = new();
        private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(length);
        private int _filled;
        private int _taken;
        private bool _isDropped;

        public Task Answered => _answered.Task;

        public bool IsTaken => _taken == _filled;

        /// <summary>True when the file ends in it.</summary>
        public bool IsShort => _filled < length;

        public void Post()
        {
            file.Client.Pump.Add(this);
            var message = new SftpRead { Id = Id, Handle = file.Handle, Offset = (ulong)(offset + _filled), Length = (uint)(length - _filled) };
            file.Client.Pump.Post(ref message, Id);
        }

        public int Take(Span<byte> buffer)
        {
            int count = Math.Min(buffer.Length, _filled - _taken);
            _buffer.AsSpan(_taken, count).CopyTo(buffer);
            _taken += count;
            return count;
        }

        /// <summary>Nobody takes more of it.</summary>
        public void Drop()
        {
            lock (_lock)
            {
                if (_isDropped) return;
                _isDropped = true;
                if (!_answered.Task.IsCompleted) return;
            }

            ArrayPool<byte>.Shared.Return(_buffer);
        }

        public override ValueTask OnDataAsync(ReadOnlySequence<byte> data)
        {
            int wanted = length - _filled;
            if (data.Length > wanted) throw BufferRead.TooMuch(data.Length, wanted);
            data.CopyTo(_buffer.AsSpan(_filled));
            _filled += (int)data.Length;
            if (data.IsEmpty) Answer(BufferRead.Empty(file.Path));
            else if (_filled == length) Answer(null);
            else Post();
            return ValueTask.CompletedTask;
        }

        public override void OnReply(SftpMessageType type, ReadOnlySpan<byte> fields)
        {
            SftpException error = Replies.Error(type, fields, file.Path);
            Answer(error.Status == SftpStatusCode.Eof ? null : error);
        }

        public override void OnLost(Exception error) => Answer(error);

        private void Answer(Exception? error)
        {
            bool isDropped;
            lock (_lock)
            {
                if (error is null) _answered.TrySetResult();
                else _answered.TrySetException(error);
                isDropped = _isDropped;
            }

            _ = _answered.Task.Exception; // who gave up waiting is not told, and that is no fault
            if (isDropped) ArrayPool<byte>.Shared.Return(_buffer);
        }
    }
}
