using System.Text;

namespace Nacre.Tools.Sftp;

/// <summary>Splits a line of sftp into words, with quotes and backslashes; each word is a pattern, where what was quoted stands for itself.</summary>
internal static class SftpWords
{
    private const string Special = "*?[\\";

    /// <summary>Splits; a word that begins with # ends the line.</summary>
    public static bool TrySplit(string line, out List<string> words, out string error)
    {
        words = [];
        error = "";
        StringBuilder? word = null;
        char quote = '\0';
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (quote != '\0')
            {
                bool isEscaped = c == '\\' && i + 1 < line.Length && (line[i + 1] == quote || line[i + 1] == '\\');
                if (c == quote) quote = '\0';
                else AppendLiteral(word!, isEscaped ? line[++i] : c);
            }
            else if (char.IsWhiteSpace(c))
            {
                if (word is not null) words.Add(word.ToString());
                word = null;
            }
            else if (c == '#' && word is null)
            {
                return true;
            }
            else if (c is '"' or '\'')
            {
                word ??= new StringBuilder();
                quote = c;
            }
            else if (c == '\\' && i + 1 < line.Length)
            {
                AppendLiteral(word ??= new StringBuilder(), line[++i]);
            }
            else
            {
                (word ??= new StringBuilder()).Append(c);
            }
        }

        if (quote != '\0') error = "Unterminated quoted argument";
        if (word is not null) words.Add(word.ToString());
        return quote == '\0';
    }

    private static void AppendLiteral(StringBuilder word, char c)
    {
        if (Special.Contains(c, StringComparison.Ordinal)) word.Append('\\');
        word.Append(c);
    }
}
