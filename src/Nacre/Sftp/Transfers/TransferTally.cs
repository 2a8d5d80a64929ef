namespace Nacre.Sftp.Transfers;

/// <summary>Counts what a transfer has done, and tells who wants to know how far it is.</summary>
internal sealed class TransferTally(IProgress<TransferProgress>? progress)
{
    /// <summary>A million failures are not kept, but told as they come.</summary>
    private const int MostFailures = 1000;

    private readonly Lock _lock = new();
    private readonly List<TransferFailure> _failures = [];
    private long _files;
    private long _bytes;

    public TransferResult Result
    {
        get
        {
            lock (_lock) return new TransferResult(_files, _bytes, [.. _failures]);
        }
    }

    public void Add(TransferFailure failure)
    {
        lock (_lock)
        {
            if (_failures.Count < MostFailures) _failures.Add(failure);
        }
    }

    /// <summary>So many bytes of the file are there now.</summary>
    public void Advance(FileJob job, long done)
    {
        long total, files;
        lock (_lock)
        {
            _bytes += done - Math.Max(job.Counted, job.Found);
            job.Counted = done;
            (total, files) = (_bytes, _files);
        }

        progress?.Report(new TransferProgress(job.Source, job.Target, done, job.Size, total, files));
    }

    /// <summary>The file is whole.</summary>
    public void End(FileJob job)
    {
        long total, files;
        lock (_lock) (total, files) = (_bytes, ++_files);
        progress?.Report(new TransferProgress(job.Source, job.Target, job.Done, job.Size ?? job.Done, total, files));
    }
}
