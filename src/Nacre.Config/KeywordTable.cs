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

    /// <summary>Adds keywords that are known by name only; NAME=VALUE says which value is what happens all the same.</summary>
    public void AddNames(KeywordStatus status, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            string[] parts = name.Split('=');
            Add(new BareKeyword(parts[0]) { Status = status, IsAllowedInMatch = true, ValueThatHolds = parts.Length > 1 ? parts[1] : "none" });
        }
    }

    /// <summary>Adds keywords that OpenSSH obeys and Nacre does not, for a reason that is told with them.</summary>
    public void AddLeftOut(KeywordStatus status, string reason, string valueThatHolds, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            Add(new BareKeyword(name) { Status = status, IsAllowedInMatch = true, Reason = reason, ValueThatHolds = valueThatHolds });
    }

    public bool TryFind(string name, out Keyword? keyword) => byName.TryGetValue(name, out keyword);
}
