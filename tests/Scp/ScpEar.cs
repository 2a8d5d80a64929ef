using Nacre.Scp;
using Nacre.Sftp;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tests.Scp;

/// <summary>Keeps what one end of a conversation tells.</summary>
internal sealed class ScpEar : IScpObserver
{
    public List<string> Complaints { get; } = [];

    /// <summary>Each file with the bytes that moved.</summary>
    public List<(string Path, long Size, long Moved)> Files { get; } = [];

    public string? Describe(Exception error, string path) => error is SftpException || LocalFault.Is(error) ? LocalFault.Describe(error, path) : null;

    public void Complain(string line) => Complaints.Add(line);

    public void Trace(string line)
    {
    }

    public void Starting(string path, long size) => Files.Add((path, size, 0));

    public void Advanced(long bytes) => Files[^1] = Files[^1] with { Moved = bytes };

    public void Ended()
    {
    }
}
