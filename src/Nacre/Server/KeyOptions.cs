using System.Text;

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

    /// <summary>Those that allow again what a restrict before them forbade: alone they change nothing.</summary>
    private static readonly HashSet<string> Harmless = new(StringComparer.OrdinalIgnoreCase)
    {
        "agent-forwarding", "port-forwarding", "pty", "user-rc", "x11-forwarding",
    };

    private readonly List<KeyValuePair<string, string?>> _options;

    private KeyOptions(List<KeyValuePair<string, string?>> options) => _options = options;

    /// <summary>A line without options.</summary>
    public static KeyOptions None { get; } = new([]);

    /// <summary>The options in order: the name in lower case, and the value of those that have one.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> All => _options;

    /// <summary>True when the line gives the full rights of its user; a key under any other line is not let in, since nothing would hold it to its limits.</summary>
    public bool IsUnrestricted => _options.TrueForAll(option => Harmless.Contains(option.Key));

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
