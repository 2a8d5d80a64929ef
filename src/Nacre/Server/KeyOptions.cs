using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;

namespace Nacre.Server;

/// <summary>The options before a key in authorized_keys or before a name in a list of principals (sshd(8), AUTHORIZED_KEYS FILE FORMAT).</summary>
internal sealed record KeyOptions
{
    /// <summary>A line without options.</summary>
    public static KeyOptions None { get; } = new();

    /// <summary>What the options leave of a user's rights.</summary>
    public LoginPermissions Permissions { get; init; } = LoginPermissions.Everything;

    /// <summary>True where the key signs certificates, and is nobody's own.</summary>
    public bool IsCertAuthority { get; init; }

    /// <summary>The names of which an authority's certificates must have one, separated by commas; null where they must have the user's.</summary>
    public string? Principals { get; init; }

    /// <summary>The patterns of names, addresses and networks that the client must come from; null for everywhere.</summary>
    public string? From { get; init; }

    /// <summary>The last second in which the line counts, since 1970; null for ever.</summary>
    public long? ValidBefore { get; init; }

    /// <summary>Reads the options at the start of a line, up to a blank; null, with the reason in OpenSSH's words, where they are unknown or malformed.</summary>
    public static KeyOptions? Parse(ReadOnlySpan<char> line, out string fault) => new KeyOptionReader(line).Read(out fault);

    /// <summary>How long the options at the start of a line are; -1 where a quote in them has no end.</summary>
    public static int LengthOf(ReadOnlySpan<char> line)
    {
        bool isQuoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            if (!isQuoted && line[i] is ' ' or '\t') return i;
            if (line[i] == '\\' && i + 1 < line.Length && line[i + 1] == '"') i++;
            else if (line[i] == '"') isQuoted = !isQuoted;
        }

        return isQuoted ? -1 : line.Length;
    }

    /// <summary>Why the options do not let this client in, in OpenSSH's words; null where they do.</summary>
    /// <param name="use">The circumstances.</param>
    /// <param name="mayBeForAuthority">False where a line is about a name, not about a key.</param>
    /// <param name="remark">The same for the client, which is told less of it.</param>
    public string? FaultFor(KeyUse use, bool mayBeForAuthority, out string remark)
    {
        string? fault = FaultFor(use, mayBeForAuthority);
        bool isOfOrigin = fault is not null && fault.StartsWith(NotFromHere, StringComparison.Ordinal);
        remark = isOfOrigin ? $"Your host '{Printable.Escape(use.Origin?.Host ?? "UNKNOWN")}' is not permitted to use this key for login." : fault ?? "";
        return fault;
    }

    private const string NotFromHere = "Authentication tried for ";

    private string? FaultFor(KeyUse use, bool mayBeForAuthority)
    {
        if (Principals is not null && !IsCertAuthority) return "principals on non-CA key";
        if (IsCertAuthority && !mayBeForAuthority) return "cert-authority invalid here";
        if (ValidBefore < use.Now.ToUnixTimeSeconds()) return $"entry expired at {DateTimeOffset.FromUnixTimeSeconds(ValidBefore.Value).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss}Z";
        if (From is null || use.Origin?.Matches(From) == true) return null;
        return $"{NotFromHere}{Printable.Escape(use.UserName)} with correct key but not from a permitted host "
            + $"(host={Printable.Escape(use.Origin?.Host ?? "UNKNOWN")}, ip={use.Origin?.Address ?? "UNKNOWN"}, required={Printable.Escape(From)}).";
    }
}
