namespace Nacre.Protocol.Algorithms;

/// <summary>
/// What one side is willing to use: an ordered list of names per kind, each of them in the <see cref="AlgorithmCatalog"/>. KEXINIT is made of it.
/// </summary>
internal sealed record AlgorithmSelection
{
    private AlgorithmSelection(Func<KeyExchangeAlgorithm, bool> isWanted)
    {
        KexAlgorithms = AlgorithmCatalog.KeyExchanges.NamesOf(isWanted);

        // Plain keys first: who asks for certificates is one that knows an authority, and others would compare the key in vain.
        HostKeyAlgorithms =
        [
            .. AlgorithmCatalog.HostKeys.NamesOf(static row => row.IsDefault && !row.IsCertificate),
            .. AlgorithmCatalog.HostKeys.NamesOf(static row => row.IsDefault && row.IsCertificate),
        ];
        Ciphers = AlgorithmCatalog.Ciphers.NamesOf(static row => row.IsDefault);
        Macs = AlgorithmCatalog.Macs.NamesOf(static row => row.IsDefault);
        Compressions = AlgorithmCatalog.Compressions.NamesOf(static row => row.IsDefault);
    }

    public static AlgorithmSelection ClientDefault { get; } = new(static row => row.IsClientDefault);

    public static AlgorithmSelection ServerDefault { get; } = new(static row => row.IsServerDefault);

    public IReadOnlyList<string> KexAlgorithms { get; init => field = Checked(value, AlgorithmCatalog.KeyExchanges); }

    /// <summary>Signature algorithms for host keys. A server narrows them to those that its keys can make.</summary>
    public IReadOnlyList<string> HostKeyAlgorithms { get; init => field = Checked(value, AlgorithmCatalog.HostKeys); }

    /// <summary>The same for both directions.</summary>
    public IReadOnlyList<string> Ciphers { get; init => field = Checked(value, AlgorithmCatalog.Ciphers); }

    /// <summary>The same for both directions.</summary>
    public IReadOnlyList<string> Macs { get; init => field = Checked(value, AlgorithmCatalog.Macs); }

    /// <summary>The same for both directions.</summary>
    public IReadOnlyList<string> Compressions { get; init => field = Checked(value, AlgorithmCatalog.Compressions); }

    private static string[] Checked<T>(IReadOnlyList<string> names, AlgorithmTable<T> table)
        where T : Algorithm
    {
        if (names.Count == 0) throw new ArgumentException($"No {table.Kind} algorithm is left to choose from.", nameof(names));
        foreach (string name in names) _ = table[name];
        return [.. names.Distinct()];
    }
}
