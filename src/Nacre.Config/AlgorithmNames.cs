namespace Nacre.Config;

/// <summary>The algorithm names that one keyword may list: every one that is known, and those used when nothing is said.</summary>
internal sealed record AlgorithmChoice(IReadOnlyList<string> Known, IReadOnlyList<string> Defaults);

/// <summary>
/// The algorithm names that a configuration is checked against. It is handed in, so that the configuration knows no
/// catalog and a test can use the lists of another implementation.
/// </summary>
internal sealed record AlgorithmNames
{
    public required AlgorithmChoice Ciphers { get; init; }

    public required AlgorithmChoice Macs { get; init; }

    public required AlgorithmChoice KeyExchanges { get; init; }

    /// <summary>Signature algorithms of host keys (HostKeyAlgorithms).</summary>
    public required AlgorithmChoice HostKeys { get; init; }

    /// <summary>Signature algorithms of user keys (PubkeyAcceptedAlgorithms).</summary>
    public required AlgorithmChoice PublicKeys { get; init; }

    /// <summary>What certificates may be signed with (CASignatureAlgorithms): all but certificates themselves.</summary>
    public AlgorithmChoice CASignatures => new(WithoutCertificates(PublicKeys.Known), WithoutCertificates(PublicKeys.Defaults));

    private static string[] WithoutCertificates(IReadOnlyList<string> names) =>
        [.. names.Where(static name => !name.Contains("-cert-", StringComparison.Ordinal))];
}
