using Nacre.Config.Patterns;

namespace Nacre.Config.Shapes;

/// <summary>
/// A list of algorithm names in order of preference. A list that begins with + adds to the defaults, with - takes away from
/// them and with ^ moves its names to the front.
/// </summary>
/// <param name="choose">Which names the keyword is about.</param>
/// <param name="allowsWildcards">Whether names may be patterns; after - they always may.</param>
/// <param name="complaint">OpenSSH's message about a bad list; {0} is the list.</param>
internal sealed class AlgorithmListShape(Func<AlgorithmNames, AlgorithmChoice> choose, bool allowsWildcards, string complaint)
    : ValueShape<IReadOnlyList<string>>
{
    public override string Syntax => "[+|-|^]name[,name...]";

    public override bool TryRead(ArgumentReader arguments, out IReadOnlyList<string>? value)
    {
        value = null;
        if (arguments.Next() is not { Length: > 0 } word)
            return arguments.Fail(arguments.Role == ConfigRole.Client || allowsWildcards ? "Missing argument." : $"{arguments.Keyword} missing argument.");
        return TryAssemble(word, choose(arguments.Algorithms), out value)
            || arguments.Fail(complaint.Replace("{0}", word, StringComparison.Ordinal));
    }

    /// <summary>Checks a list and applies it to the defaults; also the argument of -c, -m and the like.</summary>
    public bool TryAssemble(string text, AlgorithmChoice choice, out IReadOnlyList<string>? names)
    {
        names = null;
        char sign = text[0] is '+' or '-' or '^' ? text[0] : '\0';
        string[] parts = (sign == '\0' ? text : text[1..]).Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (sign == '-')
        {
            names = [.. choice.Defaults.Where(name => !parts.Any(part => PatternMatcher.Matches(name, part)))];
            return true;
        }

        List<string> listed = [];
        foreach (string part in parts)
        {
            bool isKnown = false;
            foreach (string name in choice.Known)
            {
                if (allowsWildcards ? PatternMatcher.Matches(name, part) : name == part)
                {
                    isKnown = true;
                    AddNew(listed, name);
                }
            }

            if (!isKnown)
                return false;
        }

        if (listed.Count == 0)
            return false;
        names = sign switch
        {
            '+' => Join(choice.Defaults, listed),
            '^' => Join(listed, choice.Defaults),
            _ => listed,
        };
        return true;
    }

    public override IEnumerable<string> Print(IReadOnlyList<string> value) => [string.Join(',', value)];

    public override IEnumerable<string> Write(IReadOnlyList<string> value) => value.Count == 0 ? ["-*"] : Print(value);

    private static List<string> Join(IReadOnlyList<string> first, IReadOnlyList<string> second)
    {
        List<string> all = [.. first];
        foreach (string name in second)
            AddNew(all, name);
        return all;
    }

    private static void AddNew(List<string> names, string name)
    {
        if (!names.Contains(name))
            names.Add(name);
    }
}
