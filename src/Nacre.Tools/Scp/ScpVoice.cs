using Nacre.Scp;
using Nacre.Sftp;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Scp;

/// <summary>What scp tells people about a conversation of the old protocol; at the other side it tells them nothing, as its words go over the wire.</summary>
internal sealed class ScpVoice(Reporter reporter, bool isRemote, bool isVerbose) : IScpObserver, IDisposable
{
    private readonly TransferMeter? _meter = isRemote ? null : reporter.StartMeter();
    private string _path = "";

    public string? Describe(Exception error, string path) => error is SftpException || LocalFault.Is(error) ? LocalFault.Describe(error, path) : null;

    public void Complain(string line)
    {
        if (!isRemote) Say(line);
    }

    public void Trace(string line)
    {
        if (isVerbose) Say(line);
    }

    public void Starting(string path, long size)
    {
        _path = path;
        _meter?.Begin(path, size);
    }

    public void Advanced(long bytes) => _meter?.Advance(_path, bytes);

    public void Ended() => _meter?.End(_path);

    public void Dispose() => _meter?.Dispose();

    private void Say(string line)
    {
        if (_meter is null) reporter.Fail(line);
        else _meter.Interrupt(() => reporter.Fail(line));
    }
}
