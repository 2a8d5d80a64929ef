namespace Nacre.Config.Shapes;

/// <summary>One of a few words, in any case. The first word for a value is the one that is printed.</summary>
/// <param name="names">The words and what each means.</param>
internal sealed class ChoiceShape<T>(params (string Name, T Value)[] names) : ValueShape<T>
    where T : struct
{
    /// <summary>Words that only a client accepts.</summary>
    public (string Name, T Value)[] ClientNames { get; init; } = [];

    /// <summary>OpenSSH's message about another word; {0} is the word, {1} the keyword.</summary>
    public string Complaint { get; init; } = "unsupported option \"{0}\".";

    /// <summary>What to say when there is no word; null to complain of the word "&lt;NONE&gt;".</summary>
    public string? Missing { get; init; } = "missing argument.";

    /// <summary>Words for the manual; all of them when null.</summary>
    public string? SyntaxText { get; init; }

    public override string Syntax => SyntaxText ?? string.Join(" | ", names.Select(n => n.Name));

    public override IReadOnlyList<string> Alternatives => Syntax.Split(" | ");

    public override bool TryRead(ArgumentReader arguments, out T value)
    {
        value = default;
        string? word = arguments.Next();
        if (Missing is not null && word is not { Length: > 0 })
            return arguments.Fail(Format(Missing, "", arguments));
        word ??= "<NONE>";
        if (TryFind(names, word, out value))
            return true;
        if (arguments.Role == ConfigRole.Client && TryFind(ClientNames, word, out value))
            return true;
        return arguments.Fail(Format(Complaint, word, arguments));
    }

    /// <summary>Finds what a word means, for flags of tools that take the same words.</summary>
    public bool TryFind(string word, out T value) => TryFind(names, word, out value);

    public override IEnumerable<string> Print(T value)
    {
        foreach ((string name, T candidate) in names)
        {
            if (EqualityComparer<T>.Default.Equals(candidate, value))
                return [name];
        }

        return [];
    }

    private static string Format(string message, string word, ArgumentReader arguments) =>
        message.Replace("{1}", arguments.Keyword, StringComparison.Ordinal).Replace("{0}", word, StringComparison.Ordinal);

    private static bool TryFind((string Name, T Value)[] names, string word, out T value)
    {
        foreach ((string name, T candidate) in names)
        {
            if (name.Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                value = candidate;
                return true;
            }
        }

        value = default;
        return false;
    }
}
