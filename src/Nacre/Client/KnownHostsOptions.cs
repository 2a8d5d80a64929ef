using Nacre.Client.Dns;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Client;

/// <summary>How <see cref="KnownHostsPolicy"/> goes about it.</summary>
public sealed record KnownHostsOptions
{
    /// <summary>The user's files; a new host goes into the first one.</summary>
    public required IReadOnlyList<string> UserFiles { get; init; }

    /// <summary>The system's files; never written.</summary>
    public IReadOnlyList<string> GlobalFiles { get; init; } = [];

    /// <summary>Lines that are in no file; null for none.</summary>
    public IKnownHostsSource? Source { get; init; }

    /// <summary>What becomes of unknown hosts and changed keys.</summary>
    public StrictHostKeyChecking Strict { get; init; } = StrictHostKeyChecking.Ask;

    /// <summary>HostKeyAlias: the name to look for in place of the host and its port.</summary>
    public string? HostKeyAlias { get; init; }

    /// <summary>HashKnownHosts: new names are hidden.</summary>
    public bool HashesNames { get; init; }

    /// <summary>CheckHostIP: the key must be known for the address, too, and is added for it.</summary>
    public bool ChecksAddress { get; init; }

    /// <summary>NoHostAuthenticationForLocalhost: any key is trusted at an address of this machine's loopback.</summary>
    public bool TrustsLoopback { get; init; }

    /// <summary>RevokedHostKeys: files of keys that are never trusted, as text or as key revocation lists. When one cannot be read no key is.</summary>
    public IReadOnlyList<string> RevokedKeysFiles { get; init; } = [];

    /// <summary>UpdateHostKeys: whether the server's other keys are kept. The options of the library leave the files alone unless told otherwise.</summary>
    public UpdateHostKeys UpdateHostKeys { get; init; } = UpdateHostKeys.No;

    /// <summary>VerifyHostKeyDNS.</summary>
    public VerifyHostKeyDns VerifyHostKeyDns { get; init; } = VerifyHostKeyDns.No;

    /// <summary>VisualHostKey: shows the key as a drawing, too.</summary>
    public bool ShowsDrawing { get; init; }

    /// <summary>FingerprintHash.</summary>
    public FingerprintHash FingerprintHash { get; init; } = FingerprintHash.Sha256;

    /// <summary>What a server whose key has changed is not given though it would otherwise be, in OpenSSH's words.</summary>
    internal IReadOnlyList<string> Withheld { get; init; } = ["Password authentication", "Keyboard-interactive authentication"];

    /// <summary>ExitOnForwardFailure: the connection ends rather than do without what is withheld.</summary>
    internal bool EndsWhenWithheld { get; init; }

    /// <summary>Where DNS is asked.</summary>
    internal ISshfpSource Fingerprints { get; init; } = SshfpResolver.OfSystem;

    /// <summary>CASignatureAlgorithms: what host certificates may be signed by.</summary>
    internal IReadOnlyList<string> CASignatureAlgorithms { get; init; } = KeyAlgorithm.AuthorityDefaults;

    /// <summary>Tells whether certificates are valid now.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    internal ITrace Trace { get; init; } = NoTrace.Instance;
}
