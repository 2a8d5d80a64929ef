namespace Nacre.Client;

/// <summary>What becomes of hosts that are not known, or known with another key; the keyword of that name in ssh_config.</summary>
public enum StrictHostKeyChecking
{
    /// <summary>A person is asked about unknown hosts; a changed key is refused.</summary>
    Ask,

    /// <summary>Unknown hosts are added; a changed key is refused.</summary>
    AcceptNew,

    /// <summary>Only known hosts are trusted.</summary>
    Yes,

    /// <summary>Unknown hosts are added, and a changed key is used after a warning, without passwords and forwards.</summary>
    No,
}
