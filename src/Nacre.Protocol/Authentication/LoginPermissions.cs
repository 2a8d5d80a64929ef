namespace Nacre.Protocol.Authentication;

/// <summary>What a user may do after a login whose key or certificate sets limits: those of a line of authorized_keys, or of a certificate.</summary>
/// <remarks>They take away from what a server permits at all, and never add to it.</remarks>
public sealed record LoginPermissions
{
    /// <summary>No limits: those of a password, or of a key whose line has no options.</summary>
    public static LoginPermissions Everything { get; } = new();

    /// <summary>Nothing but running commands without a terminal: where limits are lifted one by one.</summary>
    public static LoginPermissions Nothing { get; } = new()
    {
        Terminal = false,
        PortForwarding = false,
        AgentForwarding = false,
        X11Forwarding = false,
        UserRc = false,
    };

    /// <summary>The command that runs in place of whatever the client asks for; null where it may choose.</summary>
    public string? Command { get; init; }

    /// <summary>Sessions may have a terminal.</summary>
    public bool Terminal { get; init; } = true;

    /// <summary>Ports, sockets and tunnels may be forwarded.</summary>
    public bool PortForwarding { get; init; } = true;

    /// <summary>The client's agent may be forwarded.</summary>
    public bool AgentForwarding { get; init; } = true;

    /// <summary>The client's display may be forwarded.</summary>
    public bool X11Forwarding { get; init; } = true;

    /// <summary>The user's own ~/.ssh/rc may run.</summary>
    public bool UserRc { get; init; } = true;

    /// <summary>What is left when several limits hold at once; null where they force different commands, so that no login can meet them all.</summary>
    internal LoginPermissions? And(LoginPermissions other)
    {
        if (Command is not null && other.Command is not null && Command != other.Command) return null;
        return new LoginPermissions
        {
            Command = Command ?? other.Command,
            Terminal = Terminal && other.Terminal,
            PortForwarding = PortForwarding && other.PortForwarding,
            AgentForwarding = AgentForwarding && other.AgentForwarding,
            X11Forwarding = X11Forwarding && other.X11Forwarding,
            UserRc = UserRc && other.UserRc,
        };
    }
}
