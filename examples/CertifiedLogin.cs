using Nacre.Client;
using Nacre.Protocol.Keys;

namespace Nacre.Examples;

/// <summary>
/// Runs a command where people and machines are known by certificates: the server by an @cert-authority line of known_hosts, the user by
/// what an authority wrote about their key.
/// </summary>
internal static class CertifiedLogin
{
    public static async Task<uint?> RunAsync(string destination, string knownHosts, string keyFile, string certificateFile, string command, Stream output)
    {
        using IdentityFile key = IdentityFile.Find(keyFile) ?? throw new FileNotFoundException("There is no such key.", keyFile);
        if (!UserCertificate.TryRead(certificateFile, out Certificate? certificate)) throw new FileNotFoundException("There is no certificate.", certificateFile);
        var options = new SshClientOptions
        {
            HostKeyPolicy = new KnownHostsPolicy(new KnownHostsOptions { UserFiles = [knownHosts], Strict = StrictHostKeyChecking.Yes }, new Silence()),
            Identities = [new UserCertificate(certificate, key)],
        };
        await using SshClient ssh = await SshClient.ConnectAsync(destination, options);
        await using RemoteProcess process = await ssh.RunAsync(command);
        await process.Output.CopyToAsync(output);
        return (await process.WaitForExitAsync()).Status;
    }
}
