using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Nacre.Tests.Interop;

/// <summary>Debian's own sshd on a loopback port, with a configuration, host keys and authorized keys that only this test has.</summary>
internal sealed class StockSshd : IAsyncDisposable
{
    private const int Attempts = 5;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory directory;
    private readonly Process process;
    private readonly ConcurrentQueue<string> log = new();
    private readonly TaskCompletionSource<bool> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StockSshd(TemporaryDirectory directory, int port)
    {
        this.directory = directory;
        Port = port;
        process = new Process
        {
            // sshd starts itself again for each connection, so it must be called by its full name.
            StartInfo = new ProcessStartInfo(Requires.Program("sshd"), ["-D", "-e", "-f", directory["sshd_config"]]) { RedirectStandardError = true },
        };
        process.ErrorDataReceived += (_, line) => OnLine(line.Data);
    }

    public int Port { get; }

    /// <summary>Who may log in, with any of <see cref="StockKeys.UserAsync"/>'s keys.</summary>
    public string User => TestUser.Name;

    /// <summary>A known_hosts file that knows this server by all of its host keys.</summary>
    public string KnownHosts => directory["known_hosts"];

    /// <summary>What the server has logged so far, at level DEBUG1.</summary>
    public string Log => string.Join('\n', log);

    /// <summary>Starts a server and returns when it listens.</summary>
    /// <param name="settings">Lines of sshd_config that come first, and so win over this fixture's own.</param>
    public static async Task<StockSshd> StartAsync(params string[] settings)
    {
        if (TestUser.IsRoot)
        {
            // Where sshd jails its unprivileged half; Debian's service makes it, and a machine without services has none.
            Directory.CreateDirectory("/run/sshd");
        }

        for (int attempt = 1; ; attempt++)
        {
            var directory = new TemporaryDirectory();
            int port = FreePort.Take();
            await WriteFilesAsync(directory, port, settings);
            var sshd = new StockSshd(directory, port);
            if (await sshd.ListensAsync())
            {
                return sshd;
            }

            string log = sshd.Log;
            await sshd.DisposeAsync();
            if (attempt == Attempts || !log.Contains("Address already in use", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"sshd did not start:{Environment.NewLine}{log}");
            }
        }
    }

    /// <summary>The arguments that make OpenSSH's ssh (and, with <paramref name="portFlag"/> -P, its scp and sftp) log in here.</summary>
    /// <param name="keyKind">Which of <see cref="StockKeys"/> to log in with.</param>
    /// <param name="portFlag">The program's flag for the port.</param>
    public Task<string[]> ClientArgumentsAsync(string keyKind = "ed25519", string portFlag = "-p") =>
        StockClient.ArgumentsAsync(Port, KnownHosts, keyKind, portFlag);

    public async ValueTask DisposeAsync()
    {
        try
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
        catch (InvalidOperationException)
        {
            // It never started, or has ended already.
        }

        process.Dispose();
        directory.Dispose();
    }

    private static async Task WriteFilesAsync(TemporaryDirectory directory, int port, string[] settings)
    {
        List<string> config = [.. settings];
        List<string> knownHosts = [];
        List<string> authorizedKeys = [];
        foreach (string kind in StockKeys.Kinds)
        {
            string hostKey = await StockKeys.HostAsync(kind);
            config.Add($"HostKey {hostKey}");
            knownHosts.Add($"[127.0.0.1]:{port.ToString(CultureInfo.InvariantCulture)} {await File.ReadAllTextAsync(hostKey + ".pub")}");
            authorizedKeys.Add(await File.ReadAllTextAsync(await StockKeys.UserAsync(kind) + ".pub"));
        }

        string authorized = directory.Write("authorized_keys", string.Concat(authorizedKeys));
        directory.Write("known_hosts", string.Concat(knownHosts));
        config.AddRange(
        [
            $"Port {port.ToString(CultureInfo.InvariantCulture)}",
            "ListenAddress 127.0.0.1",
            $"PidFile {directory["sshd.pid"]}",
            $"AuthorizedKeysFile {authorized}",
            "StrictModes no", // The key files are below /tmp, which everybody may write to.
            "UsePAM no",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "PermitRootLogin prohibit-password",
            $"Subsystem sftp {Requires.Program("sftp-server")}",
            "LogLevel DEBUG1",
            "UseDNS no",
            "PrintMotd no",
            "PrintLastLog no",
            "MaxStartups 200",
        ]);
        directory.Write("sshd_config", string.Join('\n', config) + "\n");
    }

    private async Task<bool> ListensAsync()
    {
        process.Start();
        process.BeginErrorReadLine();
        return await listening.Task.WaitAsync(StartLimit);
    }

    private void OnLine(string? line)
    {
        if (line is null)
        {
            listening.TrySetResult(false);
            return;
        }

        log.Enqueue(line);
        if (line.Contains("Server listening on 127.0.0.1", StringComparison.Ordinal))
        {
            listening.TrySetResult(true);
        }
    }
}
