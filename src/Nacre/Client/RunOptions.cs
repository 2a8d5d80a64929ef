using Nacre.Forwarding.X11;

namespace Nacre.Client;

/// <summary>How a program is started at the server.</summary>
public sealed record RunOptions
{
    /// <summary>Nothing special: no terminal, no variables.</summary>
    public static RunOptions Default { get; } = new();

    /// <summary>The terminal that the program gets; null for none. With a terminal there is one stream of output.</summary>
    public TerminalRequest? Terminal { get; init; }

    /// <summary>Environment variables to set; a server takes those that it is configured to accept and says nothing of the rest (RFC 4254 6.4).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>
    /// The socket of an agent, such as SSH_AUTH_SOCK names, that programs at the server may sign with as long as the connection lasts; null for none. Whoever is
    /// root there may use it too. <see cref="RemoteProcess.HasAgent"/> says whether the server took it.
    /// </summary>
    public string? AgentSocket { get; init; }

    /// <summary>The X11 display on which programs at the server may show their windows; null for none. <see cref="RemoteProcess.HasDisplay"/> says whether the server took it.</summary>
    public X11Forwarding? Display { get; init; }

    /// <summary>Goes on without a terminal where the server has none to give.</summary>
    internal bool IsTerminalOptional { get; init; }
}
