using Nacre.Sftp;
using Nacre.Sftp.Transfers;

namespace Nacre.Tools.FileTransfer;

/// <summary>Tells people what a transfer does: failures in OpenSSH's words, directories that are entered, and how far each file is.</summary>
/// <param name="reporter">Where it is told.</param>
/// <param name="way">From where to where.</param>
/// <param name="entering">Put before the name of each directory; null to say nothing.</param>
internal sealed class TransferReport(Reporter reporter, TransferWay way, string? entering = null) : ITransferObserver
{
    private readonly Dictionary<string, long?> _running = [];
    private ProgressMeter? _meter;
    private string? _metered;

    /// <summary>True when something failed. A link or a device in a tree is passed over and no failure, as with OpenSSH.</summary>
    public bool HasFailed { get; private set; }

    public void Starting(string source, string target, long? size, bool isDirectory)
    {
        if (isDirectory)
        {
            if (entering is not null) reporter.Print($"{entering} {(source.Length > 1 ? source.TrimEnd('/') : source)}");
            return;
        }

        if (!reporter.ShowsProgress) return;
        _running[source] = size;
        if (_meter is null) Show(source, size);
    }

    public void Advanced(string source, long bytesDone)
    {
        if (source == _metered) _meter?.Report(bytesDone);
    }

    public void Ended(string source, long bytes, bool isWhole)
    {
        if (!_running.Remove(source, out long? size)) return;
        if (source != _metered)
        {
            if (isWhole) ShowWhole(source, size, bytes);
            return;
        }

        _meter?.Dispose();
        (_meter, _metered) = (null, null);
    }

    public void Failed(TransferFailure failure)
    {
        bool isPassedOver = failure.Step == TransferStep.NotRegular && !_roots.Contains(failure.Source);
        HasFailed |= !isPassedOver;
        reporter.Fail(way.Describe(failure));
    }

    private readonly HashSet<string> _roots = [];

    /// <summary>The user named this, so that it must not be passed over.</summary>
    public void Name(string source) => _roots.Add(source);

    private void Show(string source, long? size) => (_meter, _metered) = (reporter.Meter(source, size ?? 0), source);

    // One line at a time can move; a file that came and went beside it is shown as it ended.
    private void ShowWhole(string source, long? size, long bytes)
    {
        if (_meter is not null) return;
        using ProgressMeter? meter = reporter.Meter(source, size ?? bytes);
        meter?.Report(bytes);
    }
}
