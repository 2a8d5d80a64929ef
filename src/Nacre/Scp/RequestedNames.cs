using Nacre.Sftp;

namespace Nacre.Scp;

/// <summary>The names that a source may send for what was asked of it (CVE-2019-6111).</summary>
/// <remarks>
/// The path goes to a shell at the other side, which expands it, so its last part is taken here as the pattern that it is there. Where a
/// shell would see more in it than braces and patterns, a name may be refused that was wanted: -T turns the check off.
/// </remarks>
internal sealed class RequestedNames
{
    private const string ShellSigns = "$`~";

    private readonly List<string> _patterns;

    private RequestedNames(List<string> patterns) => _patterns = patterns;

    /// <summary>What a request asks for; null where it cannot be said.</summary>
    /// <param name="path">The path that was asked for.</param>
    /// <param name="isRecursive">
    /// Directories were asked for as well: then the shell's own signs and paths that end in no name allow any name for what was asked for itself.
    /// </param>
    public static RequestedNames? Of(string path, bool isRecursive)
    {
        IEnumerable<string> paths = BraceExpansion.Expand(path).Select(one => isRecursive ? one.TrimEnd('/') : one);
        List<string> names = [.. paths.Select(static one => one[(one.LastIndexOf('/') + 1)..])];
        return isRecursive && names.Exists(LeavesOpen) ? null : new RequestedNames(names);
    }

    /// <summary>Whether a name is one of them.</summary>
    public bool Allow(string name) => _patterns.Exists(pattern => pattern == name || NamePattern.Matches(pattern, name));

    private static bool LeavesOpen(string name) => name is "" or "." or ".." || name.AsSpan().ContainsAny(ShellSigns);
}
