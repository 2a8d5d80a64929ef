using System.Runtime.CompilerServices;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tools.FileTransfer;

/// <summary>The files at the other side.</summary>
internal sealed class RemoteTree(SftpClient client, Reporter reporter) : IFileTree
{
    public async Task<List<FileEntry>> ListAsync(string directory)
    {
        try
        {
            return await ListOrThrowAsync(directory, hasDots: false).ConfigureAwait(false);
        }
        catch (SftpException)
        {
            return [];
        }
    }

    public async Task<SftpAttributes?> FindAsync(string path, bool followsLinks)
    {
        try
        {
            return await client.StatAsync(path, followsLinks).ConfigureAwait(false);
        }
        catch (SftpException)
        {
            return null;
        }
    }

    /// <summary>The entries of a directory, those with a name that is a path left out and reported.</summary>
    /// <exception cref="SftpException">It cannot be read.</exception>
    public async Task<List<FileEntry>> ListOrThrowAsync(string directory, bool hasDots)
    {
        var entries = new List<FileEntry>();
        await foreach (FileEntry entry in EnumerateAsync(directory, hasDots).ConfigureAwait(false)) entries.Add(entry);
        return entries;
    }

    /// <summary>The same as they come.</summary>
    /// <exception cref="SftpException">It cannot be read.</exception>
    public async IAsyncEnumerable<FileEntry> EnumerateAsync(string directory, bool hasDots, [EnumeratorCancellation] CancellationToken ct = default)
    {
        await foreach (FileEntry entry in client.ListAsync(directory.Length == 0 ? "." : directory, ct).ConfigureAwait(false))
        {
            if (PlainName.Is(entry.Name) || (hasDots && entry.Name is "." or "..")) yield return entry;
            else if (entry.Name is not ("." or "..")) reporter.Fail($"Server sent suspect path \"{entry.Name}\" during readdir of \"{directory}\"");
        }
    }
}
