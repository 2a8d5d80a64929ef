using Nacre.Config.Patterns;
using Nacre.Config.Shapes;

namespace Nacre.Config.Files;

/// <summary>How a line, a file or a whole configuration was taken.</summary>
internal enum LineOutcome
{
    Good,

    /// <summary>Wrong; the rest is still read, so that all that is wrong is told at once.</summary>
    Bad,

    /// <summary>So wrong that nothing more is read.</summary>
    Fatal,
}

/// <summary>Where a line comes from.</summary>
/// <param name="File">The file, as messages name it.</param>
/// <param name="Number">The number of the line; 0 for the command line.</param>
internal readonly record struct LinePlace(string File, int Number)
{
    public static readonly LinePlace CommandLine = new("command-line", 0);

    /// <summary>The form in front of most messages.</summary>
    public override string ToString() => $"{File} line {Number}";
}

/// <summary>
/// Reads configuration files line by line, with the files that they include. The client's and the server's parser differ
/// only in what Host and Match mean, and in where a value goes.
/// </summary>
internal abstract class FileParsing(ConfigRole role, KeywordTable table, IConfigFiles files, AlgorithmNames algorithms,
    LocalIdentity local, ConfigDiagnostics diagnostics)
{
    /// <summary>The size that a file may have.</summary>
    public const int MaxFileBytes = 1024 * 1024;

    /// <summary>The size that all files may have together.</summary>
    public const int MaxTotalBytes = 16 * MaxFileBytes;

    /// <summary>How deep files may include each other.</summary>
    public const int MaxDepth = 16;

    /// <summary>How many files may be included, each time that one is counted.</summary>
    public const int MaxIncludes = 4096;

    private long totalBytes;
    private int includes;

    protected ConfigRole Role => role;

    protected IConfigFiles Files => files;

    protected LocalIdentity Local => local;

    protected ConfigDiagnostics Diagnostics => diagnostics;

    protected AlgorithmNames Algorithms => algorithms;

    /// <summary>Where values go now; null while a block does not apply.</summary>
    protected abstract ConfigValues? Target { get; }

    /// <summary>Where the values of one keyword go now.</summary>
    protected virtual ConfigValues? TargetOf(Keyword keyword) => Target;

    /// <summary>Whether lines stand after a Match of a server, where few keywords are allowed.</summary>
    protected virtual bool IsInServerMatch => false;

    /// <summary>Obeys Host, Match or Include.</summary>
    protected abstract LineOutcome ParseStructural(Keyword keyword, List<string> words, LinePlace place, int depth);

    /// <summary>Whether an unknown keyword is to be passed over.</summary>
    protected virtual bool IgnoresUnknown(string keyword) => false;

    /// <summary>Reads a file that is there; counts what is wrong with it and says so at the end.</summary>
    protected LineOutcome ParseText(string path, string text, int depth)
    {
        totalBytes += text.Length;
        if (totalBytes > MaxTotalBytes)
            return Fatal($"{path}: the configuration files are larger than {MaxTotalBytes} bytes together");
        if (text.Contains('\0', StringComparison.Ordinal))
            return Fatal($"{path}: the file has a NUL byte and is no text; check that it is the right file");
        int number = 0, bad = 0;
        foreach (Range range in text.AsSpan().Split('\n'))
        {
            number++;
            LineOutcome outcome = ParseLine(text[range], new LinePlace(path, number), depth);
            if (outcome == LineOutcome.Fatal)
                return LineOutcome.Fatal;
            bad += outcome == LineOutcome.Bad ? 1 : 0;
        }

        return bad == 0 ? LineOutcome.Good : Fatal($"{path}: terminating, {bad} bad configuration options");
    }

    /// <summary>Reads one line.</summary>
    protected LineOutcome ParseLine(string line, LinePlace place, int depth)
    {
        if (!ConfigLine.TrySplit(line, out string written, out string rest))
            return LineOutcome.Good;
        if (role == ConfigRole.Server && line.Contains('\n', StringComparison.Ordinal))
            return Fatal($"{place}: keyword {written} has a line end in its argument");
        string shown = role == ConfigRole.Client ? written.ToLowerInvariant() : written;
        if (rest.Length == 0)
            return Bad($"{place}: no argument after keyword \"{shown}\"");
        if (!table.TryFind(written, out Keyword? keyword))
        {
            if (!IgnoresUnknown(shown))
                return Bad($"{place.File}: line {place.Number}: Bad configuration option: {shown}");
            diagnostics.Debug($"{place}: Ignored unknown option \"{shown}\"");
            return LineOutcome.Good;
        }

        if (!ConfigLine.TrySplitWords(rest, out List<string> words))
            return Bad($"{place}: invalid quotes");
        if (IsInServerMatch && !keyword!.IsAllowedInMatch)
            return Fatal($"{place}: Directive '{shown}' is not allowed within a Match block");
        return keyword!.Status switch
        {
            KeywordStatus.Live => Read(keyword, new ArgumentReader(role, shown, place.ToString(), rest, words, algorithms, local)),
            KeywordStatus.Structural => ParseStructural(keyword, words, place, depth),
            _ => NotLive(keyword, shown, words, place),
        };
    }

    /// <summary>Reads the files that an Include names.</summary>
    /// <param name="words">The patterns.</param>
    /// <param name="place">The line.</param>
    /// <param name="depth">How deep this file is included.</param>
    /// <param name="directory">Where relative names start.</param>
    /// <param name="parse">Reads one file.</param>
    protected LineOutcome Include(List<string> words, LinePlace place, int depth, string directory, Func<string, string, LineOutcome> parse)
    {
        if (words.Contains(""))
            return Bad($"{place}: Missing argument.");
        if (depth >= MaxDepth)
            return Fatal($"{place}: Too many recursive configuration includes");
        foreach (string word in words)
        {
            string pattern = word.StartsWith('/') ? word : $"{directory}/{word}";
            if (PathGlob.Expand(pattern, files) is not { } paths)
                return Fatal($"{place}: glob failed for {pattern}: it names more than {PathGlob.MaxMatches} files");
            foreach (string path in paths)
            {
                if (++includes > MaxIncludes)
                    return Fatal($"{place}: more than {MaxIncludes} files are included");
                ConfigRead read = files.Read(path, MaxFileBytes);
                if (read.Status == ConfigReadStatus.Missing)
                {
                    diagnostics.Debug($"{place}: include {path} matched no files");
                    continue;
                }

                diagnostics.Debug($"{place}: Including file {path} depth {depth}");
                LineOutcome outcome = read.Status == ConfigReadStatus.Read ? parse(path, read.Text) : Unreadable(path, read.Status, place);
                if (outcome != LineOutcome.Good)
                    return outcome;
            }
        }

        return LineOutcome.Good;
    }

    /// <summary>Tells why a file cannot be read, and which line asks for it.</summary>
    protected LineOutcome Unreadable(string path, ConfigReadStatus status, LinePlace? place = null)
    {
        string reason = status switch
        {
            ConfigReadStatus.NotRegular => $"{path}: not a regular file; a configuration is not read from directories, pipes or devices",
            ConfigReadStatus.TooLarge => $"{path}: larger than {MaxFileBytes} bytes; check that it is a configuration",
            ConfigReadStatus.Denied => $"Can't open configuration file {path}: Permission denied",
            _ => $"Can't open configuration file {path}: No such file or directory",
        };
        return Fatal(place is { } line ? $"{line}: {reason}" : reason);
    }

    protected LineOutcome Bad(string message)
    {
        diagnostics.Error(message);
        return LineOutcome.Bad;
    }

    protected LineOutcome Fatal(string message)
    {
        diagnostics.Error(message);
        return LineOutcome.Fatal;
    }

    // A server stops at a bad argument, as sshd does; a client goes on to tell of the others.
    private LineOutcome Read(Keyword keyword, ArgumentReader arguments)
    {
        bool isGood = keyword.TryRead(arguments, TargetOf(keyword));
        foreach (string error in arguments.Errors)
            diagnostics.Error(error);
        if (!isGood)
            return role == ConfigRole.Client ? LineOutcome.Bad : LineOutcome.Fatal;
        return arguments.AtEnd ? LineOutcome.Good : Bad($"{arguments.Origin}: keyword {arguments.Keyword} extra arguments at end of line");
    }

    private LineOutcome NotLive(Keyword keyword, string shown, List<string> words, LinePlace place)
    {
        string quoted = role == ConfigRole.Client ? $"\"{shown}\"" : shown;
        switch (keyword.Status)
        {
            case KeywordStatus.Deprecated when keyword is BareKeyword { Reason.Length: > 0 } quiet:
                diagnostics.Debug($"{place}: keyword {keyword.Name} was ignored: {quiet.Reason}");
                break;
            case KeywordStatus.Deprecated when role == ConfigRole.Client:
                diagnostics.Debug($"{place}: Deprecated option {quoted}");
                break;
            case KeywordStatus.Deprecated:
                diagnostics.Warning($"{place}: Deprecated option {quoted}");
                break;
            case KeywordStatus.Unsupported:
                diagnostics.Warning($"{place}: Unsupported option {quoted}");
                break;
            case KeywordStatus.Impossible when keyword is BareKeyword impossible:
                return Fatal($"{place}: {impossible.Reason}");
            case KeywordStatus.Pending when keyword is BareKeyword leftOut && !leftOut.Holds(words) && (Target is not null || IsInServerMatch):
                diagnostics.Warning($"{place}: keyword {keyword.Name} is not supported and was ignored: {leftOut.Reason}");
                break;
        }

        return LineOutcome.Good;
    }
}
