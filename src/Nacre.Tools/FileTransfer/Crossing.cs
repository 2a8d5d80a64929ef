using Nacre.Sftp;
using Nacre.Sftp.Transfers;

namespace Nacre.Tools.FileTransfer;

/// <summary>Copies files and trees from one machine to another by way of this one, which keeps none of it.</summary>
internal sealed class Crossing(SftpClient from, SftpClient to, Reporter reporter, CopyOptions options)
{
    /// <summary>Copies a regular file.</summary>
    /// <returns>False when it failed, which has been said.</returns>
    public Task<bool> FileAsync(string source, string target) => RunAsync(new TransferItem(source, target), isRecursive: false);

    /// <summary>Copies a directory with all that is in it.</summary>
    /// <returns>False when any of it failed, which has been said.</returns>
    public Task<bool> DirectoryAsync(string source, string target) => RunAsync(new TransferItem(source, target), isRecursive: true);

    private async Task<bool> RunAsync(TransferItem item, bool isRecursive)
    {
        using var report = new TransferReport(reporter, TransferWay.Across);
        report.Name(item.Source);
        await new RemoteCopy(from, to, options.ForTransfer(isRecursive), report).RunAsync([item]).ConfigureAwait(false);
        return !report.HasFailed;
    }
}
