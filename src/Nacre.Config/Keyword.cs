using Nacre.Config.Shapes;

namespace Nacre.Config;

/// <summary>What happens when a keyword is met.</summary>
internal enum KeywordStatus
{
    /// <summary>It is read and obeyed.</summary>
    Live,

    /// <summary>It opens a block or reads a file; the parser itself obeys it.</summary>
    Structural,

    /// <summary>OpenSSH has it, Nacre does not; leaving it out does no harm, so it is read and not obeyed, with a warning unless its value holds anyway.</summary>
    Pending,

    /// <summary>Ignored without a word, as OpenSSH ignores it.</summary>
    Ignored,

    /// <summary>OpenSSH has given it up, or it belongs to a feature that Nacre does not have and that nobody misses without being told.</summary>
    Deprecated,

    /// <summary>A feature that OpenSSH can be built without, and Nacre is.</summary>
    Unsupported,

    /// <summary>Something that OpenSSH, too, refuses on this kind of system.</summary>
    Impossible,
}

/// <summary>
/// The declaration of one configuration keyword. Everything that is said of a keyword is said here, once: reading, -o, the
/// -G and -T dumps, the manual and the tests are derived from it.
/// </summary>
internal abstract class Keyword(string name)
{
    /// <summary>The name, written as the manual writes it.</summary>
    public string Name { get; } = name;

    /// <summary>The name in lower case, as messages and the dump write it.</summary>
    public string LowerName { get; } = name.ToLowerInvariant();

    /// <summary>The name as the dump writes it, where that is not in lower case.</summary>
    public string? DumpName { get; init; }

    /// <summary>Older names of the same keyword.</summary>
    public string[] Aliases { get; init; } = [];

    public KeywordStatus Status { get; init; }

    /// <summary>Whether a server accepts it after Match. A client accepts every keyword anywhere.</summary>
    public bool IsAllowedInMatch { get; init; }

    /// <summary>One line for the manual.</summary>
    public string Manual { get; init; } = "";

    /// <summary>The place of this keyword's value in <see cref="ConfigValues"/>; given by its table.</summary>
    public int Slot { get; internal set; } = -1;

    /// <summary>How the arguments are written, for the manual.</summary>
    public abstract string Syntax { get; }

    /// <summary>The words that the value is one of; empty where it may be something else too.</summary>
    public virtual IReadOnlyList<string> Alternatives => [];

    /// <summary>The tokens, variables and ~ that are expanded in the value.</summary>
    public TokenRules? Tokens { get; init; }

    /// <summary>Reads the arguments; keeps the value when <paramref name="target"/> is not null.</summary>
    public abstract bool TryRead(ArgumentReader arguments, ConfigValues? target);

    /// <summary>Adds to <paramref name="target"/> what a block that comes later has set.</summary>
    public abstract void Merge(ConfigValues target, ConfigValues later);

    /// <summary>The value where a Match that fits says <paramref name="over"/> and what stands outside of it <paramref name="under"/>.</summary>
    public virtual object Lay(object over, object under) => over;

    /// <summary>Replaces tokens in the value; false with the reason when that fails.</summary>
    public abstract bool TryExpand(ConfigValues values, TokenExpander expander, out string error);

    /// <summary>The lines of the dump, each with the keyword in front.</summary>
    public abstract IEnumerable<string> Dump(ConfigValues values);

    /// <summary>The lines that are read back as the value that was set; none where nothing was.</summary>
    public abstract IEnumerable<string> Write(ConfigValues values);

    /// <summary>The default as the dump would print it, for the manual.</summary>
    public abstract string DefaultText { get; }
}

/// <summary>A keyword that the parser obeys by itself (Host, Match, Include), or that is known and does nothing.</summary>
internal sealed class BareKeyword(string name, string syntax = "") : Keyword(name)
{
    public override string Syntax => syntax;

    public override string DefaultText => "";

    /// <summary>Why OpenSSH has the keyword and Nacre does not; empty for those that OpenSSH has given up too.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The value that says what happens without the keyword too.</summary>
    public string ValueThatHolds { get; init; } = "none";

    /// <summary>Whether the arguments of a line ask for no more than what happens anyway.</summary>
    public bool Holds(List<string> words) => words is [var only] && (only.Equals(ValueThatHolds, StringComparison.OrdinalIgnoreCase) || only == "none");

    public override bool TryRead(ArgumentReader arguments, ConfigValues? target)
    {
        arguments.TakeRest();
        return true;
    }

    public override void Merge(ConfigValues target, ConfigValues later)
    {
    }

    public override bool TryExpand(ConfigValues values, TokenExpander expander, out string error)
    {
        error = "";
        return true;
    }

    public override IEnumerable<string> Dump(ConfigValues values) => [];

    public override IEnumerable<string> Write(ConfigValues values) => [];
}

/// <summary>A keyword whose value is a <typeparamref name="T"/>.</summary>
internal sealed class Keyword<T>(string name, ValueShape<T> shape) : Keyword(name)
{
    public ValueShape<T> Shape { get; } = shape;

    public override IReadOnlyList<string> Alternatives => Shape.Alternatives;

    /// <summary>The value when nothing is said.</summary>
    public T? Default { get; init; }

    /// <summary>What a Match makes of the value outside of it (the second), where it does not simply replace that.</summary>
    public Func<T, T, T>? LaidOver { get; init; }

    /// <summary>Whether another keyword that came first leaves this one nothing to say.</summary>
    public Func<ConfigValues, bool>? YieldsTo { get; init; }

    /// <summary>The value when nothing is said, where it depends on the lists of algorithms.</summary>
    public Func<AlgorithmNames, T>? DefaultFrom { get; init; }

    public override string Syntax => Shape.Syntax;

    public override string DefaultText =>
        DefaultFrom is not null ? "see ssh -Q" : Default is null ? "" : string.Join(' ', Shape.Print(Default));

    public override bool TryRead(ArgumentReader arguments, ConfigValues? target)
    {
        if (!Shape.TryRead(arguments, out T? value))
            return false;
        if (target is null || arguments.LeavesUnset || target.IsFixed(this) || YieldsTo?.Invoke(target) == true)
            return true;
        if (!target.TryGet(this, out T? earlier))
        {
            if (Shape.Accumulates && !Shape.TryCombine(default, value!, arguments, out value))
                return false;
            target.Set(this, value!, arguments.Origin);
        }
        else if (Shape.Accumulates)
        {
            if (!Shape.TryCombine(earlier, value!, arguments, out T? combined))
                return false;
            target.Set(this, combined!, target.OriginOf(this));
        }

        return true;
    }

    public override void Merge(ConfigValues target, ConfigValues later)
    {
        if (!later.TryGet(this, out T? value))
            return;
        if (!target.TryGet(this, out T? earlier))
            target.Set(this, value!, later.OriginOf(this));
        else if (Shape.Accumulates && Shape.TryCombine(earlier, value!, null, out T? combined))
            target.Set(this, combined!, target.OriginOf(this));
    }

    public override object Lay(object over, object under) => LaidOver is null ? over : LaidOver((T)over, (T)under)!;

    public override bool TryExpand(ConfigValues values, TokenExpander expander, out string error)
    {
        error = "";
        if (Tokens is null || values.Get(this) is not { } value)
            return true;
        string failure = "";
        T expanded = Shape.Expand(value, (text, rules) =>
        {
            if (failure.Length > 0)
                return text;
            return expander.TryExpand(text, rules, out string result, out failure) ? result : text;
        }, Tokens);
        if (failure.Length > 0)
        {
            string origin = values.OriginOf(this);
            error = $"{(origin.Length > 0 ? origin : "default")}: keyword {LowerName}: {failure}";
            return false;
        }

        values.Set(this, expanded, values.OriginOf(this));
        return true;
    }

    public override IEnumerable<string> Write(ConfigValues values) =>
        values.TryGet(this, out T? value) ? Shape.Write(value!).Select(text => $"{LowerName} {text}") : [];

    public override IEnumerable<string> Dump(ConfigValues values)
    {
        T? value = values.Get(this);
        return (value is null ? Shape.PrintUnset() : Shape.Print(value)).Select(text => $"{DumpName ?? LowerName} {text}");
    }
}
