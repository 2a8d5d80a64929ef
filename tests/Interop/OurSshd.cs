namespace Nacre.Tests.Interop;

/// <summary>Our sshd, as it is published, on a loopback port; it runs what is asked for as <see cref="TestUser"/>.</summary>
internal sealed class OurSshd : IAsyncDisposable
{
    private readonly SshdProcess process;

    private OurSshd(SshdProcess process) => this.process = process;

    public int Port => process.Port;

    /// <summary>A known_hosts file that knows this server by all of its host keys.</summary>
    public string KnownHosts => process.KnownHosts;

    /// <summary>What the server has logged so far, at level DEBUG1.</summary>
    public string Log => process.Log;

    /// <summary>Where everybody who can log in does so.</summary>
    public string Destination => $"{TestUser.Name}@127.0.0.1";

    /// <summary>Starts a server and returns when it listens.</summary>
    /// <param name="settings">Lines of sshd_config that come first, and so win over those of every test.</param>
    public static async Task<OurSshd> StartAsync(params string[] settings) =>
        new(await SshdProcess.StartAsync(Requires.PublishedTool("sshd"), "internal-sftp", settings));

    /// <summary>Logs in with OpenSSH's ssh and runs a command.</summary>
    public Task<RunResult> StockSshAsync(string command, byte[]? input = null, params string[] flags) => SshAsync("ssh", command, input, flags);

    /// <summary>Logs in with our ssh and runs a command.</summary>
    public Task<RunResult> OurSshAsync(string command, byte[]? input = null, params string[] flags) => SshAsync(Requires.PublishedTool("ssh"), command, input, flags);

    /// <summary>The arguments that make an ssh (and, with <paramref name="portFlag"/> -P, a scp or sftp) log in here.</summary>
    /// <param name="keyKind">Which of <see cref="StockKeys"/> to log in with.</param>
    /// <param name="portFlag">The program's flag for the port.</param>
    public Task<string[]> ClientArgumentsAsync(string keyKind = "ed25519", string portFlag = "-p") =>
        StockClient.ArgumentsAsync(Port, KnownHosts, keyKind, portFlag);

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private async Task<RunResult> SshAsync(string program, string command, byte[]? input, string[] flags) =>
        await Run.CleanAsync(program, [.. await ClientArgumentsAsync(), .. flags, Destination, command], input);
}
