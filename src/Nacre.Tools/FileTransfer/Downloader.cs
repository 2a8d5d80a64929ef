using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Sftp.Transfers;

namespace Nacre.Tools.FileTransfer;

/// <summary>Copies files and trees from the other side to this machine, and says what fails.</summary>
internal sealed class Downloader(SftpClient client, Reporter reporter, CopyOptions options)
{
    /// <summary>Copies a regular file.</summary>
    /// <returns>False when it failed, which has been said.</returns>
    public Task<bool> FileAsync(string remote, string local, SftpAttributes? known = null) => RunAsync(new TransferItem(remote, local, known), isRecursive: false);

    /// <summary>Copies a directory with all that is in it.</summary>
    /// <returns>False when any of it failed, which has been said.</returns>
    public Task<bool> DirectoryAsync(string remote, string local) => RunAsync(new TransferItem(remote, local), isRecursive: true);

    private async Task<bool> RunAsync(TransferItem item, bool isRecursive)
    {
        using var report = new TransferReport(reporter, TransferWay.Down, options.NamesDirectories ? "Retrieving" : null);
        report.Name(item.Source);
        var download = new Download(client, new LocalFileSystem(Environment.CurrentDirectory), options.ForTransfer(isRecursive), report);
        await download.RunAsync([item]).ConfigureAwait(false);
        return !report.HasFailed;
    }
}
