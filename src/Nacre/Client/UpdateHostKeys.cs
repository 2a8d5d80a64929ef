namespace Nacre.Client;

/// <summary>Whether known_hosts follows the keys that a trusted server proves to have; the keyword of that name in ssh_config.</summary>
public enum UpdateHostKeys
{
    /// <summary>It stays as it is.</summary>
    No,

    /// <summary>New keys are added and old ones removed.</summary>
    Yes,

    /// <summary>A person is asked first.</summary>
    Ask,
}
