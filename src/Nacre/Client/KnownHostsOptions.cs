using Nacre.Protocol.Keys;

namespace Nacre.Client;

/// <summary>How <see cref="KnownHostsPolicy"/> goes about it.</summary>
public sealed record KnownHostsOptions
{
    /// <summary>The user's files; a new host goes into the first one.</summary>
    public required IReadOnlyList<string> UserFiles { get; init; }

    /// <summary>The system's files; never written.</summary>
    public IReadOnlyList<string> GlobalFiles { get; init; } = [];

    /// <summary>What becomes of unknown hosts and changed keys.</summary>
    public StrictHostKeyChecking Strict { get; init; } = StrictHostKeyChecking.Ask;

    /// <summary>HostKeyAlias: the name to look for in place of the host and its port.</summary>
    public string? HostKeyAlias { get; init; }

    /// <summary>HashKnownHosts: new names are hidden.</summary>
    public bool HashesNames { get; init; }

    /// <summary>NoHostAuthenticationForLocalhost: any key is trusted at an address of this machine's loopback.</summary>
    public bool TrustsLoopback { get; init; }

    /// <summary>VisualHostKey: shows the key as a drawing, too.</summary>
    public bool ShowsDrawing { get; init; }

    /// <summary>FingerprintHash.</summary>
    public FingerprintHash FingerprintHash { get; init; } = FingerprintHash.Sha256;
}
