using System.Text.RegularExpressions;

namespace Nacre.Tests.Tools.Sshd.Log;

/// <summary>Reads sshd's log as programs do that ban clients: each line by an expression that is bound to both of its ends.</summary>
internal static class LogReader
{
    private const string Place = @"(?<host>[0-9a-fA-F.:]+) port (?<port>\d+)";
    private const string Preauth = @"( \[preauth\])?";
    private const string Who = "(?:(?:authenticating |invalid |)user (?<user>.*) )?";

    private static readonly (string Name, Regex Shape)[] Shapes =
    [
        ("accepted", Shape(@$"Accepted (?<method>\S+) for (?<user>.+) from {Place} ssh2(: \S+ SHA256:\S+)?")),
        ("failed", Shape(@$"Failed (?<method>\S+) for (?:invalid user )?(?<user>.*) from {Place} ssh2(: \S+ SHA256:\S+)?")),
        ("unknown", Shape($"Invalid user (?<user>.*) from {Place}")),
        ("exceeded", Shape($"(?:error: )?maximum authentication attempts exceeded for (?:invalid user )?(?<user>.*) from {Place} ssh2{Preauth}")),
        ("disconnecting", Shape($"Disconnecting {Who}{Place}: Too many authentication failures{Preauth}")),
        ("closed", Shape($"Connection closed by {Who}{Place}{Preauth}")),
        ("reset", Shape($"Connection reset by {Who}{Place}{Preauth}")),
        ("received", Shape($@"(?:error: )?Received disconnect from {Place}:\s?\d+: .*{Preauth}")),
        ("disconnected", Shape($"Disconnected from {Who}{Place}{Preauth}")),
        ("negotiation", Shape($"Unable to negotiate with {Who}{Place}: no matching [a-zA-Z ]+ found. Their offer: .*")),
        ("banner", Shape($"banner exchange: Connection from {Place}: .*")),
        ("grace", Shape($"(?:fatal: )?Timeout before authentication for {Place}")),
        ("silent", Shape($"Timeout, client not responding from {Who}{Place}")),
        ("broken", Shape($"ssh_dispatch_run_fatal: Connection from {Who}{Place}: .*{Preauth}")),
    ];

    /// <summary>What a line is of, and of whom; null when no expression knows it.</summary>
    public static (string Kind, string User, string Host)? Read(string line)
    {
        foreach ((string name, Regex shape) in Shapes)
        {
            if (shape.Match(line) is { Success: true } match) return (name, match.Groups["user"].Value, match.Groups["host"].Value);
        }

        return null;
    }

    private static Regex Shape(string text) => new($"^{text}$", RegexOptions.CultureInvariant | RegexOptions.Singleline);
}
