using System.Text;

namespace Nacre.Tools;

/// <summary>The flags of one tool, and the ways to combine them, from which its usage is made.</summary>
internal sealed class FlagTable
{
    private const int LineWidth = 80;

    private readonly Flag[] _flags;

    public FlagTable(string program, IReadOnlyList<Synopsis> synopses, params Flag[] flags) => (Program, Synopses, _flags) = (program, synopses, flags);

    /// <summary>The name of the tool, such as ssh-keygen.</summary>
    public string Program { get; }

    public IReadOnlyList<Synopsis> Synopses { get; }

    public IReadOnlyList<Flag> Flags => _flags;

    /// <summary>The usage as lines, each with its end.</summary>
    public string Usage
    {
        get
        {
            var usage = new StringBuilder();
            foreach (Synopsis way in Synopses)
            {
                string start = $"{(usage.Length == 0 ? "usage:" : "      ")} {Program}";
                Wrap(usage, start, Words(way));
            }

            return usage.ToString();
        }
    }

    public Flag? Find(char letter)
    {
        foreach (Flag flag in _flags)
        {
            if (flag.Letter == letter) return flag;
        }

        return null;
    }

    /// <summary>The flag that has a word.</summary>
    public Flag? Find(string word) => Array.Find(_flags, flag => flag.Word == word);

    /// <summary>Prints what was wrong, if that is known, and the usage.</summary>
    public void Explain(UsageException wrong, TextWriter error)
    {
        if (wrong.Message.Length > 0) error.WriteLine(wrong.Message);
        error.Write(Usage);
    }

    private static void Wrap(StringBuilder usage, string start, IEnumerable<string> words)
    {
        int width = start.Length;
        usage.Append(start);
        foreach (string word in words)
        {
            if (width + 1 + word.Length >= LineWidth)
            {
                usage.Append('\n').Append(' ', start.Length);
                width = start.Length;
            }

            usage.Append(' ').Append(word);
            width += 1 + word.Length;
        }

        usage.Append('\n');
    }

    private IEnumerable<string> Words(Synopsis way)
    {
        foreach (char letter in way.Required)
        {
            yield return Shown(letter, way);
        }

        string cluster = "";
        foreach (char letter in way.Optional)
        {
            bool standsAlone = Find(letter) is { TakesValue: true } or { Word: not null };
            if (standsAlone && cluster.Length > 0)
            {
                yield return $"[-{cluster}]";
                cluster = "";
            }

            if (standsAlone) yield return $"[{Shown(letter, way)}]";
            else cluster += letter;
        }

        if (cluster.Length > 0) yield return $"[-{cluster}]";
        if (way.Operands.Length == 0) yield break;
        foreach (string word in way.Operands.Split(' '))
        {
            yield return word;
        }
    }

    private string Shown(char letter, Synopsis way) => Find(letter) switch
    {
        { Word: { } word } => $"-{letter}|--{word}",
        { Value: { } value } => $"-{letter} {way.Values.GetValueOrDefault(letter, value)}",
        _ => $"-{letter}",
    };
}
