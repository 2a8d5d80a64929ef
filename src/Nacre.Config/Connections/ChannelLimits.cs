using Nacre.Config.Patterns;
using Nacre.Config.Values;

namespace Nacre.Config.Connections;

/// <summary>Turns ChannelTimeout into limits for the channels of a connection.</summary>
internal static class ChannelLimits
{
    private const string Global = "global";

    /// <summary>The limits; null when there is none.</summary>
    public static IdleLimits? Of(IReadOnlyList<ChannelTimeout> timeouts)
    {
        ChannelTimeout[] limits = [.. timeouts.Where(static timeout => timeout.Timeout > TimeSpan.Zero)];
        if (limits.Length == 0) return null;
        TimeSpan global = timeouts.FirstOrDefault(static timeout => timeout.Type == Global).Timeout;
        return new IdleLimits(type => LimitFor(type, timeouts), global, limits.Min(static limit => limit.Timeout));
    }

    // The first that fits counts. "session" fits session:shell too, as the manual has it.
    private static TimeSpan LimitFor(string type, IReadOnlyList<ChannelTimeout> timeouts)
    {
        string name = NameOf(type);
        int colon = name.IndexOf(':', StringComparison.Ordinal);
        string plain = colon < 0 ? name : name[..colon];
        foreach (ChannelTimeout timeout in timeouts)
        {
            if (timeout.Type == Global) continue;
            if (PatternMatcher.Matches(name, timeout.Type) || PatternMatcher.Matches(plain, timeout.Type)) return timeout.Timeout;
        }

        return TimeSpan.Zero;
    }

    // ssh_config(5) has names of its own for three types.
    private static string NameOf(string type) => type switch
    {
        "agent-connect" or "auth-agent@openssh.com" => "agent-connection",
        "tun@openssh.com" => "tun-connection",
        "x11" => "x11-connection",
        _ => type,
    };
}
