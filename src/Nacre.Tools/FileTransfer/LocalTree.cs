using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Sftp.Local;
using Nacre.Unix;

namespace Nacre.Tools.FileTransfer;

/// <summary>The files of this machine.</summary>
internal sealed class LocalTree : IFileTree
{
    public Task<List<FileEntry>> ListAsync(string directory)
    {
        var entries = new List<FileEntry>();
        try
        {
            foreach (string name in Names(directory))
            {
                if (Find(RemotePath.Append(directory, name), followsLinks: false) is { } attributes) entries.Add(new FileEntry(name, name, attributes));
            }
        }
        catch (Exception error) when (LocalFault.Is(error))
        {
            entries.Clear();
        }

        return Task.FromResult(entries);
    }

    public Task<SftpAttributes?> FindAsync(string path, bool followsLinks) => Task.FromResult(Find(path, followsLinks));

    /// <summary>The names in a directory.</summary>
    public static IEnumerable<string> Names(string directory) =>
        Directory.EnumerateFileSystemEntries(directory.Length == 0 ? "." : directory, "*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false })
            .Select(static path => Path.GetFileName(path));

    /// <summary>What SFTP says of a local file; null when there is none.</summary>
    public static SftpAttributes? Find(string path, bool followsLinks)
    {
        bool isThere = followsLinks ? FileStatus.TryOfPath(path, out FileStatus status) : FileStatus.TryOfLink(path, out status);
        return isThere ? LocalAttributes.Of(status) : null;
    }
}
