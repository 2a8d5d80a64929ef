namespace Nacre.Config.Files;

/// <summary>One line of a configuration cut into its keyword and the rest, and words cut as a shell would.</summary>
internal static class ConfigLine
{
    private const string Blanks = " \t\r\n\f";

    /// <summary>
    /// Cuts a line into its keyword and the text after it. False for empty lines and comments. A single = may stand between
    /// the two, and the keyword may be in double quotes.
    /// </summary>
    public static bool TrySplit(string line, out string keyword, out string rest)
    {
        keyword = rest = "";
        ReadOnlySpan<char> text = line.AsSpan().TrimStart(" \t\r\n").TrimEnd(Blanks);
        if (text.IsEmpty || text[0] == '#')
            return false;
        int end;
        if (text[0] == '"')
        {
            end = text[1..].IndexOf('"') + 1;
            if (end <= 1)
                return false;
            keyword = text[1..end].ToString();
            rest = text[(end + 1)..].TrimStart(" \t\r\n").ToString();
            return true;
        }

        end = text.IndexOfAny(" \t\r\n\"=");
        if (end < 0)
        {
            keyword = text.ToString();
            return true;
        }

        keyword = text[..end].ToString();
        ReadOnlySpan<char> after = text[end..].TrimStart(" \t\r\n");
        if (after.StartsWith("="))
            after = after[1..].TrimStart(" \t\r\n");
        rest = after.ToString();
        return true;
    }

    /// <summary>A word in quotes, where it would not be read back as one word without them.</summary>
    public static string Quote(string word)
    {
        bool isPlain = word.Length > 0 && !word.AsSpan().ContainsAny(" \t\f\r\"'\\=") && word[0] != '#';
        return isPlain ? word : $"\"{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>
    /// Cuts text into words: single or double quotes keep blanks, a backslash keeps a quote, a backslash or (outside quotes) a
    /// blank, and a # at the start of a word ends the line. False when a quote is not closed.
    /// </summary>
    public static bool TrySplitWords(string text, out List<string> words)
    {
        words = [];
        var word = new System.Text.StringBuilder();
        int i = 0;
        while (true)
        {
            while (i < text.Length && text[i] is ' ' or '\t')
                i++;
            if (i >= text.Length || text[i] == '#')
                return true;
            word.Clear();
            char quote = '\0';
            for (; i < text.Length; i++)
            {
                char c = text[i];
                char next = i + 1 < text.Length ? text[i + 1] : '\0';
                if (c == '\\')
                {
                    bool escapes = next is '\'' or '"' or '\\' || (next == ' ' && quote == '\0');
                    word.Append(escapes ? text[++i] : c);
                }
                else if (quote == '\0' && c is ' ' or '\t')
                    break;
                else if (quote == '\0' && c is '\'' or '"')
                    quote = c;
                else if (quote != '\0' && c == quote)
                    quote = '\0';
                else
                    word.Append(c);
            }

            if (quote != '\0')
                return false;
            words.Add(word.ToString());
        }
    }
}
