using System.Globalization;
using Nacre.Config.Values;

namespace Nacre.Config;

/// <summary>What is known of a connection when a server's Match lines are asked.</summary>
internal sealed record MatchCriteria
{
    public string? User { get; init; }

    /// <summary>The client's host name, or its address where no name is looked up.</summary>
    public string? Host { get; init; }

    public string? Address { get; init; }

    public string? LocalAddress { get; init; }

    public int? LocalPort { get; init; }

    /// <summary>The routing domain (on Linux, the VRF device) in which it came.</summary>
    public string? RDomain { get; init; }

    /// <summary>Whether a user has been named and is not there.</summary>
    public bool IsInvalidUser { get; init; }

    /// <summary>What Match version is about.</summary>
    public string ProgramVersion { get; init; } = "";

    /// <summary>The groups of a user, or null when there is no such user.</summary>
    public Func<string, IReadOnlyList<string>?> GroupsOf { get; init; } = static _ => null;

    /// <summary>Whether this is sshd -C, where a Match on something that was not given is an error.</summary>
    public bool IsTest { get; init; }

    /// <summary>Parses an argument of -C: user=, host=, addr=, laddr=, lport=, rdomain= and invalid-user, separated by commas.</summary>
    public static bool TryParse(string text, MatchCriteria start, out MatchCriteria criteria, out string error)
    {
        criteria = start with { IsTest = true };
        error = "";
        foreach (string part in text.Split(','))
        {
            if (part.Length == 0)
                break;
            if (part == "invalid-user")
            {
                criteria = criteria with { IsInvalidUser = true };
                continue;
            }

            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string value = part[(equals + 1)..];
            switch (equals < 0 ? "" : part[..equals])
            {
                case "user":
                    criteria = criteria with { User = value };
                    break;
                case "host":
                    criteria = criteria with { Host = value };
                    break;
                case "addr":
                    criteria = criteria with { Address = value };
                    break;
                case "laddr":
                    criteria = criteria with { LocalAddress = value };
                    break;
                case "rdomain":
                    criteria = criteria with { RDomain = value };
                    break;
                case "lport" when PortNumber.TryParse(value, out int port):
                    criteria = criteria with { LocalPort = port };
                    break;
                case "lport":
                    error = string.Create(CultureInfo.InvariantCulture, $"Invalid port '{value}' in test mode specification {part}");
                    return false;
                default:
                    error = $"Invalid test mode specification {part}";
                    return false;
            }
        }

        return true;
    }
}
