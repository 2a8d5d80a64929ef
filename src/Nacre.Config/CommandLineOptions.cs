using Nacre.Config.Files;

namespace Nacre.Config;

/// <summary>
/// What the command line sets, in the order in which it says so: the text of each -o, and the value of each flag that
/// stands for a keyword. All of it comes before any file.
/// </summary>
internal sealed class CommandLineOptions
{
    private readonly List<Func<Func<string, LineOutcome>, ConfigValues, LineOutcome>> steps = [];

    private readonly List<Action<ConfigValues>> fallbacks = [];

    /// <summary>The remote command or the subsystem that the command line names, for Match; empty for none.</summary>
    public string Command { get; set; } = "";

    /// <summary>Adds the argument of an -o.</summary>
    public void Add(string option) => steps.Add((parse, _) => parse(option));

    /// <summary>Sets a keyword; an earlier value stays, and lists grow.</summary>
    public void Set<T>(Keyword<T> keyword, T value) => steps.Add((_, values) =>
    {
        if (!values.TryGet(keyword, out T? earlier))
            values.Set(keyword, value, "command-line");
        else if (keyword.Shape.Accumulates && keyword.Shape.TryCombine(earlier, value, null, out T? combined))
            values.Set(keyword, combined!, "command-line");
        return LineOutcome.Good;
    });

    /// <summary>Sets a keyword so that nothing in a file adds to it.</summary>
    public void SetForGood<T>(Keyword<T> keyword, T value) => steps.Add((_, values) =>
    {
        values.Set(keyword, value, "command-line");
        values.Fix(keyword);
        return LineOutcome.Good;
    });

    /// <summary>Sets a keyword where neither the command line nor a file does.</summary>
    public void SetFallback<T>(Keyword<T> keyword, T value) => fallbacks.Add(values =>
    {
        if (!values.Has(keyword))
            values.Set(keyword, value, "");
    });

    /// <summary>Applies what holds where nothing was said.</summary>
    internal void ApplyFallbacks(ConfigValues values)
    {
        foreach (var fallback in fallbacks)
            fallback(values);
    }

    /// <summary>Applies all of it; stops at the first that is wrong.</summary>
    internal bool Apply(Func<string, LineOutcome> parse, ConfigValues values)
    {
        foreach (var step in steps)
        {
            if (step(parse, values) != LineOutcome.Good)
                return false;
        }

        return true;
    }
}
