using System.Globalization;
using System.Text;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;

namespace Nacre.Server;

/// <summary>The options before a key in authorized_keys: flags, and values in quotes (sshd(8), AUTHORIZED_KEYS FILE FORMAT).</summary>
internal sealed class KeyOptions
{
    private static readonly HashSet<string> Flags = new(StringComparer.OrdinalIgnoreCase)
    {
        "agent-forwarding", "cert-authority", "no-agent-forwarding", "no-port-forwarding", "no-pty", "no-touch-required", "no-user-rc",
        "no-x11-forwarding", "port-forwarding", "pty", "restrict", "user-rc", "verify-required", "x11-forwarding",
    };

    private static readonly HashSet<string> Valued = new(StringComparer.OrdinalIgnoreCase)
    {
        "command", "environment", "expiry-time", "from", "permitlisten", "permitopen", "principals", "tunnel",
    };

    /// <summary>Those whose limits nothing holds a login to.</summary>
    private static readonly HashSet<string> NotEnforced = new(StringComparer.OrdinalIgnoreCase)
    {
        "environment", "no-touch-required", "permitlisten", "permitopen", "tunnel", "verify-required",
    };

    private readonly List<KeyValuePair<string, string?>> _options;

    private KeyOptions(List<KeyValuePair<string, string?>> options) => _options = options;

    /// <summary>A line without options.</summary>
    public static KeyOptions None { get; } = new([]);

    /// <summary>The options in order: the name in lower case, and the value of those that have one.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> All => _options;

    /// <summary>False where an option sets a limit that nothing would hold the user to; such a line lets nobody in.</summary>
    public bool IsEnforced => !_options.Exists(option => NotEnforced.Contains(option.Key));

    /// <summary>True where an option is about an authority's certificates.</summary>
    public bool IsForAuthority => _options.Exists(option => option.Key is "cert-authority" or "principals");

    /// <summary>The value of an option; null where it is not there.</summary>
    public string? this[string name] => _options.Find(option => option.Key == name).Value;

    /// <summary>What the options leave of a user's rights; null, with the reason in OpenSSH's words, where they do not let this client in.</summary>
    public LoginPermissions? Permit(KeyUse use, out string fault)
    {
        fault = "";
        LoginPermissions permissions = LoginPermissions.Everything;
        foreach ((string name, string? value) in _options)
        {
            if (value is not null && _options.Count(option => option.Key == name) > 1) fault = $"multiple \"{name}\" clauses";
            else if (NotEnforced.Contains(name)) fault = $"the option \"{name}\" is not enforced, so the line lets nobody in";
            else permissions = With(permissions, name, value, use, ref fault);
            if (fault.Length > 0) return null;
        }

        return permissions;
    }

    /// <summary>Takes the options off the start of a line; false when they are unknown, malformed or without an end.</summary>
    public static bool TryTake(ref ReadOnlySpan<char> line, out KeyOptions options)
    {
        options = None;
        var taken = new List<KeyValuePair<string, string?>>();
        while (true)
        {
            if (!TryTakeOne(ref line, out KeyValuePair<string, string?> option)) return false;
            taken.Add(option);
            if (line.IsEmpty || line[0] is ' ' or '\t')
            {
                options = new KeyOptions(taken);
                return true;
            }

            if (line[0] != ',') return false;
            line = line[1..];
        }
    }

    private static LoginPermissions With(LoginPermissions permissions, string name, string? value, KeyUse use, ref string fault)
    {
        switch (name)
        {
            case "command":
                return permissions with { Command = value };
            case "from" when use.Origin?.Matches(value!) != true:
                fault = $"Authentication tried for {Printable.Escape(use.UserName)} with correct key but not from a permitted host "
                    + $"(host={Printable.Escape(use.Origin?.Host ?? "UNKNOWN")}, ip={use.Origin?.Address ?? "UNKNOWN"}, required={Printable.Escape(value!)}).";
                return permissions;
            case "expiry-time" when !TryReadTime(value!, out DateTimeOffset end) || end < use.Now:
                fault = $"entry expired at {Printable.Escape(value!)}";
                return permissions;
            case "restrict":
                return LoginPermissions.Nothing with { Command = permissions.Command };
            case "pty" or "no-pty":
                return permissions with { Terminal = name == "pty" };
            case "port-forwarding" or "no-port-forwarding":
                return permissions with { PortForwarding = name == "port-forwarding" };
            case "agent-forwarding" or "no-agent-forwarding":
                return permissions with { AgentForwarding = name == "agent-forwarding" };
            case "x11-forwarding" or "no-x11-forwarding":
                return permissions with { X11Forwarding = name == "x11-forwarding" };
            case "user-rc" or "no-user-rc":
                return permissions with { UserRc = name == "user-rc" };
            default:
                return permissions;
        }
    }

    // sshd(8): YYYYMMDD[Z] or YYYYMMDDHHMM[SS][Z], in the local time zone unless Z is there.
    private static bool TryReadTime(string text, out DateTimeOffset time)
    {
        bool isUtc = text.EndsWith('Z');
        return DateTimeOffset.TryParseExact(
            isUtc ? text[..^1] : text, ["yyyyMMdd", "yyyyMMddHHmm", "yyyyMMddHHmmss"], CultureInfo.InvariantCulture,
            isUtc ? DateTimeStyles.AssumeUniversal : DateTimeStyles.AssumeLocal, out time);
    }

    private static bool TryTakeOne(ref ReadOnlySpan<char> line, out KeyValuePair<string, string?> option)
    {
        option = default;
        int end = line.IndexOfAny("=, \t\"");
        string name = (end < 0 ? line : line[..end]).ToString();
        line = line[name.Length..];
        string? value = null;
        if (line.StartsWith('='))
        {
            line = line[1..];
            if (!Valued.Contains(name) || !TryTakeQuoted(ref line, out value)) return false;
        }
        else if (!Flags.Contains(name))
        {
            return false;
        }

        option = new(name.ToLowerInvariant(), value);
        return true;
    }

    /// <summary>A value in double quotes, where \" stands for a quote.</summary>
    private static bool TryTakeQuoted(ref ReadOnlySpan<char> line, out string? value)
    {
        value = null;
        if (!line.StartsWith('"')) return false;
        var text = new StringBuilder();
        for (int i = 1; i < line.Length; i++)
        {
            if (line[i] == '"')
            {
                line = line[(i + 1)..];
                value = text.ToString();
                return true;
            }

            if (line[i] == '\\' && i + 1 < line.Length && line[i + 1] == '"') i++;
            text.Append(line[i]);
        }

        return false;
    }
}
