using Nacre.Protocol.Keys;

namespace Nacre.Config.Patterns;

/// <summary>
/// Matches text against OpenSSH's patterns: <c>*</c> for any run of characters, <c>?</c> for any one, and comma-separated
/// lists of them with <c>!</c> for exceptions.
/// </summary>
internal static class PatternMatcher
{
    /// <summary>Whether the whole of <paramref name="text"/> matches one pattern, which has no list or negation.</summary>
    public static bool Matches(ReadOnlySpan<char> text, ReadOnlySpan<char> pattern) => Wildcard.Matches(text, pattern);

    /// <summary>Whether a comma-separated list accepts <paramref name="text"/>: one pattern does and none with ! does.</summary>
    public static bool MatchesList(string text, string list) => Judge(text, list) > 0;

    /// <summary>The same for a host name, whose case does not matter.</summary>
    public static bool MatchesHost(string host, string list) =>
        Judge(host.ToLowerInvariant(), list.ToLowerInvariant()) > 0;

    /// <summary>1 when a pattern of the list matches, -1 when one with ! does (which then decides), 0 when none does.</summary>
    public static int Judge(string text, string list) => Wildcard.Judge(text, list);
}
