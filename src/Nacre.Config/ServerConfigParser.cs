using Nacre.Config.Files;
using Nacre.Config.Patterns;
using Nacre.Config.Shapes;
using Nacre.Config.Values;

namespace Nacre.Config;

/// <summary>Where a server's configuration comes from.</summary>
internal sealed record ServerConfigSource
{
    public required IConfigFiles Files { get; init; }

    public required AlgorithmNames Algorithms { get; init; }

    public required LocalIdentity Local { get; init; }

    public CommandLineOptions CommandLine { get; init; } = new();

    /// <summary>The file (-f), or "none".</summary>
    public string ConfigFile { get; init; } = "/etc/ssh/sshd_config";

    /// <summary>Where relative names in Include start.</summary>
    public string IncludeDirectory { get; init; } = "/etc/ssh";
}

/// <summary>
/// Reads a server's configuration once. Match blocks are kept apart, so that a connection only has to choose among them and
/// no file is read, and nothing can turn out to be wrong, while the server runs.
/// </summary>
internal sealed class ServerConfigParser : FileParsing
{
    private readonly ServerConfigSource source;
    private readonly ConfigValues global;
    private readonly List<MatchBlock> blocks = [];
    private MatchBlock? current;
    private MatchBlock? outer;

    private ServerConfigParser(ServerConfigSource source, ConfigDiagnostics diagnostics)
        : base(ConfigRole.Server, ServerKeywords.Table, source.Files, source.Algorithms, source.Local, diagnostics)
    {
        this.source = source;
        global = new ConfigValues(ServerKeywords.Table, source.Algorithms);
    }

    protected override ConfigValues? Target => current?.Values ?? global;

    // Lines after "Match all" are for everybody: what may not stand in a block may stand there, as at the top.
    protected override bool IsInServerMatch => current is { IsForAll: false };

    protected override ConfigValues? TargetOf(Keyword keyword) => keyword.IsAllowedInMatch ? Target : global;

    /// <summary>Reads the configuration; null when something is wrong, which <paramref name="diagnostics"/> then tells.</summary>
    public static ServerConfig? Load(ServerConfigSource source, ConfigDiagnostics diagnostics)
    {
        var parser = new ServerConfigParser(source, diagnostics);
        return parser.TryParseAll() ? new ServerConfig(parser.global, parser.blocks) : null;
    }

    /// <summary>Reads what <see cref="ServerConfig.ToText"/> has written, in the same program; it reads no file.</summary>
    public static ServerConfig ReadBack(string text, AlgorithmNames algorithms)
    {
        var diagnostics = new ConfigDiagnostics();
        var nobody = new LocalIdentity { UserName = "", HomeDirectory = "/", UserId = 0, HostName = "", WorkingDirectory = "/" };
        var parser = new ServerConfigParser(new ServerConfigSource { Files = NoConfigFiles.Instance, Algorithms = algorithms, Local = nobody }, diagnostics);
        return parser.ParseText("configuration", text, 0) == LineOutcome.Good
            ? new ServerConfig(parser.global, parser.blocks)
            : throw new InvalidOperationException($"The configuration that was written is not read back: {diagnostics[^1].Text}");
    }

    private bool TryParseAll()
    {
        if (!source.CommandLine.Apply(option => ParseLine(option, LinePlace.CommandLine, 0), global))
            return false;
        if (source.ConfigFile == "none")
            return true;
        ConfigRead read = Files.Read(source.ConfigFile, MaxFileBytes);
        LineOutcome outcome = read.Status switch
        {
            ConfigReadStatus.Read => ParseText(source.ConfigFile, read.Text, 0),
            ConfigReadStatus.Missing => Fatal($"{source.ConfigFile}: No such file or directory"),
            _ => Unreadable(source.ConfigFile, read.Status),
        };
        return outcome == LineOutcome.Good;
    }

    protected override LineOutcome ParseStructural(Keyword keyword, List<string> words, LinePlace place, int depth)
    {
        if (place == LinePlace.CommandLine)
            return Fatal($"{keyword.Name} directive not supported as a command-line option");
        if (keyword == ServerKeywords.Match)
            return ParseMatch(words, place);
        MatchBlock? before = current, outerBefore = outer;
        int blocksBefore = blocks.Count;
        LineOutcome outcome = Include(words, place, depth, source.IncludeDirectory, (path, text) =>
        {
            outer = before;
            LineOutcome included = ParseText(path, text, depth + 1);
            current = before;
            outer = outerBefore;
            return included;
        });
        if (current is not null && blocks.Count > blocksBefore)
        {
            current = current.Continue(new ConfigValues(ServerKeywords.Table, Algorithms));
            blocks.Add(current);
        }

        return outcome;
    }

    private LineOutcome ParseMatch(List<string> words, LinePlace place)
    {
        List<MatchCriterion> criteria = [];
        var reader = new MatchWords(words);
        bool isAll = false;
        while (reader.TryNextName(out string name))
        {
            if (name.Equals("all", StringComparison.OrdinalIgnoreCase))
            {
                if (criteria.Count > 0 || !reader.AtEnd)
                    return BadMatch(place, "'all' cannot be combined with other Match attributes");
                isAll = true;
                break;
            }

            if (!TryFindAttribute(name, out MatchAttribute attribute))
                return BadMatch(place, $"Unsupported Match attribute {name}");
            if (attribute == MatchAttribute.InvalidUser)
            {
                criteria.Add(new MatchCriterion(attribute, ""));
                continue;
            }

            if (!reader.TryNextValue(out string value))
                return BadMatch(place, $"Missing Match criteria for {name}");
            if (attribute is MatchAttribute.Address or MatchAttribute.LocalAddress && !AddressPattern.TryJudge(null, value, out _))
                return Fatal($"Invalid Match {name.ToLowerInvariant()} argument '{value}' at line {place.Number}");
            if (attribute == MatchAttribute.LocalPort && !PortNumber.TryParse(value, out _))
                return BadMatch(place, $"Invalid LocalPort '{value}' on Match line");
            criteria.Add(new MatchCriterion(attribute, value));
        }

        if (criteria.Count == 0 && !isAll)
            return BadMatch(place, "One or more attributes required for Match");
        current = new MatchBlock(criteria, outer, new ConfigValues(ServerKeywords.Table, Algorithms));
        blocks.Add(current);
        return LineOutcome.Good;
    }

    private static bool TryFindAttribute(string name, out MatchAttribute attribute)
    {
        int found = Array.FindIndex(MatchCriterion.Names, entry => entry.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        attribute = found < 0 ? default : MatchCriterion.Names[found].Attribute;
        return found >= 0;
    }

    private LineOutcome BadMatch(LinePlace place, string message)
    {
        Diagnostics.Error(message);
        return Fatal($"{place}: Bad Match condition");
    }
}
