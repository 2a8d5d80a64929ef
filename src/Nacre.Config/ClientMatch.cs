using System.Net;
using Nacre.Config.Files;
using Nacre.Config.Patterns;
using Nacre.Config.Values;

namespace Nacre.Config;

/// <summary>Judges the Match lines of a client's configuration.</summary>
/// <param name="source">The host, the user and what is asked of the machine.</param>
/// <param name="values">What has been set so far; Match sees what stands before it.</param>
/// <param name="diagnostics">Told what is wrong with a line.</param>
internal sealed class ClientMatch(ClientConfigSource source, ConfigValues values, ConfigDiagnostics diagnostics)
{
    /// <summary>Whether the configuration is being read for the second time.</summary>
    public bool IsFinalPass { get; set; }

    /// <summary>Whether a line asks for a second time.</summary>
    public bool WantsFinalPass { get; private set; }

    /// <summary>The host as far as it is known now.</summary>
    public string CurrentHost
    {
        get
        {
            if (values.Get(ClientKeywords.Hostname) is not { } name)
                return source.Host;
            // In the second pass it has been expanded already.
            if (IsFinalPass)
                return name;
            return ClientTokens.ForHostname(source).TryExpand(name, ClientKeywords.Hostname.Tokens!, out string host, out _) ? host : name;
        }
    }

    /// <summary>Whether the lines after a Match apply.</summary>
    public LineOutcome Judge(List<string> words, LinePlace place, out bool applies)
    {
        applies = true;
        var criteria = new MatchWords(words);
        int count = 0;
        while (criteria.TryNextName(out string name))
        {
            bool isNegated = name.StartsWith('!');
            string criterion = (isNegated ? name[1..] : name).ToLowerInvariant();
            if (criterion == "all")
            {
                if (count > 1 || !criteria.AtEnd)
                    return Bad(place, $"{place}: '{name}' cannot be combined with other Match attributes");
                applies &= !isNegated;
                return LineOutcome.Good;
            }

            count++;
            bool fits;
            if (criterion is "canonical" or "final")
            {
                WantsFinalPass |= criterion == "final";
                fits = IsFinalPass;
            }
            else
            {
                // ssh_config(5) lets "" ask for no tag and for no command.
                if (!criteria.TryNextValue(out string value, mayBeEmpty: criterion is "tagged" or "command"))
                    return Bad(place, $"Missing Match criteria for {name}");
                LineOutcome outcome = JudgeOne(criterion, value, applies, place, out fits);
                if (outcome != LineOutcome.Good)
                    return outcome;
            }

            applies &= fits != isNegated;
        }

        return count > 0 ? LineOutcome.Good : Bad(place, "One or more attributes required for Match");
    }

    private LineOutcome JudgeOne(string criterion, string value, bool appliesSoFar, LinePlace place, out bool fits)
    {
        fits = false;
        switch (criterion)
        {
            case "host":
                fits = PatternMatcher.MatchesHost(CurrentHost, value);
                break;
            case "originalhost":
                fits = PatternMatcher.MatchesHost(source.Host, value);
                break;
            case "user":
                fits = PatternMatcher.MatchesList(values.Get(ClientKeywords.User) ?? source.Local.UserName, value);
                break;
            case "localuser":
                fits = PatternMatcher.MatchesList(source.Local.UserName, value);
                break;
            case "tagged":
                fits = MatchesOrIsEmpty(values.Get(ClientKeywords.Tag) ?? "", value);
                break;
            case "command":
                fits = MatchesOrIsEmpty(source.CommandLine.Command, value);
                break;
            case "sessiontype":
                fits = PatternMatcher.MatchesList(SessionKind(), value);
                break;
            case "version":
                fits = PatternMatcher.MatchesList(source.ProgramVersion, value);
                break;
            case "localnetwork":
                return JudgeNetwork(value, place, out fits);
            case "exec":
                return JudgeExec(value, appliesSoFar, place, out fits);
            default:
                return Bad(place, $"Unsupported Match attribute {criterion}");
        }

        return LineOutcome.Good;
    }

    private string SessionKind() => values.Get(ClientKeywords.SessionType) switch
    {
        SessionChoice.None => "none",
        SessionChoice.Subsystem => "subsystem",
        _ => source.CommandLine.Command.Length > 0 ? "exec" : "shell",
    };

    private LineOutcome JudgeNetwork(string list, LinePlace place, out bool fits)
    {
        fits = false;
        if (!AddressPattern.TryJudgeNetworks(address: null, list, out _))
            return Bad(place, $"Invalid network in Match localnetwork \"{list}\"");
        foreach (IPAddress address in source.LocalAddresses())
            fits |= AddressPattern.TryJudgeNetworks(address.ToString(), list, out bool isCovered) && isCovered;
        return LineOutcome.Good;
    }

    private LineOutcome JudgeExec(string command, bool appliesSoFar, LinePlace place, out bool fits)
    {
        fits = false;
        if (source.MatchExec is null)
        {
            diagnostics.Error($"{place}: Match exec is not available here; remove the criterion");
            return LineOutcome.Bad;
        }

        // ssh_config(5): a command is not run when an earlier criterion has already failed.
        if (!appliesSoFar)
            return LineOutcome.Good;
        if (!ClientTokens.For(source, values, CurrentHost).TryExpand(command, ClientKeywords.MatchExecTokens, out string expanded, out string error))
        {
            diagnostics.Error($"{place}: {error}");
            return LineOutcome.Bad;
        }

        fits = source.MatchExec(expanded);
        diagnostics.Debug($"{place}: Match exec \"{expanded}\" {(fits ? "succeeded" : "failed")}");
        return LineOutcome.Good;
    }

    private static bool MatchesOrIsEmpty(string text, string patterns) =>
        patterns.Length == 0 ? text.Length == 0 : PatternMatcher.MatchesList(text, patterns);

    private LineOutcome Bad(LinePlace place, string message)
    {
        diagnostics.Error(message);
        diagnostics.Error($"{place}: Bad Match condition");
        return LineOutcome.Bad;
    }
}
