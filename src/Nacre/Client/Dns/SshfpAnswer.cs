using Nacre.Protocol.Keys;

namespace Nacre.Client.Dns;

/// <summary>What the DNS says of the keys of a host, or why it says nothing.</summary>
/// <param name="Records">The records; none when there is an error.</param>
/// <param name="IsAuthenticated">True when a resolver that this machine trusts vouches for them (DNSSEC).</param>
/// <param name="Error">Why there are none, in OpenSSH's words; null when there are some.</param>
internal sealed record SshfpAnswer(IReadOnlyList<SshfpRecord> Records, bool IsAuthenticated, string? Error)
{
    public static SshfpAnswer NoName { get; } = Failed("name does not exist");

    public static SshfpAnswer NoData { get; } = Failed("data does not exist");

    public static SshfpAnswer Failure { get; } = Failed("general failure");

    private static SshfpAnswer Failed(string error) => new([], false, error);
}
