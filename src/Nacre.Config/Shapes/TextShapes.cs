using System.Text;
using Nacre.Config.Files;
using Nacre.Config.Values;

namespace Nacre.Config.Shapes;

/// <summary>One word (which quotes may make of several).</summary>
internal sealed class TextShape(string syntax) : ValueShape<string>
{
    public override string Syntax => syntax;

    /// <summary>Whether a relative path starts from the current directory, and ~ from the home directory, at once.</summary>
    public bool IsPath { get; init; }

    /// <summary>Whether "none" is as if nothing were said, rather than a value.</summary>
    public bool HidesNone { get; init; }

    /// <summary>What to say when there is no word; {0} is the keyword.</summary>
    public string? Missing { get; init; }

    public override bool TryRead(ArgumentReader arguments, out string? value)
    {
        value = arguments.Next();
        if (value is not { Length: > 0 })
            return arguments.Fail(Missing?.Replace("{0}", arguments.Keyword, StringComparison.Ordinal) ?? (IsPath ? "missing file name." : "Missing argument."));
        if (HidesNone && value.Equals("none", StringComparison.OrdinalIgnoreCase))
            value = "none";
        return !IsPath || ServerPath.TryResolve(arguments, value, out value);
    }

    public override IEnumerable<string> Print(string value) => HidesNone && value == "none" ? [] : [value];

    public override IEnumerable<string> Write(string value) => [ConfigLine.Quote(value)];

    public override string Expand(string value, Func<string, TokenRules, string> expand, TokenRules rules) =>
        value == "none" ? value : expand(value, rules);
}

/// <summary>The machines of ProxyJump, or none.</summary>
internal sealed class JumpShape : ValueShape<string>
{
    public override string Syntax => "[user@]host[:port][,...] | none";

    public override bool TryRead(ArgumentReader arguments, out string? value)
    {
        value = arguments.Next();
        if (value is not { Length: > 0 })
            return arguments.Fail("Missing argument.");
        if (value.Equals("none", StringComparison.OrdinalIgnoreCase))
            value = "none";
        return value == "none" || JumpHosts.TryParse(value, out _) || arguments.Fail($"Invalid ProxyJump \"{value}\"");
    }

    public override IEnumerable<string> Print(string value) => value == "none" ? [] : [value];

    public override string Expand(string value, Func<string, TokenRules, string> expand, TokenRules rules) =>
        value == "none" ? value : expand(value, rules);
}

/// <summary>The rest of the line as it stands, quotes and comment marks included: a command for a shell.</summary>
internal sealed class CommandShape(string syntax) : ValueShape<string>
{
    public override string Syntax => syntax;

    /// <summary>Whether "none" is as if nothing were said, rather than a value.</summary>
    public bool HidesNone { get; init; }

    /// <summary>Whether it must begin with the whole path of a program.</summary>
    public bool MustBeAbsolute { get; init; }

    public override bool TryRead(ArgumentReader arguments, out string? value)
    {
        arguments.TakeRest();
        value = arguments.Role == ConfigRole.Client ? arguments.Raw.TrimStart(" \t\r\n=".ToCharArray()) : arguments.Raw;
        if (value.Length == 0)
            return arguments.Fail("missing argument.");
        if (HidesNone && value.Equals("none", StringComparison.OrdinalIgnoreCase))
            value = "none";
        bool isGood = !MustBeAbsolute || value.StartsWith('/') || value.Equals("none", StringComparison.OrdinalIgnoreCase);
        return isGood || arguments.Fail($"{arguments.Keyword} must be an absolute path");
    }

    public override IEnumerable<string> Print(string value) => HidesNone && value == "none" ? [] : [value];

    // Of several signs between keyword and text one is taken away.
    public override IEnumerable<string> Write(string value) => [value.StartsWith('=') ? "= " + value : value];

    public override string Expand(string value, Func<string, TokenRules, string> expand, TokenRules rules) =>
        value == "none" ? value : expand(value, rules);
}

/// <summary>The escape character: one character, ^ and a letter, or none.</summary>
internal sealed class EscapeCharacterShape : ValueShape<EscapeCharacter>
{
    public override string Syntax => "character | ^letter | none";

    public override bool TryRead(ArgumentReader arguments, out EscapeCharacter value)
    {
        value = default;
        if (arguments.Next() is not { Length: > 0 } word)
            return arguments.Fail("Missing argument.");
        return TryParse(word, out value) || arguments.Fail("Bad escape character.");
    }

    /// <summary>Parses an argument of -e.</summary>
    public static bool TryParse(string word, out EscapeCharacter value)
    {
        value = default;
        if (word.Length == 1)
            value = new EscapeCharacter(word[0]);
        else if (word.Length == 2 && word[0] == '^' && word[1] is >= '@' and <= '\u007f')
            value = new EscapeCharacter((char)(word[1] & 0x1f));
        else if (word != "none")
            return false;
        return true;
    }

    public override IEnumerable<string> Print(EscapeCharacter value)
    {
        if (value.Value is not { } c)
            return ["none"];
        var text = new StringBuilder();
        if (c is < ' ' or '\u007f')
            text.Append("\\^").Append((char)(c ^ 0x40));
        else
            text.Append(c);
        return [text.ToString()];
    }
}

/// <summary>Makes the paths in a server's configuration absolute, as they must outlive a change of directory.</summary>
internal static class ServerPath
{
    public static bool TryResolve(ArgumentReader arguments, string text, out string? path)
    {
        path = text;
        if (text.Equals("none", StringComparison.OrdinalIgnoreCase))
        {
            path = "none";
            return true;
        }

        if (arguments.Local.ExpandTilde(text, out string unknown) is not { } expanded)
            return arguments.Fail($"No such user {unknown}");
        path = expanded.StartsWith('/') ? expanded : $"{arguments.Local.WorkingDirectory.TrimEnd('/')}/{expanded}";
        return true;
    }
}
