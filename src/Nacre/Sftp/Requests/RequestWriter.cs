using System.Buffers;
using System.IO.Pipelines;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp.Requests;

/// <summary>Puts requests into the pipe, many to one flush; posting never waits.</summary>
/// <remarks>
/// The pipe has one owner at a time: whoever encodes under the lock, whoever fills a WRITE with data, or a flush that is under way. While it is
/// owned, small requests gather aside, in order, and follow when the owner leaves it.
/// <code>
///   free --Post--> encoded in place, flushed at once unless corked        owned --Post--> aside
///   free --EnterAsync--> owned --Leave--> aside appended --> next owner | flush | free
/// </code>
/// </remarks>
internal sealed class RequestWriter(PipeWriter output)
{
    /// <summary>So much goes out although more is on its way.</summary>
    public const int FlushBytes = 256 * 1024;

    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _aside = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private bool _isOwned;
    private bool _isFlushing;
    private volatile bool _isEnded;
    private bool _isCompleted;
    private int _corks;
    private int _unflushed;

    /// <summary>The pipe; for its owner.</summary>
    public PipeWriter Output => output;

    /// <summary>True when nothing goes out any more; an owner who finds that must not write.</summary>
    public bool IsEnded => _isEnded;

    /// <summary>Writes a request; false when nothing goes out any more.</summary>
    public bool Post<T>(scoped ref T message)
        where T : ISftpMessage<T>, allows ref struct
    {
        lock (_lock)
        {
            if (_isEnded) return false;
            if (_isOwned)
            {
                SftpFrames.Write(_aside, ref message);
                return true;
            }

            if (!TryWrite(ref message)) return false;
            if (_corks > 0 && _unflushed < FlushBytes) return true;
            _isOwned = true;
        }

        Leave(0);
        return true;
    }

    /// <summary>Holds flushes back until <see cref="Uncork"/>: more is about to be posted.</summary>
    public void Cork()
    {
        lock (_lock) _corks++;
    }

    /// <summary>Lets what was posted go.</summary>
    public void Uncork()
    {
        lock (_lock)
        {
            if (--_corks > 0 || _isOwned || _unflushed == 0 || _isEnded) return;
            _isOwned = true;
        }

        Leave(0);
    }

    /// <summary>Makes the caller the pipe's owner, who is to call <see cref="Leave"/>.</summary>
    public ValueTask EnterAsync()
    {
        lock (_lock)
        {
            if (!_isOwned)
            {
                _isOwned = true;
                return ValueTask.CompletedTask;
            }

            // Not inline: two that give each other the pipe would never come back.
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
            return new ValueTask(turn.Task);
        }
    }

    /// <summary>Room for at least so many bytes, for the owner; none when nothing goes out any more.</summary>
    public Memory<byte> Room(int length)
    {
        if (_isEnded) return default;
        try
        {
            return output.GetMemory(length);
        }
        catch (Exception error) when (IsEnd(error))
        {
            _isEnded = true;
            return default;
        }
    }

    /// <summary>Lets the owner write; false when nothing goes out any more.</summary>
    public bool TryWrite<T>(Action<PipeWriter, T> write, T state)
    {
        if (_isEnded) return false;
        try
        {
            write(output, state);
        }
        catch (Exception error) when (IsEnd(error))
        {
            _isEnded = true;
        }

        return !_isEnded;
    }

    /// <summary>The owner has written so many bytes and is done.</summary>
    public void Leave(int bytes)
    {
        lock (_lock) _unflushed += bytes;
        while (true)
        {
            TaskCompletionSource? next = null;
            lock (_lock)
            {
                TakeAside();
                bool isFull = _unflushed >= FlushBytes && !_isEnded;
                if (!isFull && _waiting.TryDequeue(out next))
                {
                    // Stays owned.
                }
                else if (_isEnded || _unflushed == 0 || (_corks > 0 && !isFull))
                {
                    _isOwned = false;
                    return;
                }

                if (next is null) (_unflushed, _isFlushing) = (0, true);
            }

            if (next is not null)
            {
                next.SetResult();
                return;
            }

            if (!TryFlush()) return;
        }
    }

    /// <summary>Nothing goes out any more; what waits is dropped.</summary>
    public async ValueTask EndAsync(Exception? error = null)
    {
        lock (_lock)
        {
            if (_isCompleted) return;
            _isEnded = _isCompleted = true;
            if (_isFlushing) output.CancelPendingFlush();
        }

        await EnterAsync().ConfigureAwait(false);
        await output.CompleteAsync(error).ConfigureAwait(false);
        Leave(0);
    }

    /// <summary>Flushes; false when that takes time and somebody else leaves.</summary>
    private bool TryFlush()
    {
        ValueTask<FlushResult> flush;
        try
        {
            flush = output.FlushAsync();
        }
        catch (Exception error) when (IsEnd(error))
        {
            flush = ValueTask.FromException<FlushResult>(error);
        }

        if (!flush.IsCompletedSuccessfully)
        {
            _ = FinishAsync(flush);
            return false;
        }

        Flushed(flush.Result.IsCompleted);
        return true;
    }

    private async Task FinishAsync(ValueTask<FlushResult> flush)
    {
        bool isEnd = true;
        try
        {
            isEnd = (await flush.ConfigureAwait(false)).IsCompleted;
        }
        catch (Exception error) when (IsEnd(error))
        {
            // The reading loop learns why the session is over.
        }

        Flushed(isEnd);
        Leave(0);
    }

    private void Flushed(bool isEnd)
    {
        lock (_lock)
        {
            _isFlushing = false;
            _isEnded |= isEnd;
        }
    }

    private bool TryWrite<T>(scoped ref T message)
        where T : ISftpMessage<T>, allows ref struct
    {
        try
        {
            _unflushed += SftpFrames.Write(output, ref message);
        }
        catch (Exception error) when (IsEnd(error))
        {
            _isEnded = true;
        }

        return !_isEnded;
    }

    private void TakeAside()
    {
        if (_aside.WrittenCount == 0) return;
        try
        {
            if (!_isEnded) output.Write(_aside.WrittenSpan);
            _unflushed += _aside.WrittenCount;
        }
        catch (Exception error) when (IsEnd(error))
        {
            _isEnded = true;
        }

        _aside.ResetWrittenCount();
    }

    // What a pipe, a channel's or another, says when nobody takes its bytes any more.
    private static bool IsEnd(Exception error) => error is SshException or IOException or InvalidOperationException or OperationCanceledException;
}
