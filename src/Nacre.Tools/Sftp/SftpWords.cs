using System.Text;

namespace Nacre.Tools.Sftp;

/// <summary>A line of sftp split into words, as OpenSSH splits it: with quotes, backslashes and # before a comment.</summary>
/// <remarks>Each word is a pattern of file names: what was quoted, and would mean something in a pattern, has a backslash before it.</remarks>
internal sealed class SftpWords
{
    /// <summary>The most words of a line; OpenSSH's value.</summary>
    public const int MostWords = 128;

    /// <summary>The longest line in bytes; OpenSSH's value.</summary>
    public const int MostBytes = 8191;

    private const string Magic = "?[*";

    private readonly List<string> _words = [];
    private StringBuilder? _word;

    private SftpWords()
    {
    }

    public IReadOnlyList<string> Words => _words;

    /// <summary>The quote that the last word began with; none is '\0'.</summary>
    public char Quote { get; private set; }

    /// <summary>Whether a quote has no end; the last word is what follows it.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether the last word may go on: nothing has ended it.</summary>
    public bool EndsInWord { get; private set; }

    /// <summary>Splits a line that is to be run.</summary>
    public static bool TrySplit(string line, out IReadOnlyList<string> words, out string error)
    {
        SftpWords split = Split(line);
        words = split.Words;
        error = split.IsOpen ? "Unterminated quoted argument"
            : Encoding.UTF8.GetByteCount(line) > MostBytes ? "string too long"
            : words.Count > MostWords ? "Too many arguments."
            : "";
        return error.Length == 0;
    }

    /// <summary>Splits a line that is still being typed.</summary>
    public static SftpWords Split(string line)
    {
        var split = new SftpWords();
        split.Read(line);
        return split;
    }

    /// <summary>The path that a word names where it is not to be a pattern.</summary>
    /// <remarks>Only what <see cref="Split"/> puts a backslash before loses it again; any other backslash is part of the name.</remarks>
    public static string Literal(string word)
    {
        var text = new StringBuilder(word.Length);
        for (int i = 0; i < word.Length; i++)
        {
            if (word[i] == '\\' && i + 1 < word.Length && (word[i + 1] == '\\' || Magic.Contains(word[i + 1], StringComparison.Ordinal))) i++;
            text.Append(word[i]);
        }

        return text.ToString();
    }

    private void Read(string line)
    {
        char quote = '\0';
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            char next = i + 1 < line.Length ? line[i + 1] : '\0';
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                else if (c == '\\' && next != '\0') AppendQuotedEscape(quote, line[++i]);
                else AppendLiteral(c);
            }
            else if (char.IsWhiteSpace(c))
            {
                EndWord();
            }
            else if (c == '#')
            {
                break;
            }
            else if (c is '"' or '\'')
            {
                BeginWord(c);
                quote = c;
            }
            else if (c == '\\')
            {
                BeginWord('\0');
                if (next != '\0') AppendUnquotedEscape(line[++i]);
            }
            else
            {
                BeginWord('\0');
                _word!.Append(c);
            }
        }

        IsOpen = quote != '\0';
        EndsInWord = _word is not null;
        EndWord();
    }

    private void BeginWord(char quote)
    {
        if (_word is not null) return;
        _word = new StringBuilder();
        Quote = quote;
    }

    private void EndWord()
    {
        if (_word is not null) _words.Add(_word.ToString());
        _word = null;
    }

    private void AppendLiteral(char c)
    {
        if (Magic.Contains(c, StringComparison.Ordinal)) _word!.Append('\\');
        _word!.Append(c);
    }

    // Within quotes a backslash is one, but before the quote itself.
    private void AppendQuotedEscape(char quote, char next)
    {
        if (next == quote) _word!.Append(next);
        else if (Magic.Contains(next, StringComparison.Ordinal)) _word!.Append(@"\\").Append('\\').Append(next);
        else _word!.Append('\\').Append(next);
    }

    private void AppendUnquotedEscape(char next)
    {
        if (next == '\\') _word!.Append(@"\\");
        else AppendLiteral(next);
    }
}
