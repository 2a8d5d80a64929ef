namespace Nacre.Unix;

/// <summary>One line of the account database.</summary>
internal sealed record UserAccount(string Name, uint Uid, uint Gid, string Gecos, string Home, string Shell)
{
    /// <summary>The shell to log in with: an account without one has /bin/sh.</summary>
    public string LoginShell => Shell.Length > 0 ? Shell : "/bin/sh";

    /// <summary>The person's name: the first field of the gecos, with '&amp;' standing for the account's name.</summary>
    public string FullName => Gecos.Split(',')[0].Replace("&", Name.Length > 0 ? char.ToUpperInvariant(Name[0]) + Name[1..] : "", StringComparison.Ordinal);
}
