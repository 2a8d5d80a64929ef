namespace Nacre.Tools.Sshd.Authorisation;

/// <summary>Where a system keeps what it believes of other machines.</summary>
internal sealed record HostbasedFiles
{
    /// <summary>Say which machines' users may come in as those of the same name, but for root.</summary>
    public IReadOnlyList<string> Equivalent { get; init; } = ["/etc/hosts.equiv", "/etc/ssh/shosts.equiv"];

    /// <summary>Has the machines' keys.</summary>
    public string KnownHosts { get; init; } = "/etc/ssh/ssh_known_hosts";

    /// <summary>Where neither the system nor the user has a key of a machine, the files whose names have this behind them are asked.</summary>
    public const string SecondSuffix = "2";
}
