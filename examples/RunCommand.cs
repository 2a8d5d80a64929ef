using Nacre.Client;

namespace Nacre.Examples;

/// <summary>Logs in with a key file, runs one command and copies its output.</summary>
internal static class RunCommand
{
    public static async Task<int> RunAsync(
        string destination, string fingerprint, string keyFile, string command, Stream output, CancellationToken ct = default)
    {
        using IdentityFile key = IdentityFile.Find(keyFile) ?? throw new FileNotFoundException("There is no such key file.", keyFile);
        var options = new SshClientOptions { HostKeyPolicy = new PinnedHostKey(fingerprint), Identities = [key] };

        await using SshClient ssh = await SshClient.ConnectAsync(destination, options, ct);
        await using RemoteProcess run = await ssh.RunAsync(command, ct: ct);
        await run.Input.CompleteAsync();
        await run.Output.CopyToAsync(output, ct);
        ProcessExit exit = await run.WaitForExitAsync(ct);
        return (int)(exit.Status ?? 255);
    }
}
