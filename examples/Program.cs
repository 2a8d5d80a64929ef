using Nacre.Client;
using Nacre.Examples;

// dotnet run --project examples -- NAME ARGUMENTS
return args switch
{
    ["run", var destination, var fingerprint, var keyFile, var command] =>
        await RunCommand.RunAsync(destination, fingerprint, keyFile, command, Console.OpenStandardOutput()),
    ["configured", var host, var command] => await AsConfigured.RunAsync(host, configFile: null, command, Console.OpenStandardOutput()),
    ["tunnel", var destination, var fingerprint, var keyFile, var listen, var target] =>
        await Tunnel.RunAsync(destination, fingerprint, keyFile, listen, target, Console.Out),
    ["jump", var gate, var gateFingerprint, var destination, var fingerprint, var keyFile, var command] when IdentityFile.Find(keyFile) is { } key =>
        await JumpHost.RunAsync(JumpHost.HopOf(gate, gateFingerprint, key), JumpHost.HopOf(destination, fingerprint, key), command, Console.OpenStandardOutput()),
    ["lend", var destination, var fingerprint, var keyFile, var command] when IdentityFile.Find(keyFile) is { } key && Environment.GetEnvironmentVariable("SSH_AUTH_SOCK") is { } agent =>
        await LentAgent.RunAsync(
            destination, new SshClientOptions { HostKeyPolicy = new PinnedHostKey(fingerprint), Identities = [key] },
            agent, Environment.GetEnvironmentVariable("DISPLAY"), command, Console.OpenStandardOutput()),
    ["server", var authorizedKey] => await GreetingServer.RunAsync(authorizedKey, Console.Out),
    ["drop", var authorizedKey, var directory] when !OperatingSystem.IsWindows() => await DropServer.RunAsync(authorizedKey, directory, Console.Out),
    ["files", var destination, var fingerprint, var keyFile, var directory] when !OperatingSystem.IsWindows() =>
        await SftpFiles.RunAsync(destination, fingerprint, keyFile, directory, Console.Out),
    ["certified", var destination, var knownHosts, var keyFile, var certificateFile, var command] =>
        (int)(await CertifiedLogin.RunAsync(destination, knownHosts, keyFile, certificateFile, command, Console.OpenStandardOutput()) ?? 255),
    ["certify", var authorityFile, var publicKeyFile, var user] => await CertifyAsync(authorityFile, publicKeyFile, user),
    ["authority", var directory] => await RunAuthorityAsync(directory),
    ["sign", var keyFile, var file] => await SignAsync(keyFile, file),
    ["verify", var signer, var allowedSigners, var file] => await SignedFile.IsByAsync(signer, allowedSigners, file) ? 0 : 1,
    _ => Usage(),
};

static async Task<int> CertifyAsync(string authorityFile, string publicKeyFile, string user)
{
    Console.WriteLine(await Authority.RunAsync(authorityFile, publicKeyFile, user, DateTimeOffset.UtcNow));
    return 0;
}

static async Task<int> RunAuthorityAsync(string directory)
{
    await OwnAuthority.RunAsync(directory, Console.Out);
    return 0;
}

static async Task<int> SignAsync(string keyFile, string file)
{
    await SignedFile.SignAsync(keyFile, file);
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("""
        usage: run    USER@HOST:PORT SHA256:FINGERPRINT KEYFILE COMMAND
               configured HOST COMMAND
               jump   USER@GATE:PORT SHA256:FINGERPRINT USER@HOST:PORT SHA256:FINGERPRINT KEYFILE COMMAND
               lend   USER@HOST:PORT SHA256:FINGERPRINT KEYFILE COMMAND
               tunnel USER@HOST:PORT SHA256:FINGERPRINT KEYFILE LISTEN:PORT TARGET:PORT
               server 'ssh-ed25519 AAAA...'
               drop   'ssh-ed25519 AAAA...' DIRECTORY
               files  USER@HOST:PORT SHA256:FINGERPRINT KEYFILE DIRECTORY
               certified USER@HOST:PORT KNOWN_HOSTS KEYFILE CERTIFICATE COMMAND
               certify AUTHORITYKEYFILE PUBLICKEYFILE USER
               authority DIRECTORY
               sign   KEYFILE FILE
               verify SIGNER ALLOWEDSIGNERSFILE FILE
        """);
    return 2;
}
