using Nacre.Client;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tools.SshCopyId;

/// <summary>Adds keys by SFTP, for servers that run no commands: they go to the end of the file, and what is there stays as it is.</summary>
internal static class SftpInstaller
{
    private const uint OwnerOnlyDirectory = 0x1c0;
    private const uint OwnerOnlyFile = 0x180;

    /// <exception cref="SftpException">The server does not let it.</exception>
    public static async Task InstallAsync(SshClient client, string target, ReadOnlyMemory<byte> lines)
    {
        await using SftpClient sftp = await client.OpenSftpAsync().ConfigureAwait(false);
        int slash = target.LastIndexOf('/');
        if (slash > 0) await EnsureDirectoryAsync(sftp, target[..slash]).ConfigureAwait(false);
        await using (SftpFileStream file = await sftp.OpenStreamAsync(target, SftpOpenFlags.Read | SftpOpenFlags.Write | SftpOpenFlags.Create, OwnerOnlyFile).ConfigureAwait(false))
        {
            long length = await file.LengthAsync().ConfigureAwait(false);
            bool isLineOpen = length > 0 && await LastByteAsync(file, length).ConfigureAwait(false) != '\n';
            file.Position = length;
            if (isLineOpen) await file.WriteAsync("\n"u8.ToArray()).ConfigureAwait(false);
            await file.WriteAsync(lines).ConfigureAwait(false);
            await file.FlushAsync().ConfigureAwait(false);
        }

        await sftp.SetAttributesAsync(target, new SftpAttributes { Permissions = OwnerOnlyFile }).ConfigureAwait(false);
    }

    private static async Task EnsureDirectoryAsync(SftpClient sftp, string directory)
    {
        try
        {
            await sftp.MakeDirectoryAsync(directory, OwnerOnlyDirectory).ConfigureAwait(false);
        }
        catch (SftpException)
        {
            // It is there already, or the file cannot be opened in it, which is then told.
        }
    }

    private static async Task<int> LastByteAsync(SftpFileStream file, long length)
    {
        byte[] last = new byte[1];
        file.Position = length - 1;
        return await file.ReadAsync(last).ConfigureAwait(false) == 1 ? last[0] : -1;
    }
}
