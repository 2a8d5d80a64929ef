using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;
using Nacre.Sftp.Requests;

namespace Nacre.Sftp.Transfers;

/// <summary>Copies files and trees with the requests of many files on the wire at once; <see cref="Download"/>, <see cref="Upload"/> and <see cref="RemoteCopy"/> say from where to where.</summary>
/// <remarks>
/// Directories are listed while files are copied. What fails is told to the observer, and the rest goes on; what ends the session ends the
/// transfer. After the end, by whatever, nothing is read or written any more. A transfer runs once.
/// </remarks>
internal abstract class Transfer
{
    protected const uint PermissionMask = 0x1ff, OwnerWrites = 0x80, OwnerEnters = 0xc0, UsualPermissions = 0x1b6;

    /// <summary>Directories that are listed at once; more are listed one within the other.</summary>
    private const int MaxListings = 8;

    private readonly ITransferObserver _observer;
    private readonly Lock _observing = new();
    private readonly SemaphoreSlim _listings = new(MaxListings, MaxListings);
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TransferDirectory _roof = new(null, "", "", new SftpAttributes(), isFresh: false);
    private readonly TransferTally _tally;
    private Exception? _ended;

    /// <param name="session">The session that most requests go to.</param>
    /// <param name="mostData">The most data that one of its requests has.</param>
    /// <param name="options">How to copy.</param>
    /// <param name="observer">Hears what happens.</param>
    protected Transfer(SftpClient session, int mostData, TransferOptions options, ITransferObserver observer)
    {
        (Session, Options, _observer) = (session, options, observer);
        Flight = new Flight(options, mostData, session.MostFiles, session.Pump.RoundTrip, session.Pump.Time);
        _tally = new TransferTally(options.Progress);
    }

    /// <summary>The session that most requests go to.</summary>
    protected SftpClient Session { get; }

    protected RequestPump Pump => Session.Pump;

    protected TransferOptions Options { get; }

    protected Flight Flight { get; }

    /// <summary>The user's word to stop.</summary>
    protected CancellationToken Stop { get; private set; }

    /// <summary>Whether an exception is about a file, and not about the session or a fault of ours.</summary>
    internal static bool IsLocal(Exception error) =>
        error is SftpException or IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    /// <summary>Copies all of it.</summary>
    /// <exception cref="OperationCanceledException">The user stopped it; what was copied stays, as far as it goes.</exception>
    /// <exception cref="SshException">The session ended.</exception>
    public Task<TransferResult> RunAsync(IEnumerable<TransferItem> items, CancellationToken ct = default) => RunAsync(Each(items), ct);

    /// <summary>Copies all of it, as it becomes known.</summary>
    /// <exception cref="OperationCanceledException">The user stopped it; what was copied stays, as far as it goes.</exception>
    /// <exception cref="SshException">The session ended.</exception>
    public async Task<TransferResult> RunAsync(IAsyncEnumerable<TransferItem> items, CancellationToken ct = default)
    {
        Stop = ct;
        using CancellationTokenRegistration stopping = ct.UnsafeRegister(static (transfer, token) => ((Transfer)transfer!).End(new OperationCanceledException(token)), this);
        try
        {
            await StartAllAsync(items, ct).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            End(error);
        }

        Release(_roof);
        await _done.Task.ConfigureAwait(false);
        if (_ended is OperationCanceledException) ct.ThrowIfCancellationRequested();
        if (_ended is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_ended);
        return _tally.Result;
    }

    /// <summary>What the source is.</summary>
    protected abstract ValueTask<SftpAttributes> StatSourceAsync(string path, bool followsLinks);

    /// <summary>What is in a directory of the source.</summary>
    protected abstract IAsyncEnumerable<List<FileEntry>> ListSourceAsync(string path);

    /// <summary>Makes a directory at the target unless there is one; true when there was none.</summary>
    protected abstract ValueTask<bool> MakeDirectoryAsync(string path, uint permissions, bool isListed);

    /// <summary>Sets what the attributes name of a directory at the target.</summary>
    protected abstract ValueTask SetDirectoryAsync(string path, SftpAttributes attributes);

    /// <summary>Copies a regular file; says in the job how far it is.</summary>
    protected abstract Task CopyAsync(FileJob job);

    /// <summary>A file has come on.</summary>
    protected void Advance(FileJob job, long done)
    {
        // Answers to what was sent before the end may still come.
        if (_ended is not null) return;
        job.Done = done;
        _tally.Advance(job, done);
        lock (_observing) _observer.Advanced(job.Source, done);
    }

    /// <summary>The attributes that a copy takes over: never what marks a program for another user .</summary>
    protected static SftpAttributes Kept(SftpAttributes attributes) => new()
    {
        Permissions = attributes.Permissions & PermissionMask,
        AccessTime = attributes.AccessTime,
        ModificationTime = attributes.ModificationTime,
    };

    private static async IAsyncEnumerable<TransferItem> Each(IEnumerable<TransferItem> items)
    {
        foreach (TransferItem item in items) yield return item;
        await ValueTask.CompletedTask.ConfigureAwait(false);
    }

    private async ValueTask StartAllAsync(IAsyncEnumerable<TransferItem> items, CancellationToken ct)
    {
        var turn = new FlightTurn();
        await foreach (TransferItem item in items.WithCancellation(ct).ConfigureAwait(false)) await StartAsync(item, _roof, turn).ConfigureAwait(false);
    }

    /// <summary>Begins with a file or a directory as soon as there is room for it.</summary>
    private async ValueTask StartAsync(TransferItem item, TransferDirectory directory, FlightTurn turn)
    {
        SftpAttributes? known = item.Known;
        bool mustAsk = known?.Permissions is null || (known.IsSymbolicLink && (Options.FollowsLinks || directory == _roof));
        if (mustAsk || !known!.IsDirectory)
        {
            await Flight.StartFileAsync(turn).ConfigureAwait(false);
            directory.Hold();
            _ = RunFileAsync(item, directory, mustAsk ? null : known);
            return;
        }

        // Where many directories are listed already, this one is listed before the one that it is in goes on.
        directory.Hold();
        if (_listings.Wait(0, CancellationToken.None)) _ = RunListingAsync(item, directory, known);
        else await RunDirectoryAsync(item, directory, known).ConfigureAwait(false);
    }

    private async Task RunListingAsync(TransferItem item, TransferDirectory directory, SftpAttributes known)
    {
        await RunDirectoryAsync(item, directory, known).ConfigureAwait(false);
        _listings.Release();
    }

    private async Task RunFileAsync(TransferItem item, TransferDirectory directory, SftpAttributes? known)
    {
        FileJob? job = null;
        try
        {
            known ??= await AskAsync(item, directory).ConfigureAwait(false);
            if (known is not null && !known.IsDirectory) job = Judge(item, directory, known);
            if (job is not null) await RunJobAsync(job).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            End(error);
        }

        Flight.EndFile(job);
        if (known is { IsDirectory: true }) await RunDirectoryAsync(item, directory, known).ConfigureAwait(false);
        else Release(directory);
    }

    private async ValueTask<SftpAttributes?> AskAsync(TransferItem item, TransferDirectory directory)
    {
        try
        {
            return await StatSourceAsync(item.Source, Options.FollowsLinks || directory == _roof).ConfigureAwait(false);
        }
        catch (Exception error) when (IsLocal(error))
        {
            Fail(TransferStep.Stat, item.Source, item.Target, error);
            return null;
        }
    }

    private FileJob? Judge(TransferItem item, TransferDirectory directory, SftpAttributes known)
    {
        // A server that says nothing of the type is taken at its word that it can be read.
        if (known.Permissions is null || known.IsRegularFile) return new FileJob(item.Source, item.Target, known, directory);
        Fail(TransferStep.NotRegular, item.Source, item.Target, new SftpException(SftpStatusCode.Failure, "not a regular file", item.Source));
        return null;
    }

    private async ValueTask RunJobAsync(FileJob job)
    {
        Flight.AddBacklog(job, job.Size ?? 0);
        Observe(job, static (observer, started) => observer.Starting(started.Source, started.Target, (long?)started.Attributes.Size, isDirectory: false));
        bool isWhole = false;
        try
        {
            await CopyAsync(job).ConfigureAwait(false);
            isWhole = true;
            _tally.End(job);
        }
        catch (Exception error) when (IsLocal(error))
        {
            Fail(job.Step, job.Source, job.Target, error);
        }
        finally
        {
            Observe((job, isWhole), static (observer, ended) => observer.Ended(ended.job.Source, ended.job.Done, ended.isWhole));
        }
    }

    /// <summary>Makes a directory and begins with everything in it. The hold on the one that it is in goes over to it.</summary>
    private async ValueTask RunDirectoryAsync(TransferItem item, TransferDirectory above, SftpAttributes attributes)
    {
        TransferDirectory? directory = null;
        TransferStep step = TransferStep.List;
        try
        {
            if (!Options.IsRecursive) throw new SftpException(SftpStatusCode.Failure, "not a regular file", item.Source);
            step = TransferStep.TooDeep;
            if (above.Depth >= TransferOptions.MaxDepth) throw new SftpException(SftpStatusCode.Failure, $"Maximum directory depth exceeded: {TransferOptions.MaxDepth} levels", item.Source);
            Observe(item, static (observer, started) => observer.Starting(started.Source, started.Target, null, isDirectory: true));
            step = TransferStep.MakeDirectory;
            uint permissions = (attributes.Permissions ?? PermissionMask) & PermissionMask;
            bool isFresh = await MakeDirectoryAsync(item.Target, permissions | OwnerEnters, above != _roof).ConfigureAwait(false);
            directory = new TransferDirectory(above, item.Source, item.Target, attributes, isFresh);
            step = TransferStep.List;
            await ListAsync(directory).ConfigureAwait(false);
        }
        catch (Exception error) when (IsLocal(error))
        {
            Fail(Options.IsRecursive ? step : TransferStep.NotRegular, item.Source, item.Target, error);
        }
        catch (Exception error)
        {
            End(error);
        }

        Release(directory ?? above);
    }

    private async ValueTask ListAsync(TransferDirectory directory)
    {
        var turn = new FlightTurn();
        await foreach (List<FileEntry> names in ListSourceAsync(directory.Source).ConfigureAwait(false))
        {
            foreach (FileEntry entry in names)
            {
                if (entry.Name is "." or "..") continue;
                (string source, string target) = (PlainName.In(directory.Source, entry.Name), PlainName.In(directory.Target, entry.Name));
                if (PlainName.Is(entry.Name)) await StartAsync(new TransferItem(source, target, entry.Attributes), directory, turn).ConfigureAwait(false);
                else Fail(TransferStep.UnsafeName, directory.Source, directory.Target, new SftpException(SftpStatusCode.BadMessage, $"Server sent suspect path \"{entry.Name}\" during readdir of \"{directory.Source}\"", entry.Name));
            }
        }
    }

    /// <summary>Something in the directory is done; after the last, the directory itself, and so on upwards.</summary>
    private void Release(TransferDirectory directory)
    {
        if (!directory.Release()) return;
        if (directory.Above is null) _done.TrySetResult();
        else _ = FinishAsync(directory, directory.Above);
    }

    private async Task FinishAsync(TransferDirectory directory, TransferDirectory above)
    {
        uint? permissions = directory.Attributes.Permissions & PermissionMask;
        bool hasTooMuch = directory.IsFresh && permissions is { } wanted && (wanted & OwnerEnters) != OwnerEnters;
        try
        {
            if (_ended is null && Options.KeepsAttributes) await SetDirectoryAsync(directory.Target, Kept(directory.Attributes)).ConfigureAwait(false);
            else if (_ended is null && hasTooMuch) await SetDirectoryAsync(directory.Target, new SftpAttributes { Permissions = permissions }).ConfigureAwait(false);
        }
        catch (Exception error) when (IsLocal(error))
        {
            Fail(TransferStep.SetAttributes, directory.Source, directory.Target, error);
        }
        catch (Exception error)
        {
            End(error);
        }

        Release(above);
    }

    /// <summary>Nothing more begins, and what waits is told.</summary>
    private void End(Exception error)
    {
        Interlocked.CompareExchange(ref _ended, error, null);
        Flight.End(error);
    }

    private void Fail(TransferStep step, string source, string target, Exception error)
    {
        var failure = new TransferFailure(step, source, target, error);
        _tally.Add(failure);
        Observe(failure, static (observer, told) => observer.Failed(told));
    }

    private void Observe<T>(T what, Action<ITransferObserver, T> tell)
    {
        lock (_observing) tell(_observer, what);
    }
}
