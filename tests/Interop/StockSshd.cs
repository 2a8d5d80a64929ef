namespace Nacre.Tests.Interop;

/// <summary>Debian's own sshd on a loopback port.</summary>
internal sealed class StockSshd : IAsyncDisposable
{
    private readonly SshdProcess process;

    private StockSshd(SshdProcess process) => this.process = process;

    public int Port => process.Port;

    /// <summary>Who may log in, with any of <see cref="StockKeys.UserAsync"/>'s keys.</summary>
    public string User => TestUser.Name;

    /// <summary>A known_hosts file that knows this server by all of its host keys.</summary>
    public string KnownHosts => process.KnownHosts;

    /// <summary>What the server has logged so far, at level DEBUG1.</summary>
    public string Log => process.Log;

    /// <summary>Starts a server and returns when it listens.</summary>
    /// <param name="settings">Lines of sshd_config that come first, and so win over this fixture's own.</param>
    public static async Task<StockSshd> StartAsync(params string[] settings)
    {
        if (TestUser.IsRoot)
        {
            // Where sshd jails its unprivileged half; Debian's service makes it, and a machine without services has none.
            Directory.CreateDirectory("/run/sshd");
        }

        return new StockSshd(await SshdProcess.StartAsync(Requires.Program("sshd"), Requires.Program("sftp-server"), settings));
    }

    /// <summary>The arguments that make an ssh (and, with <paramref name="portFlag"/> -P, a scp or sftp) log in here.</summary>
    /// <param name="keyKind">Which of <see cref="StockKeys"/> to log in with.</param>
    /// <param name="portFlag">The program's flag for the port.</param>
    public Task<string[]> ClientArgumentsAsync(string keyKind = "ed25519", string portFlag = "-p") =>
        StockClient.ArgumentsAsync(Port, KnownHosts, keyKind, portFlag);

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
