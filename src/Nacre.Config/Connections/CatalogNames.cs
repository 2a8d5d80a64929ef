using Nacre.Protocol.Algorithms;

namespace Nacre.Config.Connections;

/// <summary>Hands the names of the algorithm catalog to the configuration, which knows no catalog itself.</summary>
internal static class CatalogNames
{
    public static AlgorithmNames For(bool isClient)
    {
        AlgorithmSelection defaults = isClient ? AlgorithmSelection.ClientDefault : AlgorithmSelection.ServerDefault;
        var signatures = new AlgorithmChoice(NamesOf(AlgorithmCatalog.HostKeys.Rows), NamesOf(AlgorithmCatalog.HostKeys.Rows.Where(row => row.IsDefault)));
        return new AlgorithmNames
        {
            Ciphers = new AlgorithmChoice(NamesOf(AlgorithmCatalog.Ciphers.Rows), defaults.Ciphers),
            Macs = new AlgorithmChoice(NamesOf(AlgorithmCatalog.Macs.Rows), defaults.Macs),
            KeyExchanges = new AlgorithmChoice(NamesOf(AlgorithmCatalog.KeyExchanges.Rows), defaults.KexAlgorithms),
            HostKeys = signatures,
            PublicKeys = signatures,
        };
    }

    private static string[] NamesOf(IEnumerable<Algorithm> rows) => [.. rows.Select(row => row.Name)];
}
