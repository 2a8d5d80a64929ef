using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Sftp.Transfers;

namespace Nacre.Tools.FileTransfer;

/// <summary>Copies files and trees from this machine to the other side, and says what fails.</summary>
internal sealed class Uploader(SftpClient client, Reporter reporter, CopyOptions options)
{
    /// <summary>Copies a regular file.</summary>
    /// <returns>False when it failed, which has been said.</returns>
    public Task<bool> FileAsync(string local, string remote) => RunAsync(new TransferItem(local, remote), isRecursive: false);

    /// <summary>Copies a directory with all that is in it.</summary>
    /// <returns>False when any of it failed, which has been said.</returns>
    public Task<bool> DirectoryAsync(string local, string remote) => RunAsync(new TransferItem(local, remote), isRecursive: true);

    /// <summary>Makes a directory at the other side unless there is one.</summary>
    /// <returns>False when it failed, which has been said.</returns>
    public async Task<bool> MakeDirectoryAsync(string remote)
    {
        SftpException failure;
        try
        {
            await client.MakeDirectoryAsync(remote).ConfigureAwait(false);
            return true;
        }
        catch (SftpException error)
        {
            failure = error;
        }

        // Version 3 has no code for "exists already", so whatever failed may be that.
        try
        {
            SftpAttributes there = await client.StatAsync(remote).ConfigureAwait(false);
            if (!there.IsDirectory) reporter.Fail($"\"{remote}\" exists but is not a directory");
            return there.IsDirectory;
        }
        catch (SftpException)
        {
            reporter.Fail($"remote mkdir \"{remote}\": {failure.Message}");
            return false;
        }
    }

    private async Task<bool> RunAsync(TransferItem item, bool isRecursive)
    {
        using var report = new TransferReport(reporter, TransferWay.Up, options.NamesDirectories ? "Entering" : null);
        report.Name(item.Source);
        var upload = new Upload(client, new LocalFileSystem(Environment.CurrentDirectory), options.ForTransfer(isRecursive), report);
        await upload.RunAsync([item]).ConfigureAwait(false);
        return !report.HasFailed;
    }
}
