namespace Nacre.Client;

/// <summary>What the fingerprints of a host's keys in the DNS (RFC 4255) count for; the keyword of that name in ssh_config.</summary>
public enum VerifyHostKeyDns
{
    /// <summary>They are not looked for.</summary>
    No,

    /// <summary>A fingerprint in an answer that is authenticated is trusted; others are told to the person who is asked.</summary>
    Yes,

    /// <summary>All of them are only told to the person who is asked.</summary>
    Ask,
}
