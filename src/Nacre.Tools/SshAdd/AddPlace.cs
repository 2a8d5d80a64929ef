namespace Nacre.Tools.SshAdd;

/// <summary>Where ssh-add finds what nobody names.</summary>
/// <param name="AgentSocket">The agent's socket; null where there is no agent.</param>
/// <param name="Home">The user's home directory; null for a user whom the system does not know.</param>
internal sealed record AddPlace(string? AgentSocket, string? Home)
{
    private static readonly string[] KeyNames = ["id_rsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk"];

    /// <summary>The clock by which certificates end.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The files of keys that have their usual names, as far as they are there.</summary>
    /// <exception cref="FatalException">Nobody knows where to look.</exception>
    public IEnumerable<string> UsualKeys()
    {
        string home = Home ?? throw new FatalException($"No user found with uid {Unix.Users.CurrentUid}", 1);
        return KeyNames.Select(name => $"{home}/.ssh/{name}").Where(Path.Exists);
    }

    /// <summary>The known_hosts files that ssh reads, or those that are named.</summary>
    public IEnumerable<string> KnownHosts(IReadOnlyList<string> named) =>
        (named.Count > 0 ? named : ["~/.ssh/known_hosts", "~/.ssh/known_hosts2", "/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"])
        .Select(file => file.StartsWith("~/", StringComparison.Ordinal) && Home is not null ? Home + file[1..] : file);
}
