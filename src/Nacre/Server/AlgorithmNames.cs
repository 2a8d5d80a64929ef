using Nacre.Protocol.Algorithms;

namespace Nacre.Server;

/// <summary>Lists of names that a server tells its clients.</summary>
internal static class AlgorithmNames
{
    /// <summary>The signature algorithms that users' keys may sign by unless configured otherwise.</summary>
    public static IReadOnlyList<string> DefaultSignatures { get; } = [.. AlgorithmCatalog.HostKeys.Rows.Where(row => row.IsDefault).Select(row => row.Name)];
}
