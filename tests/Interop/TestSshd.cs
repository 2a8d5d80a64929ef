using System.Globalization;
using System.Text.RegularExpressions;

namespace Nacre.Tests.Interop;

/// <summary>What OpenSSH's sshd and ours are to a test: a port of 127.0.0.1 where <see cref="TestUser"/> may log in.</summary>
internal abstract class TestSshd(SshdProcess process) : IAsyncDisposable
{
    public int Port => process.Port;

    /// <summary>The process that was started.</summary>
    public int ProcessId => process.ProcessId;

    /// <summary>Its configuration, for a test that changes it.</summary>
    public string ConfigFile => process.ConfigFile;

    /// <summary>A known_hosts file that knows this server by all of its host keys.</summary>
    public string KnownHosts => process.KnownHosts;

    /// <summary>What the server has logged so far, at level DEBUG1.</summary>
    public string Log => process.Log;

    /// <summary>Waits until the server has logged a line that a pattern matches, so often.</summary>
    public Task LineAsync(string pattern, int times = 1) => process.LineAsync(pattern, times);

    /// <summary>Waits until the server has logged a line that has a text within.</summary>
    public Task SaysAsync(string text) => process.LineAsync(Regex.Escape(text), 1);

    /// <summary>Who may log in, with any of <see cref="StockKeys.UserAsync"/>'s keys.</summary>
    public string User => TestUser.Name;

    /// <summary>Where everybody who can log in does so.</summary>
    public string Destination => $"{User}@127.0.0.1";

    /// <summary>The arguments that make an ssh (and, with <paramref name="portFlag"/> -P, a scp or sftp) log in here.</summary>
    /// <param name="keyKind">Which of <see cref="StockKeys"/> to log in with.</param>
    /// <param name="portFlag">The program's flag for the port.</param>
    public Task<string[]> ClientArgumentsAsync(string keyKind = "ed25519", string portFlag = "-p") =>
        StockClient.ArgumentsAsync(Port, KnownHosts, keyKind, portFlag);

    /// <summary>Logs in with OpenSSH's ssh and runs a command.</summary>
    public Task<RunResult> StockSshAsync(string command, byte[]? input = null, params string[] flags) => SshAsync("ssh", command, input, flags);

    /// <summary>Logs in with our ssh and runs a command.</summary>
    public Task<RunResult> OurSshAsync(string command, byte[]? input = null, params string[] flags) => SshAsync(Requires.PublishedTool("ssh"), command, input, flags);

    /// <summary>The processes that our server has started itself as, under this name.</summary>
    public List<int> Children(string command)
    {
        var children = new List<int>();
        foreach (string directory in Directory.GetDirectories("/proc").Where(each => int.TryParse(Path.GetFileName(each), CultureInfo.InvariantCulture, out _)))
        {
            try
            {
                string line = File.ReadAllText($"{directory}/cmdline").Replace('\0', ' ');
                bool isOurs = line.StartsWith($"nacre {command}", StringComparison.Ordinal) && File.ReadAllText($"{directory}/status").Contains($"PPid:\t{ProcessId}\n", StringComparison.Ordinal);
                if (isOurs) children.Add(int.Parse(Path.GetFileName(directory), CultureInfo.InvariantCulture));
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile.
            }
        }

        return children;
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();

    private async Task<RunResult> SshAsync(string program, string command, byte[]? input, string[] flags) =>
        await Run.CleanAsync(program, [.. await ClientArgumentsAsync(), .. flags, Destination, command], input);
}
