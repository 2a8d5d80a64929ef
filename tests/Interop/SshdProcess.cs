using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Nacre.Tests.Interop;

/// <summary>An sshd, stock or ours, on a loopback port, with a configuration, host keys and authorized keys that only one test has.</summary>
internal sealed class SshdProcess : IAsyncDisposable
{
    private const int Attempts = 5;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory directory;
    private readonly Process process;
    private readonly ConcurrentQueue<string> log = new();
    private TaskCompletionSource said = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SshdProcess(string program, TemporaryDirectory directory, int port, PrivateEtcSsh? etcSsh, IReadOnlyDictionary<string, string>? environment)
    {
        this.directory = directory;
        Port = port;
        string[] arguments = ["-D", "-e", "-f", directory["sshd_config"]];
        ProcessStartInfo start = etcSsh is null ? new ProcessStartInfo(program, arguments) : new ProcessStartInfo(Requires.Program("unshare"), etcSsh.Arguments(program, arguments));
        start.RedirectStandardError = true;
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        process = new Process { StartInfo = start };
        process.ErrorDataReceived += (_, line) => OnLine(line.Data);
    }

    public int Port { get; }

    /// <summary>The process that was started.</summary>
    public int ProcessId => process.Id;

    /// <summary>Its configuration, for a test that changes it.</summary>
    public string ConfigFile => directory["sshd_config"];

    /// <summary>A known_hosts file that knows this server by all of its host keys.</summary>
    public string KnownHosts => directory["known_hosts"];

    /// <summary>What the server has logged so far, at level DEBUG1.</summary>
    public string Log => string.Join('\n', log);

    /// <summary>Waits until the server has logged a line that a pattern matches.</summary>
    public async Task LineAsync(string pattern, int times)
    {
        while (true)
        {
            Task more = Volatile.Read(ref said).Task;
            if (log.Count(line => Regex.IsMatch(line, pattern)) >= times) return;
            if (await Task.WhenAny(more, Task.Delay(StartLimit)) != more) Assert.Fail($"The server has not logged {pattern} {times} times within {StartLimit}:{Environment.NewLine}{Log}");
        }
    }

    /// <summary>Starts a server and returns when it listens.</summary>
    /// <param name="program">The full name of sshd: OpenSSH's starts itself again for each connection, and finds itself by that name.</param>
    /// <param name="sftp">The command of the sftp subsystem.</param>
    /// <param name="settings">Lines of sshd_config that come first, and so win over those that every test has.</param>
    /// <param name="etcSsh">What the server sees as /etc/ssh; the machine's when null.</param>
    /// <param name="environment">Added to the environment of this process; nothing when null.</param>
    public static async Task<SshdProcess> StartAsync(string program, string sftp, string[] settings, PrivateEtcSsh? etcSsh = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        for (int attempt = 1; ; attempt++)
        {
            var directory = new TemporaryDirectory();
            int port = FreePort.Take();
            await WriteFilesAsync(directory, port, sftp, settings);
            var sshd = new SshdProcess(program, directory, port, etcSsh, environment);
            if (await sshd.ListensAsync())
            {
                return sshd;
            }

            string log = sshd.Log;
            await sshd.DisposeAsync();
            if (attempt == Attempts || !log.Contains("Address already in use", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{program} did not start:{Environment.NewLine}{log}");
            }
        }
    }

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

    private static async Task WriteFilesAsync(TemporaryDirectory directory, int port, string sftp, string[] settings)
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
            $"Subsystem sftp {sftp}",
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
        Interlocked.Exchange(ref said, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        if (line.Contains("Server listening on 127.0.0.1", StringComparison.Ordinal))
        {
            listening.TrySetResult(true);
        }
    }
}
