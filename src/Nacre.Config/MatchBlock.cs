using System.Globalization;
using Nacre.Config.Patterns;

namespace Nacre.Config;

/// <summary>What a server's Match line may ask for.</summary>
internal enum MatchAttribute
{
    User,
    Group,
    Host,
    Address,
    LocalAddress,
    LocalPort,
    RDomain,
}

/// <summary>One criterion of a Match line: the value must fit one of the patterns.</summary>
internal sealed record MatchCriterion(MatchAttribute Attribute, string Patterns)
{
    /// <summary>The names of the attributes, as the manual writes them.</summary>
    public static readonly (string Name, MatchAttribute Attribute)[] Names =
    [
        ("User", MatchAttribute.User), ("Group", MatchAttribute.Group), ("Host", MatchAttribute.Host), ("Address", MatchAttribute.Address),
        ("LocalAddress", MatchAttribute.LocalAddress), ("LocalPort", MatchAttribute.LocalPort), ("RDomain", MatchAttribute.RDomain),
    ];

    public string Name => Array.Find(Names, entry => entry.Attribute == Attribute).Name;

    /// <summary>The name that -C gives it.</summary>
    public string TestName => Attribute switch
    {
        MatchAttribute.User or MatchAttribute.Group => "user",
        MatchAttribute.Host => "host",
        MatchAttribute.Address => "addr",
        MatchAttribute.LocalAddress => "laddr",
        MatchAttribute.LocalPort => "lport",
        _ => "rdomain",
    };

    /// <summary>Whether the connection fits; null when nothing is known of what is asked.</summary>
    public bool? Fits(MatchCriteria connection) => Attribute switch
    {
        MatchAttribute.User => connection.User is { } user ? PatternMatcher.MatchesList(user, Patterns) : null,
        MatchAttribute.Group => connection.User is { } user ? FitsGroup(connection.GroupsOf(user)) : null,
        MatchAttribute.Host => connection.Host is { } host ? PatternMatcher.MatchesHost(host, Patterns) : null,
        MatchAttribute.Address => connection.Address is { } address ? FitsAddress(address) : null,
        MatchAttribute.LocalAddress => connection.LocalAddress is { } local ? FitsAddress(local) : null,
        MatchAttribute.LocalPort => connection.LocalPort is { } port ? Patterns == port.ToString(CultureInfo.InvariantCulture) : null,
        _ => false,
    };

    private bool FitsAddress(string address) => AddressPattern.TryJudge(address, Patterns, out int verdict) && verdict > 0;

    // A pattern with ! that fits one group rules the user out, whatever the other groups say.
    private bool FitsGroup(IReadOnlyList<string>? groups)
    {
        bool fits = false;
        foreach (string group in groups ?? [])
        {
            int verdict = PatternMatcher.Judge(group, Patterns);
            if (verdict < 0)
                return false;
            fits |= verdict > 0;
        }

        return fits;
    }
}

/// <summary>The lines after one Match of a server, and the block around it when it stands in an included file.</summary>
internal sealed class MatchBlock(IReadOnlyList<MatchCriterion> criteria, MatchBlock? outer, ConfigValues values)
{
    public ConfigValues Values => values;

    /// <summary>Whether the block applies; adds to <paramref name="missing"/> what a test connection does not say.</summary>
    public bool AppliesTo(MatchCriteria connection, ConfigDiagnostics missing)
    {
        bool applies = outer is null || outer.AppliesTo(connection, missing);
        foreach (MatchCriterion criterion in criteria)
        {
            bool? fits = criterion.Fits(connection);
            if (fits is null && connection.IsTest)
                missing.Error($"'Match {criterion.Name}' in configuration but '{criterion.TestName}' not in connection test specification.");
            applies &= fits == true;
        }

        return applies;
    }
}
