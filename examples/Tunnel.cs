using Nacre.Client;
using Nacre.Forwarding;

namespace Nacre.Examples;

/// <summary>Makes a port of the far side reachable here, until the connection ends.</summary>
internal static class Tunnel
{
    public static async Task<int> RunAsync(
        string destination, string fingerprint, string keyFile, string listen, string target, TextWriter log, CancellationToken ct = default)
    {
        using IdentityFile key = IdentityFile.Find(keyFile) ?? throw new FileNotFoundException("There is no such key file.", keyFile);
        var options = new SshClientOptions { HostKeyPolicy = new PinnedHostKey(fingerprint), Identities = [key] };

        await using SshClient ssh = await SshClient.ConnectAsync(destination, options, ct);
        await using LocalForward tunnel = await ssh.ForwardLocalAsync(listen, target, ct: ct);
        await log.WriteLineAsync($"{tunnel.Listening} leads to {target}");
        await ssh.Completion.WaitAsync(ct);
        return 0;
    }
}
