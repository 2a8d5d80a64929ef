namespace Nacre.Config;

/// <summary>
/// The keywords of one kind of configuration, found by name in any case. Keywords stand in the order in which OpenSSH
/// dumps them.
/// </summary>
internal sealed class KeywordTable
{
    private readonly List<Keyword> all = [];
    private readonly Dictionary<string, Keyword> byName = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<Keyword> All => all;

    public T Add<T>(T keyword)
        where T : Keyword
    {
        keyword.Slot = all.Count;
        all.Add(keyword);
        byName.Add(keyword.Name, keyword);
        foreach (string alias in keyword.Aliases)
            byName.Add(alias, keyword);
        return keyword;
    }

    /// <summary>Adds keywords that are known by name only.</summary>
    public void AddNames(KeywordStatus status, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            Add(new BareKeyword(name) { Status = status });
    }

    /// <summary>Adds keywords that are known by name only, and may stand after a server's Match.</summary>
    public void AddNamesForMatch(KeywordStatus status, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            Add(new BareKeyword(name) { Status = status, IsAllowedInMatch = true });
    }

    /// <summary>Adds keywords that OpenSSH obeys and Nacre does not, for a reason that is told with them.</summary>
    public void AddLeftOut(KeywordStatus status, string reason, string valueThatHolds, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            Add(new BareKeyword(name) { Status = status, Reason = reason, ValueThatHolds = valueThatHolds });
    }

    public bool TryFind(string name, out Keyword? keyword) => byName.TryGetValue(name, out keyword);
}
