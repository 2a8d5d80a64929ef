using System.Text;

namespace Nacre.Config;

/// <summary>What is expanded in a keyword's value.</summary>
/// <param name="Letters">The letters that may follow %, besides % itself; without any, % stands for itself.</param>
/// <param name="Environment">Whether ${NAME} stands for an environment variable.</param>
/// <param name="Tilde">Whether a leading ~ stands for a home directory.</param>
/// <param name="ShownExpanded">Whether the dump shows the expanded text; otherwise it is expanded on use.</param>
/// <param name="LateLetters">
/// Letters whose values are known during the connection only; a keyword that has them is expanded by
/// <see cref="ClientConfig.TryExpandLate"/>.
/// </param>
internal sealed record TokenRules(string Letters, bool Environment = false, bool Tilde = false, bool ShownExpanded = false, string LateLetters = "")
{
    public bool Has(char letter) => Letters.Contains(letter, StringComparison.Ordinal) || LateLetters.Contains(letter, StringComparison.Ordinal);
}

/// <summary>Replaces percent tokens, environment variables and ~ in the values of keywords.</summary>
/// <param name="local">The user and the environment.</param>
/// <param name="tokens">What each letter stands for.</param>
/// <param name="connectionHash">Makes the value of %C, which costs the start of a cryptographic library.</param>
internal sealed class TokenExpander(LocalIdentity local, IReadOnlyDictionary<char, string> tokens, Func<string>? connectionHash = null)
{
    /// <summary>The longest text that an expansion may give, as a bound on ${NAME} repeated.</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>The same with more tokens.</summary>
    public TokenExpander With(IReadOnlyDictionary<char, string> more)
    {
        var all = new Dictionary<char, string>(tokens);
        foreach ((char letter, string value) in more)
            all[letter] = value;
        return new TokenExpander(local, all, connectionHash);
    }

    public bool TryExpand(string text, TokenRules rules, out string expanded, out string error)
    {
        expanded = text;
        error = "";
        if (rules.Tilde)
        {
            if (local.ExpandTilde(text, out string unknown) is not { } path)
            {
                error = $"No such user {unknown}";
                return false;
            }

            expanded = text = path;
        }

        if (!text.AsSpan().ContainsAny('%', '$'))
            return true;
        var output = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            bool isGood = true;
            if (rules.Environment && text[i] == '$' && i + 1 < text.Length && text[i + 1] == '{')
                isGood = TryVariable(text, ref i, output, out error);
            else if (text[i] == '%' && rules.Letters.Length > 0)
                isGood = TryToken(text, ref i, rules, output, out error);
            else
                output.Append(text[i]);
            if (isGood && output.Length > MaxLength)
            {
                error = $"the expanded text is longer than {MaxLength} characters";
                isGood = false;
            }

            if (!isGood)
                return false;
        }

        expanded = output.ToString();
        return true;
    }

    private bool TryVariable(string text, ref int i, StringBuilder output, out string error)
    {
        error = "";
        int close = text.IndexOf('}', i);
        if (close < 0)
        {
            error = $"environment variable '{text[(i + 2)..]}' missing closing '}}'";
            return false;
        }

        string name = text[(i + 2)..close];
        if (local.Environment(name) is not { } value)
        {
            error = $"env var ${{{name}}} has no value";
            return false;
        }

        output.Append(value);
        i = close;
        return true;
    }

    private string? ValueOf(char letter) => letter == 'C' && connectionHash is not null ? connectionHash() : tokens.GetValueOrDefault(letter);

    private bool TryToken(string text, ref int i, TokenRules rules, StringBuilder output, out string error)
    {
        error = "";
        if (++i >= text.Length)
        {
            error = "a % stands at the end; write %% for a percent sign";
            return false;
        }

        if (text[i] == '%')
            output.Append('%');
        else if (rules.Has(text[i]) && ValueOf(text[i]) is { } value)
            output.Append(value);
        else
        {
            error = $"unknown key %{text[i]}; write %% for a percent sign";
            return false;
        }

        return true;
    }
}
