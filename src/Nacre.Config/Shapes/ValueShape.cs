namespace Nacre.Config.Shapes;

/// <summary>
/// The form of a keyword's value: how it is read from a line, added to an earlier one, expanded and printed. Few shapes
/// serve all keywords.
/// </summary>
internal abstract class ValueShape<T>
{
    /// <summary>How the arguments are written, for the manual.</summary>
    public abstract string Syntax { get; }

    /// <summary>The words that the value is one of; empty where it may be something else too.</summary>
    public virtual IReadOnlyList<string> Alternatives => [];

    /// <summary>Whether later lines add to the first one, where otherwise the first one wins.</summary>
    public virtual bool Accumulates => false;

    /// <summary>Reads the value; reports to <paramref name="arguments"/> what is wrong with it.</summary>
    public abstract bool TryRead(ArgumentReader arguments, out T? value);

    /// <summary>The text after the keyword, one for each line of the dump.</summary>
    public abstract IEnumerable<string> Print(T value);

    /// <summary>The same in quotes where they are needed, so that all lines together are read back as the same value.</summary>
    public virtual IEnumerable<string> Write(T value) => Print(value);

    /// <summary>The same for a value that was not set and has no default.</summary>
    public virtual IEnumerable<string> PrintUnset() => [];

    /// <summary>Adds a later value to an earlier one (null for the first line).</summary>
    public virtual bool TryCombine(T? earlier, T later, ArgumentReader? arguments, out T? combined)
    {
        combined = later;
        return true;
    }

    /// <summary>The value with its texts expanded.</summary>
    public virtual T Expand(T value, Func<string, TokenRules, string> expand, TokenRules rules) => value;
}
