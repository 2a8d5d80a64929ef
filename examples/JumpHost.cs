using Nacre.Client;

namespace Nacre.Examples;

/// <summary>Logs in to a machine by way of another, runs one command there and copies its output.</summary>
internal static class JumpHost
{
    public static async Task<int> RunAsync(SshHop gate, SshHop inner, string command, Stream output, CancellationToken ct = default)
    {
        // The machine between sees sealed bytes only, and both connections end with the last.
        await using SshClient ssh = await SshClient.ConnectAsync([gate, inner], ct);
        await using RemoteProcess run = await ssh.RunAsync(command, ct: ct);
        await run.Input.CompleteAsync();
        await run.Output.CopyToAsync(output, ct);
        ProcessExit exit = await run.WaitForExitAsync(ct);
        return (int)(exit.Status ?? 255);
    }

    /// <summary>A machine that is known by its key's fingerprint, and where a key file logs in.</summary>
    public static SshHop HopOf(string destination, string fingerprint, IdentityFile key) =>
        new(destination, new SshClientOptions { HostKeyPolicy = new PinnedHostKey(fingerprint), Identities = [key] });
}
