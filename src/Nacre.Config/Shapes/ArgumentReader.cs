namespace Nacre.Config.Shapes;

/// <summary>Whose configuration is read; the two differ in wording and in a few forms of values.</summary>
internal enum ConfigRole
{
    Client,
    Server,
}

/// <summary>The arguments of one configuration line, read from left to right by the shape of the keyword's value.</summary>
internal sealed class ArgumentReader(ConfigRole role, string keyword, string origin, string raw, List<string> words,
    AlgorithmNames algorithms, LocalIdentity local)
{
    private int next;

    public ConfigRole Role => role;

    /// <summary>The keyword as messages write it: lower case for a client, as it was typed for a server.</summary>
    public string Keyword => keyword;

    /// <summary>Where the line stands: "/path line N".</summary>
    public string Origin => origin;

    /// <summary>The text after the keyword, quotes and all.</summary>
    public string Raw => raw;

    public AlgorithmNames Algorithms => algorithms;

    public LocalIdentity Local => local;

    public bool AtEnd => next >= words.Count;

    /// <summary>What was wrong, complete with the place, or nothing.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>Set by a shape whose value means "as if nothing were said", so that a later line may still say something.</summary>
    public bool LeavesUnset { get; set; }

    public bool IsOnlyOne => words.Count == 1;

    /// <summary>Whether one of the words, read or not, is this one in any case.</summary>
    public bool Contains(string word) => words.Contains(word, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the word that is to be read next is this one.</summary>
    public bool IsNext(string word) => next < words.Count && words[next] == word;

    public string? Next() => next < words.Count ? words[next++] : null;

    public List<string> TakeRest()
    {
        List<string> rest = words[next..];
        next = words.Count;
        return rest;
    }

    /// <summary>Reports what is wrong with this line; always false, to be returned.</summary>
    public bool Fail(string message)
    {
        Errors.Add($"{origin}: {message}");
        return false;
    }

    /// <summary>The same without the place, for what OpenSSH says in a line of its own.</summary>
    public bool FailAlone(string message)
    {
        Errors.Add(message);
        return false;
    }
}
