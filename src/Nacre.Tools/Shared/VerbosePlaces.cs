using Nacre.Config.Patterns;

namespace Nacre.Tools.Shared;

/// <summary>The places in the program that tell everything, whatever the level of the log is (LogVerbose).</summary>
/// <param name="patterns">Lists of patterns of places as file:function():line.</param>
internal sealed class VerbosePlaces(IReadOnlyList<string> patterns)
{
    public static readonly VerbosePlaces None = new([]);

    public bool IsAny => patterns.Count > 0;

    /// <summary>Whether a place tells everything, with the text that its lines begin with.</summary>
    public bool Has(string file, string member, int number, out string place)
    {
        place = "";
        if (!IsAny) return false;
        string name = $"{Path.GetFileName(file)}:{member}():{number} (pid={Environment.ProcessId})";
        place = name;
        return patterns.Any(pattern => PatternMatcher.MatchesList(name, pattern));
    }
}
