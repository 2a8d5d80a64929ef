using Nacre.Sftp;
using Nacre.Sftp.Transfers;

namespace Nacre.Tools.FileTransfer;

/// <summary>Tells people what a transfer does: failures in OpenSSH's words, directories that are entered, and how far each file is.</summary>
/// <param name="reporter">Where it is told.</param>
/// <param name="way">From where to where.</param>
/// <param name="entering">Put before the name of each directory; null to say nothing.</param>
internal sealed class TransferReport(Reporter reporter, TransferWay way, string? entering = null) : ITransferObserver, IDisposable
{
    private readonly Dictionary<string, string?> _roots = [];
    private readonly Dictionary<string, RunningFile> _running = [];
    private readonly List<RunningFile> _broken = [];
    private readonly TransferMeter? _meter = reporter.StartMeter();

    /// <summary>True when something failed. A link or a device in a tree is passed over and no failure, as with OpenSSH.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Files go on where an earlier copy ended, so the first bytes that are told of were there before.</summary>
    public bool Resumes { get; init; }

    /// <summary>What there is after a transfer that was stopped.</summary>
    public string Left => _broken switch
    {
        [] => "what was copied is kept",
        [{ Size: { } size } one] => $"{one.Target} has {one.Bytes} of {size} bytes",
        [var one] => $"{one.Target} has {one.Bytes} bytes",
        _ => $"{_broken.Count} files are not whole",
    };

    /// <summary>The user named this, so that it must not be passed over.</summary>
    /// <param name="source">What.</param>
    /// <param name="announcement">Said when it begins; null to say nothing.</param>
    public void Name(string source, string? announcement = null) => _roots[source] = announcement;

    public void Starting(string source, string target, long? size, bool isDirectory)
    {
        Announce(source);
        if (isDirectory)
        {
            if (entering is not null) Say(() => reporter.Print($"{entering} {(source.Length > 1 ? source.TrimEnd('/') : source)}"));
            return;
        }

        _running[source] = new RunningFile(target, size, 0);
        _meter?.Begin(source, size ?? 0);
    }

    public void Advanced(string source, long bytesDone)
    {
        if (!_running.TryGetValue(source, out RunningFile? file)) return;
        bool wasThere = Resumes && file.Bytes == 0;
        _running[source] = file with { Bytes = bytesDone };
        if (wasThere) _meter?.Skip(source, bytesDone);
        else _meter?.Advance(source, bytesDone);
    }

    public void Ended(string source, long bytes, bool isWhole)
    {
        if (!_running.Remove(source, out RunningFile? file)) return;
        if (!isWhole) _broken.Add(file with { Bytes = bytes });
        _meter?.End(source);
    }

    public void Failed(TransferFailure failure)
    {
        Announce(failure.Source);
        HasFailed |= !IsPassedOver(failure);
        Say(() => reporter.Fail(way.Describe(failure, _roots.ContainsKey(failure.Source))));
    }

    /// <summary>Whether what failed is what the user named, or in it.</summary>
    public bool IsFailureOf(TransferFailure failure, string root) =>
        !IsPassedOver(failure) && (failure.Source == root || failure.Source.StartsWith(root.EndsWith('/') ? root : root + "/", StringComparison.Ordinal));

    public void Dispose() => _meter?.Dispose();

    private bool IsPassedOver(TransferFailure failure) => failure.Step == TransferStep.NotRegular && !_roots.ContainsKey(failure.Source);

    private void Announce(string source)
    {
        if (_roots.GetValueOrDefault(source) is not { } announcement) return;
        _roots[source] = null;
        Say(() => reporter.Tell(announcement));
    }

    private void Say(Action say)
    {
        if (_meter is null) say();
        else _meter.Interrupt(say);
    }
}

/// <summary>A file on its way.</summary>
/// <param name="Target">Where the copy goes.</param>
/// <param name="Size">What it is to have; null when unknown.</param>
/// <param name="Bytes">The bytes that are there.</param>
internal sealed record RunningFile(string Target, long? Size, long Bytes);
