namespace Nacre.Tools.FileTransfer;

/// <summary>Shows how far one copy is.</summary>
internal sealed class ProgressMeter : IProgress<long>, IDisposable
{
    private readonly TransferMeter _meter;
    private readonly string _path;

    public ProgressMeter(TextWriter output, string path, long total)
    {
        (_meter, _path) = (new TransferMeter(output), path);
        _meter.Begin(path, total);
    }

    /// <summary>Takes the bytes copied so far.</summary>
    public void Report(long value) => _meter.Advance(_path, value);

    public void Dispose()
    {
        _meter.End(_path);
        _meter.Dispose();
    }
}
