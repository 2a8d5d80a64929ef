using Nacre.Client;
using Nacre.Config;

namespace Nacre.Examples;

/// <summary>Connects as ~/.ssh/config says, by way of other machines where it says so, and copies the output of one command.</summary>
internal static class AsConfigured
{
    public static async Task<int> RunAsync(string host, string? configFile, string command, Stream output, CancellationToken ct = default)
    {
        await using ConfiguredHost configured = await ConfiguredHost.LoadAsync(host, new ConfiguredHostOptions { ConfigFile = configFile }, ct);
        await using SshClient ssh = await configured.ConnectAsync(ct);
        await using RemoteProcess run = await ssh.RunAsync(command, ct: ct);
        await run.Input.CompleteAsync();
        await run.Output.CopyToAsync(output, ct);
        return (int)((await run.WaitForExitAsync(ct)).Status ?? 255);
    }
}
