using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tools.Sftp;

/// <summary>The commands of sftp that set the permissions, the owner and the group of files at the other side.</summary>
internal sealed class RemoteAttributeCommands(SftpSession session)
{
    /// <summary>chmod, chown and chgrp, of each file that a pattern stands for.</summary>
    public async Task<bool> RunAsync(SftpArguments given, CancellationToken ct)
    {
        if (given.Has('h') && !session.Client.Offers(SftpClient.LinkAttributesExtension)) return session.Fail($"Server does not support {SftpClient.LinkAttributesExtension} extension");
        SftpLine.TryNumber(given.Patterns[0], given.Command == "chmod", out uint number);
        bool isWhole = true;
        foreach (string path in await session.FindOrTakeAsync(given.Patterns[1], ct).ConfigureAwait(false))
        {
            ct.ThrowIfCancellationRequested();
            isWhole &= await ChangeAsync(path, number, given, ct).ConfigureAwait(false);
            if (!isWhole && given.StopsAtFailure) break;
        }

        return isWhole;
    }

    private async Task<bool> ChangeAsync(string path, uint number, SftpArguments given, CancellationToken ct)
    {
        var wanted = new SftpAttributes { Permissions = number };
        bool isOwner = given.Command == "chown";
        bool isLink = given.Has('h');
        if (given.Command != "chmod")
        {
            // SFTP sets owner and group together, so the one that stays must be known.
            SftpAttributes? now = null;
            if (!await session.DoAsync(async () => now = await session.Client.StatAsync(path, followsLinks: !isLink, ct).ConfigureAwait(false), $"stat remote \"{path}\"").ConfigureAwait(false)) return false;
            if (now!.Uid is null) return session.Fail($"Can't get current ownership of remote file \"{path}\"");
            wanted = isOwner ? new() { Uid = number, Gid = now.Gid } : new() { Uid = now.Uid, Gid = number };
        }

        session.Reporter.Tell($"Changing {given.Command switch { "chmod" => "mode", "chown" => "owner", _ => "group" }} on {path}");
        return isLink
            ? await session.DoAsync(() => session.Client.SetLinkAttributesAsync(path, wanted, ct), $"remote lsetstat \"{path}\"").ConfigureAwait(false)
            : await session.DoAsync(() => session.Client.SetAttributesAsync(path, wanted, ct), $"remote setstat \"{path}\"").ConfigureAwait(false);
    }
}
