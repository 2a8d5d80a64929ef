using Nacre.Scp;
using Nacre.Sftp;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Scp;

/// <summary>What scp tells people about a conversation of the old protocol; at the other side it tells them nothing, as its words go over the wire.</summary>
internal sealed class ScpVoice(Reporter reporter, bool isRemote, bool isVerbose) : IScpObserver
{
    private ProgressMeter? _meter;

    public string? Describe(Exception error, string path) => error switch
    {
        SftpException told => told.Message,
        _ when LocalFault.Is(error) => LocalFault.Describe(error, path),
        _ => null,
    };

    public void Complain(string line)
    {
        if (!isRemote) reporter.Fail(line);
    }

    public void Trace(string line)
    {
        if (isVerbose) reporter.Fail(line);
    }

    public void Starting(string path, long size) => _meter = isRemote ? null : reporter.Meter(path, size);

    public void Advanced(long bytes) => _meter?.Report(bytes);

    public void Ended()
    {
        _meter?.Dispose();
        _meter = null;
    }
}
