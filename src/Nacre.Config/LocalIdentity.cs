namespace Nacre.Config;

/// <summary>
/// What a configuration needs to know of the process that reads it: who runs it, where, and the environment. It is handed
/// in, so that a configuration reads the same in a test as on the machine.
/// </summary>
internal sealed record LocalIdentity
{
    public required string UserName { get; init; }

    public required string HomeDirectory { get; init; }

    public required uint UserId { get; init; }

    /// <summary>The name of this machine, as gethostname gives it.</summary>
    public required string HostName { get; init; }

    /// <summary>The directory that relative paths of a server's configuration start from.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>The home directory of a named user, or null when there is no such user.</summary>
    public Func<string, string?> HomeOf { get; init; } = static _ => null;

    /// <summary>The value of an environment variable, or null when it is not set.</summary>
    public Func<string, string?> Environment { get; init; } = static _ => null;

    /// <summary>The host name up to its first dot (the token %L).</summary>
    public string ShortHostName => HostName.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? HostName[..dot] : HostName;

    /// <summary>Replaces a leading ~ or ~user by a home directory; null when the user does not exist.</summary>
    public string? ExpandTilde(string path, out string unknownUser)
    {
        unknownUser = "";
        if (!path.StartsWith('~'))
            return path;
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        string user = slash < 0 ? path[1..] : path[1..slash];
        string rest = slash < 0 ? "" : path[slash..].TrimStart('/');
        string? home = user.Length == 0 || user == UserName ? HomeDirectory : HomeOf(user);
        if (home is null)
        {
            unknownUser = user;
            return null;
        }

        return home.EndsWith('/') ? home + rest : $"{home}/{rest}";
    }
}
