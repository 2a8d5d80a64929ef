using System.Text;

namespace Nacre.Server;

/// <summary>Reads .shosts, .rhosts, shosts.equiv and hosts.equiv: on each line a host, and the user there who may come in; a minus before either denies.</summary>
internal static class RhostsFile
{
    /// <summary>Longer lines name nobody.</summary>
    public const int MaxLine = 1023;

    /// <summary>Judges who comes from where; the first line that fits decides.</summary>
    /// <param name="contents">The file.</param>
    /// <param name="name">What the log calls it.</param>
    /// <param name="visit">Who comes.</param>
    /// <param name="debug">Hears of lines that are not used.</param>
    public static bool Permits(ReadOnlySpan<byte> contents, string name, RhostsVisit visit, Action<string> debug)
    {
        foreach (Range range in contents.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = contents[range];
            if (line.Length > MaxLine || line.Contains((byte)0))
            {
                debug($"Found garbage in {name}.");
                continue;
            }

            if (JudgeLine(Encoding.UTF8.GetString(line), name, visit, debug) is not { } isPermitted) continue;
            if (!isPermitted) debug($"Matched negative entry in {name}.");
            return isPermitted;
        }

        return false;
    }

    /// <summary>What a line says; null where it is not about this visit.</summary>
    private static bool? JudgeLine(string line, string name, RhostsVisit visit, Action<string> debug)
    {
        string start = line.TrimStart(' ', '\t');

        // Other systems forbid the plus sign by this word; here it is never obeyed.
        if (start.Length == 0 || start[0] == '#' || start.StartsWith("NO_PLUS", StringComparison.Ordinal)) return null;
        string[] words = line.Split([' ', '\t', '\r', '\v', '\f'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is 0 or > 2)
        {
            debug(words.Length == 0 ? $"Found empty line in {name}." : $"Found garbage in {name}.");
            return null;
        }

        (string host, bool isHostDenied) = TakeSign(words[0]);
        (string user, bool isUserDenied) = words.Length == 2 ? TakeSign(words[1]) : (visit.ServerUser, false);
        if (host.Length == 0 || user.Length == 0)
        {
            debug($"Ignoring wild host/user names in {name}.");
            return null;
        }

        return IsHost(host, visit) && IsUser(user, visit) ? !isHostDenied && !isUserDenied : null;
    }

    private static (string Name, bool IsDenied) TakeSign(string word) => word[0] is '-' or '+' ? (word[1..], word[0] == '-') : (word, false);

    private static bool IsHost(string host, RhostsVisit visit) => host[0] == '@'
        ? visit.IsInNetgroup(host[1..], visit.ClientHost, null) || visit.IsInNetgroup(host[1..], visit.ClientAddress, null)
        : host.Equals(visit.ClientHost, StringComparison.OrdinalIgnoreCase) || host == visit.ClientAddress;

    private static bool IsUser(string user, RhostsVisit visit) => user[0] == '@' ? visit.IsInNetgroup(user[1..], null, visit.ClientUser) : user == visit.ClientUser;
}

/// <summary>Who wants to come in by the word of their host.</summary>
/// <param name="ClientHost">The host's name.</param>
/// <param name="ClientAddress">Its address.</param>
/// <param name="ClientUser">The user's name there.</param>
/// <param name="ServerUser">Whom the user wants to be here; a line without a user is for the user of this name there.</param>
/// <param name="IsInNetgroup">Whether a netgroup has a host or a user; null stands for any.</param>
internal sealed record RhostsVisit(string ClientHost, string ClientAddress, string ClientUser, string ServerUser, Func<string, string?, string?, bool> IsInNetgroup);
