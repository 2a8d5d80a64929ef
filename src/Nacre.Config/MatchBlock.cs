using Nacre.Config.Patterns;
using Nacre.Config.Values;

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
    Version,

    /// <summary>The user is not there; the one attribute without patterns.</summary>
    InvalidUser,
}

/// <summary>One criterion of a Match line: the value must fit one of the patterns.</summary>
internal sealed record MatchCriterion(MatchAttribute Attribute, string Patterns)
{
    /// <summary>The names of the attributes, as the manual writes them.</summary>
    public static readonly (string Name, MatchAttribute Attribute)[] Names =
    [
        ("User", MatchAttribute.User), ("Group", MatchAttribute.Group), ("Host", MatchAttribute.Host), ("Address", MatchAttribute.Address),
        ("LocalAddress", MatchAttribute.LocalAddress), ("LocalPort", MatchAttribute.LocalPort), ("RDomain", MatchAttribute.RDomain),
        ("Version", MatchAttribute.Version), ("Invalid-User", MatchAttribute.InvalidUser),
    ];

    /// <summary>Whether the connection fits, which it does not while nothing is known of what is asked.</summary>
    public bool Fits(MatchCriteria connection) => Attribute switch
    {
        MatchAttribute.User => connection.User is { } user && PatternMatcher.MatchesList(user, Patterns),
        MatchAttribute.Group => connection.User is { } user && FitsGroup(connection.GroupsOf(user)),
        MatchAttribute.Host => connection.Host is { } host && PatternMatcher.MatchesHost(host, Patterns),
        MatchAttribute.Address => connection.Address is { } address && FitsAddress(address),
        MatchAttribute.LocalAddress => connection.LocalAddress is { } local && FitsAddress(local),
        MatchAttribute.LocalPort => connection.LocalPort is { } port && PortNumber.TryParse(Patterns, out int asked) && asked == port,
        MatchAttribute.RDomain => connection.RDomain is { } domain && PatternMatcher.MatchesList(domain, Patterns),
        MatchAttribute.Version => PatternMatcher.MatchesList(connection.ProgramVersion, Patterns),
        _ => connection.IsInvalidUser,
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

    /// <summary>Whether the block asks for nothing, as "Match all" does, which ends the blocks before it.</summary>
    public bool IsForAll => criteria.Count == 0 && outer is null or { IsForAll: true };

    /// <summary>A block that applies when this one does, for the lines after an Include, which come after those of its blocks.</summary>
    public MatchBlock Continue(ConfigValues further) => new(criteria, outer, further);

    /// <summary>Whether the block applies; adds to <paramref name="missing"/> that a test connection does not say its local port, which OpenSSH insists on.</summary>
    public bool AppliesTo(MatchCriteria connection, ConfigDiagnostics missing)
    {
        bool applies = outer is null || outer.AppliesTo(connection, missing);
        foreach (MatchCriterion criterion in criteria)
        {
            if (criterion.Attribute == MatchAttribute.LocalPort && connection is { IsTest: true, LocalPort: null })
                missing.Error("'Match LocalPort' in configuration but 'lport' not in connection test specification.");
            applies &= criterion.Fits(connection);
        }

        return applies;
    }
}
