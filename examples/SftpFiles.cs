using System.Runtime.Versioning;
using Nacre.Client;
using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Examples;

/// <summary>Copies a folder to a server and back, writes a file there as a stream, and lists what there is.</summary>
[UnsupportedOSPlatform("windows")]
internal static class SftpFiles
{
    public static async Task<int> RunAsync(
        string destination, string fingerprint, string keyFile, string directory, TextWriter log, CancellationToken ct = default)
    {
        using IdentityFile key = IdentityFile.Find(keyFile) ?? throw new FileNotFoundException("There is no such key file.", keyFile);
        var options = new SshClientOptions { HostKeyPolicy = new PinnedHostKey(fingerprint), Identities = [key] };
        await using SshClient ssh = await SshClient.ConnectAsync(destination, options, ct);

        // Who does not answer for a minute is given up; without a limit the connection itself decides.
        await using SftpClient sftp = await ssh.OpenSftpAsync(new SftpClientOptions { ResponseTimeout = TimeSpan.FromMinutes(1) }, ct);

        // A folder, with times and permissions. When this is stopped half way, the next run goes on where it ended, once it has proved
        // that what is there is the front of the same file.
        var folder = new TransferOptions { IsRecursive = true, KeepsAttributes = true, Resumes = true };
        TransferResult sent = await sftp.UploadAsync(directory, "copy", folder, ct);
        await log.WriteLineAsync($"sent {sent.Files} files, {sent.Bytes} bytes");
        foreach (TransferFailure failure in sent.Failures) await log.WriteLineAsync($"not sent: {failure.Source}: {failure.Error.Message}");

        TransferResult fetched = await sftp.DownloadAsync("copy", directory + "-back", folder, ct);
        fetched.ThrowIfFailed();

        // A file as a stream: it writes behind, and whatever the server refused is said when it is closed.
        await using (SftpFileStream stream = await sftp.OpenStreamAsync("notes.txt", SftpOpenFlags.Write | SftpOpenFlags.Create | SftpOpenFlags.Truncate, ct: ct))
        await using (var writer = new StreamWriter(stream))
        {
            await writer.WriteLineAsync("one line");
        }

        await foreach (FileEntry entry in sftp.ListAsync(".", ct)) await log.WriteLineAsync($"{entry.Name} {entry.Attributes.Size}");

        try
        {
            await sftp.RemoveFileAsync("missing", ct);
        }
        catch (SftpException error) when (error.Status == SftpStatusCode.NoSuchFile)
        {
            await log.WriteLineAsync($"{error.Path}: {error.Message}");
        }

        return sent.IsWhole ? 0 : 1;
    }
}
