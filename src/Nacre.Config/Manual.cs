using System.Text;

namespace Nacre.Config;

/// <summary>Writes the reference of a kind of configuration from its table: each keyword that works, by name.</summary>
internal static class Manual
{
    public static string Write(KeywordTable table)
    {
        var text = new StringBuilder();
        foreach (Keyword keyword in table.All
            .Where(static k => k.Status is KeywordStatus.Live or KeywordStatus.Structural)
            .OrderBy(static k => k.Name, StringComparer.OrdinalIgnoreCase))
        {
            text.Append(keyword.Name).Append(' ').Append(keyword.Syntax).Append('\n');
            text.Append("    ").Append(keyword.Manual).Append('\n');
            if (keyword.Aliases.Length > 0)
                text.Append("    Older names: ").AppendJoin(", ", keyword.Aliases).Append(".\n");
            if (keyword.Tokens is { } rules)
                text.Append("    Expands: ").Append(Expansions(rules)).Append(".\n");
            if (keyword.DefaultText.Length > 0)
                text.Append("    Default: ").Append(keyword.DefaultText).Append(".\n");
            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Expansions(TokenRules rules)
    {
        List<string> parts = [];
        if (rules.Tilde)
            parts.Add("~");
        if (rules.Environment)
            parts.Add("${NAME}");
        if (rules.Letters.Length > 0)
            parts.Add("%% " + string.Join(' ', (rules.Letters + rules.LateLetters).Select(static c => $"%{c}")));
        return string.Join(", ", parts);
    }
}
