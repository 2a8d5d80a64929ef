using Nacre.Protocol.Sftp;

namespace Nacre.Sftp.Transfers;

/// <summary>Makes local directories for what comes.</summary>
internal static class LocalDirectory
{
    /// <summary>Makes a directory unless there is one; true when there was none.</summary>
    /// <param name="files">Where.</param>
    /// <param name="path">Its path.</param>
    /// <param name="permissions">Its permissions.</param>
    /// <param name="isListed">True when a server named it, and then a link to a directory is none.</param>
    /// <param name="ct">Cancels the work.</param>
    public static async ValueTask<bool> MakeAsync(IFileSystem files, string path, uint permissions, bool isListed, CancellationToken ct)
    {
        Exception failure;
        try
        {
            await files.MakeDirectoryAsync(path, new SftpAttributes { Permissions = permissions }, ct).ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (Transfer.IsLocal(error))
        {
            failure = error;
        }

        SftpAttributes there;
        try
        {
            there = await files.StatAsync(path, followsLinks: !isListed, ct).ConfigureAwait(false);
        }
        catch (Exception error) when (Transfer.IsLocal(error))
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
            throw;
        }

        return there.IsDirectory ? false : throw new SftpException(SftpStatusCode.Failure, "Not a directory", path);
    }
}
