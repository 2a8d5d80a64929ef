using System.Threading.Tasks.Sources;

namespace Nacre.Sftp.Transfers;

/// <summary>How much of one transfer is on the wire: bytes that were asked for or sent and not yet answered, of all its files together.</summary>
/// <remarks>
/// The window begins with what a line of 1 Gbit/s of this length holds, and doubles with each round of answers for as long as that makes them come
/// faster, so that it ends where the path is full. A further file begins when everything that the files under way have left to ask for is asked for,
/// or nearly: so large ones come one after the other without a gap between them, and small ones many at a time.
/// </remarks>
internal sealed class Flight
{
    /// <summary>The least that the window begins with: enough for most paths, and a file's end in no time on slow ones.</summary>
    public const long FirstWindow = 4 * 1024 * 1024;

    /// <summary>The most that is in flight.</summary>
    public const long LastWindow = 16 * 1024 * 1024;

    /// <summary>Files that are open at once.</summary>
    public const int MaxFiles = 64;

    /// <summary>While more than this is yet to be asked for, no further file begins: enough to fill the path while that one is opened.</summary>
    private const long FewLeft = LastWindow;

    /// <summary>A round must bring this many times more bytes in a second than the one before, or the path is full.</summary>
    private const double Faster = 1.2;

    /// <summary>1 Gbit/s, and half as much again for the requests that are under way to the server.</summary>
    private const double FirstBytesPerSecond = 1.5 * 125e6;

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly int _mostFiles;
    private readonly long _lastWindow;
    private readonly Queue<FlightTurn> _parts = new();
    private readonly Queue<FlightTurn> _starts = new();
    private readonly Pace? _pace;
    private long _window;
    private long _inFlight;
    private long _backlog;
    private int _files;
    private long _roundBytes;
    private long _roundStart;
    private double _rate;
    private int _flatRounds;
    private Exception? _ended;

    /// <param name="options">How much the user wants in flight.</param>
    /// <param name="mostData">The most data that one request may have.</param>
    /// <param name="mostFiles">The most files that the server has open at once.</param>
    /// <param name="roundTrip">How far the server is; zero when that is not known.</param>
    /// <param name="time">What time it is.</param>
    public Flight(TransferOptions options, int mostData, int mostFiles, TimeSpan roundTrip, TimeProvider time)
    {
        (_time, _mostFiles) = (time, Math.Clamp(mostFiles, 1, MaxFiles));
        const int leastData = 1024, pacedParts = 8;
        RequestBytes = Math.Clamp(options.RequestBytes ?? mostData, 1, mostData);
        if (options.MaxBytesPerSecond is { } rate)
        {
            // Small enough that a second is made of several.
            RequestBytes = (int)Math.Clamp(rate / pacedParts, Math.Min(leastData, RequestBytes), RequestBytes);
            _pace = new Pace(rate, time);
            (_window, _lastWindow) = (rate, Math.Clamp(rate, RequestBytes, LastWindow));
        }
        else
        {
            (_window, _lastWindow) = (Math.Max(FirstWindow, (long)(roundTrip.TotalSeconds * FirstBytesPerSecond)), LastWindow);
        }

        if (options.RequestsInFlight is { } requests) _window = _lastWindow = Math.Clamp((long)requests, 1, LastWindow) * RequestBytes;
        _window = Math.Clamp(_window, RequestBytes, _lastWindow);
        _roundStart = time.GetTimestamp();
    }

    /// <summary>The data in one request.</summary>
    public int RequestBytes { get; }

    /// <summary>The window as it is now.</summary>
    public long Window
    {
        get
        {
            lock (_lock) return _window;
        }
    }

    /// <summary>Waits until another file may begin.</summary>
    public ValueTask StartFileAsync(FlightTurn turn)
    {
        lock (_lock)
        {
            if (_ended is not null) return ValueTask.FromException(_ended);
            if (MayStart) _files++;
            else return turn.Wait(_starts, 0);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The file that has begun has so many bytes to ask for.</summary>
    public void AddBacklog(FileJob job, long bytes)
    {
        job.Backlog += bytes;
        lock (_lock) _backlog += bytes;
    }

    /// <summary>So many bytes of the file need not be asked for.</summary>
    public void Skip(FileJob job, long bytes)
    {
        long known = Math.Min(job.Backlog, bytes);
        job.Backlog -= known;
        lock (_lock) _backlog -= known;
        Wake();
    }

    /// <summary>A file has ended; what it did not ask for it never will.</summary>
    public void EndFile(FileJob? job)
    {
        lock (_lock)
        {
            _files--;
            _backlog -= job?.Backlog ?? 0;
        }

        if (job is not null) job.Backlog = 0;
        Wake();
    }

    /// <summary>Waits until so many bytes of a file may go into flight.</summary>
    public ValueTask TakeAsync(FileJob job, int bytes, FlightTurn turn)
    {
        bool isLess = job.Backlog > 0;
        long known = Math.Min(job.Backlog, bytes);
        job.Backlog -= known;
        lock (_lock)
        {
            if (_ended is not null) return ValueTask.FromException(_ended);
            _backlog -= known;
            if (_parts.Count > 0 || !HasRoom(bytes)) return turn.Wait(_parts, bytes);
            _inFlight += bytes;
        }

        if (isLess) Wake();
        return _pace?.TakeAsync(bytes) ?? ValueTask.CompletedTask;
    }

    /// <summary>Bytes are out of flight again; when they were answered the window may grow.</summary>
    public void Return(int bytes, bool isAnswered)
    {
        lock (_lock)
        {
            _inFlight -= bytes;
            if (isAnswered) Count(bytes);
        }

        Wake();
    }

    /// <summary>Everybody who waits, or will, gets this instead.</summary>
    public void End(Exception error)
    {
        List<FlightTurn> waiting;
        lock (_lock)
        {
            _ended ??= error;
            waiting = [.. _parts, .. _starts];
            _parts.Clear();
            _starts.Clear();
        }

        foreach (FlightTurn turn in waiting) turn.Fail(error);
    }

    private bool MayStart => _files < _mostFiles && _backlog <= FewLeft;

    private bool HasRoom(int bytes) => _inFlight == 0 || _inFlight + bytes <= _window;

    private void Wake()
    {
        while (true)
        {
            FlightTurn? turn;
            lock (_lock)
            {
                if (_parts.TryPeek(out turn) && HasRoom(turn.Bytes))
                {
                    _inFlight += turn.Bytes;
                    _parts.Dequeue();
                }
                else if (MayStart && _starts.TryDequeue(out turn))
                {
                    _files++;
                }
                else
                {
                    return;
                }
            }

            // Outside the lock, since who waited goes on at once and may well come back.
            turn.Give();
        }
    }

    private void Count(int bytes)
    {
        _roundBytes += bytes;
        if (_roundBytes < _window || _window == _lastWindow) return;
        double seconds = Math.Max(_time.GetElapsedTime(_roundStart).TotalSeconds, 1e-6);
        double rate = _roundBytes / seconds;
        _flatRounds = rate > _rate * Faster ? 0 : _flatRounds + 1;
        const int enough = 3;
        if (_flatRounds < enough) _window = Math.Min(_window * 2, _lastWindow);
        (_rate, _roundBytes, _roundStart) = (Math.Max(rate, _rate), 0, _time.GetTimestamp());
    }
}

/// <summary>One that waits in a <see cref="Flight"/>, again and again; it goes on at once, where the bytes came back.</summary>
internal sealed class FlightTurn : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _source;

    /// <summary>What it waits for.</summary>
    public int Bytes { get; private set; }

    public ValueTask Wait(Queue<FlightTurn> queue, int bytes)
    {
        Bytes = bytes;
        _source.Reset();
        queue.Enqueue(this);
        return new ValueTask(this, _source.Version);
    }

    public void Give() => _source.SetResult(true);

    public void Fail(Exception error) => _source.SetException(error);

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
