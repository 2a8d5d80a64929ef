using System.Text;
using Nacre.Client;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.SshCopyId;

/// <summary>Finds the keys to install: those of the file that was named, else the agent's, else those of the newest file in ~/.ssh.</summary>
internal static class KeySource
{
    private const string Suffix = ".pub";
    private const int MaxFileLength = 1024 * 1024;

    /// <summary>The keys and where they are from, which is empty for the agent.</summary>
    /// <param name="settings">The command line.</param>
    /// <param name="agent">The agent's socket; null for none.</param>
    /// <param name="home">The user's home directory.</param>
    /// <exception cref="FatalException">There are none.</exception>
    public static async Task<(IReadOnlyList<InstalledLine> Keys, string File)> FindAsync(CopyIdSettings settings, string? agent, string home)
    {
        if (settings.IdentityFile is null && await OfAgentAsync(agent).ConfigureAwait(false) is { Count: > 0 } kept) return (kept, "");
        string? file = settings.IdentityFile is { Length: > 0 } named ? named : Newest(home);
        if (file is null) throw Failure(settings.IdentityFile is null ? "No identities found" : "no ID file found");
        if (!file.EndsWith(Suffix, StringComparison.Ordinal)) file += Suffix;
        return (OfFile(file), file);
    }

    private static async Task<IReadOnlyList<InstalledLine>> OfAgentAsync(string? socket)
    {
        if (string.IsNullOrEmpty(socket)) return [];
        await using AgentClient? agent = await AgentClient.ConnectAsync(socket, default).ConfigureAwait(false);
        if (agent is null) return [];
        try
        {
            return [.. (await agent.ListAsync(default).ConfigureAwait(false)).Select(key => new InstalledLine($"{key.PublicKey} {OneLine(key.Name)}".TrimEnd(), key.PublicKey))];
        }
        catch (SshException error)
        {
            throw Failure($"the agent could not be asked for its keys: {error.Message}");
        }
    }

    // A comment must not bring a line of its own.
    private static string OneLine(string comment) => Printable.Escape(comment);

    /// <summary>The public key file of ~/.ssh that was written last; null when there is none.</summary>
    internal static string? Newest(string home)
    {
        var directory = new DirectoryInfo(Path.Join(home, ".ssh"));
        if (!directory.Exists) return null;
        return directory.EnumerateFiles("id*" + Suffix)
            .Where(static file => !file.Name.EndsWith("-cert" + Suffix, StringComparison.Ordinal))
            .OrderByDescending(static file => file.LastWriteTimeUtc)
            .FirstOrDefault()?.FullName;
    }

    private static List<InstalledLine> OfFile(string file)
    {
        string text;
        try
        {
            var contents = new FileInfo(file);
            if (contents.Exists && contents.Length > MaxFileLength) throw Failure($"'{file}' is longer than any file of public keys");
            text = File.ReadAllText(file);
        }
        catch (Exception error) when (LocalFault.Is(error))
        {
            throw Failure($"failed to open ID file '{file}': {LocalFault.Describe(error, file)}");
        }

        var lines = new List<InstalledLine>();
        foreach (string line in text.Split('\n').Select(static line => line.TrimEnd('\r')))
        {
            if (line.AsSpan().Trim(" \t").IsEmpty || line.StartsWith('#')) continue;

            // What is no public key is not sent to another machine: it may be a private one.
            AuthorizedKey key = AuthorizedKeys.Read(Encoding.UTF8.GetBytes(line)).FirstOrDefault() ?? throw Failure($"'{file}' has a line that holds no public key");
            lines.Add(new InstalledLine(line, key.Key));
        }

        return lines.Count > 0 ? lines : throw Failure("No identities found");
    }

    private static FatalException Failure(string message) => new($"ssh-copy-id: ERROR: {message}", status: 1);
}
