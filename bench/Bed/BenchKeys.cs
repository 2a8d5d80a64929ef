using System.Globalization;

namespace Nacre.Bench.Bed;

/// <summary>A directory with one host key, one user key and the configurations that both contenders are given alike.</summary>
internal sealed class BenchKeys : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("nacre-bench-").FullName;

    private BenchKeys()
    {
    }

    public string HostKey => File("host_key");

    public string UserKey => File("user_key");

    public string AuthorizedKeys => UserKey + ".pub";

    public static async Task<BenchKeys> MakeAsync()
    {
        var keys = new BenchKeys();
        await Bash.RunAsync("for file; do ssh-keygen -q -t ed25519 -N '' -C bench -f \"$file\"; done", keys.HostKey, keys.UserKey);
        await System.IO.File.WriteAllTextAsync(keys.File("known_hosts"), "* " + await System.IO.File.ReadAllTextAsync(keys.HostKey + ".pub"));
        return keys;
    }

    /// <summary>The full name of a file in this directory.</summary>
    public string File(string name) => Path.Join(_directory, name);

    /// <param name="port">Where to listen.</param>
    /// <param name="extra">Lines that one contender needs and the other does not know, or that win over those here.</param>
    public string ServerConfig(int port, string extra) => string.Create(CultureInfo.InvariantCulture, $"""
        {extra}
        Port {port}
        ListenAddress 127.0.0.1
        HostKey {HostKey}
        AuthorizedKeysFile {AuthorizedKeys}
        PidFile {File("pid-of-" + port)}
        StrictModes no
        UsePAM no
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        PermitRootLogin prohibit-password
        PrintMotd no
        PrintLastLog no
        UseDNS no
        LogLevel ERROR
        MaxStartups 10000
        AcceptEnv SHLVL
        Subsystem sftp internal-sftp

        """);

    // bash reads ~/.bashrc for a command when it believes itself to be started by sshd and to be the outermost shell: what a user has in there is not to be measured.
    public string ClientConfig(int port) => string.Create(CultureInfo.InvariantCulture, $"""
        Host bench
            HostName 127.0.0.1
            Port {port}
            User {Environment.UserName}
            IdentityFile {UserKey}
            IdentitiesOnly yes
            IdentityAgent none
            UserKnownHostsFile {File("known_hosts")}
            GlobalKnownHostsFile /dev/null
            StrictHostKeyChecking yes
            BatchMode yes
            LogLevel ERROR
            SetEnv SHLVL=1

        """);

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
