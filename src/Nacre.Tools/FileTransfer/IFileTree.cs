using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tools.FileTransfer;

/// <summary>Files that patterns are looked for in: those of this machine or of the other.</summary>
internal interface IFileTree
{
    /// <summary>The plain names in a directory, without . and ..; none where it cannot be read.</summary>
    Task<List<FileEntry>> ListAsync(string directory);

    /// <summary>What is known of a path; null when there is nothing.</summary>
    Task<SftpAttributes?> FindAsync(string path, bool followsLinks);
}
