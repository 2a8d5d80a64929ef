using Nacre.Protocol.Authentication;

namespace Nacre.Server;

/// <summary>What kind of program a client asks for.</summary>
public enum SessionKind
{
    /// <summary>The user's shell (RFC 4254 6.5 "shell").</summary>
    Shell,

    /// <summary>One command line (RFC 4254 6.5 "exec").</summary>
    Command,

    /// <summary>A named service such as sftp (RFC 4254 6.5 "subsystem").</summary>
    Subsystem,
}

/// <summary>A client's request to start a program, with what it set up before.</summary>
/// <param name="User">Who the client has proven to be.</param>
/// <param name="Kind">What it asks for.</param>
/// <param name="Text">The command line or the subsystem's name; empty for a shell. Hostile until validated.</param>
/// <param name="Terminal">The terminal that it asked for and got; null for none.</param>
/// <param name="Environment">The variables that were accepted, in the client's order.</param>
public sealed record SessionRequest(
    AuthenticatedUser User,
    SessionKind Kind,
    string Text,
    TerminalRequest? Terminal,
    IReadOnlyList<KeyValuePair<string, string>> Environment)
{
    /// <summary>What the client asked for where the user's key or certificate runs another command in its place; null otherwise.</summary>
    public SessionRequest? Asked { get; init; }

    /// <summary>The socket of the agent that the client lends, for SSH_AUTH_SOCK; null for none.</summary>
    public string? AgentSocket { get; init; }

    /// <summary>The names of the network interfaces that were made for the client's tunnels before, for SSH_TUNNEL.</summary>
    public IReadOnlyList<string> TunnelNames { get; init; } = [];

    /// <summary>The X11 display that the client lends, for DISPLAY and xauth; null for none.</summary>
    public SessionDisplay? Display { get; init; }
}
