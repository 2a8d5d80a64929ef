namespace Nacre.Config;

/// <summary>The values that a configuration has set so far, each with the line that set it.</summary>
internal sealed class ConfigValues(KeywordTable table, AlgorithmNames algorithms)
{
    private readonly object?[] values = new object?[table.All.Count];
    private readonly string?[] origins = new string?[table.All.Count];
    private readonly bool[] areFixed = new bool[table.All.Count];

    public KeywordTable Table => table;

    public bool Has(Keyword keyword) => values[keyword.Slot] is not null;

    public bool TryGet<T>(Keyword<T> keyword, out T? value)
    {
        if (values[keyword.Slot] is T found)
        {
            value = found;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>The value that was set, or else the default.</summary>
    public T? Get<T>(Keyword<T> keyword)
    {
        if (values[keyword.Slot] is T found)
            return found;
        return keyword.DefaultFrom is { } from ? from(algorithms) : keyword.Default;
    }

    public void Set<T>(Keyword<T> keyword, T value, string origin)
    {
        values[keyword.Slot] = value;
        origins[keyword.Slot] = origin;
    }

    /// <summary>Closes a keyword: lines that come later are checked and change nothing.</summary>
    public void Fix(Keyword keyword) => areFixed[keyword.Slot] = true;

    public bool IsFixed(Keyword keyword) => areFixed[keyword.Slot];

    /// <summary>The place that set the value ("/path line N"), or nothing for a default.</summary>
    public string OriginOf(Keyword keyword) => origins[keyword.Slot] ?? "";

    /// <summary>Whether a line or a flag set the value, which a default that was filled in is not.</summary>
    public bool IsSet(Keyword keyword) => OriginOf(keyword).Length > 0;

    /// <summary>Adds what a later block has set: the first value stays, lists grow.</summary>
    public void Merge(ConfigValues later)
    {
        foreach (Keyword keyword in table.All)
            keyword.Merge(this, later);
    }

    /// <summary>A copy in which the values of <paramref name="over"/> stand before these.</summary>
    public ConfigValues OverlaidBy(ConfigValues over)
    {
        var copy = new ConfigValues(table, algorithms);
        for (int i = 0; i < values.Length; i++)
        {
            bool isReplaced = over.values[i] is not null;
            copy.values[i] = over.values[i] is { } upper && values[i] is { } under ? table.All[i].Lay(upper, under) : over.values[i] ?? values[i];
            copy.origins[i] = isReplaced ? over.origins[i] : origins[i];
        }

        return copy;
    }

    public ConfigValues Copy() => OverlaidBy(new ConfigValues(table, algorithms));
}
