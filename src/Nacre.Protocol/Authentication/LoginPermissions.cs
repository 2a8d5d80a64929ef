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

    /// <summary>A <see cref="TunnelUnit"/> that leaves the number to the server.</summary>
    public const int AnyTunnelUnit = int.MaxValue;

    /// <summary>
    /// A signature by a security key counts also when nobody has touched it; where false, a signature without a touch is refused. Keys of
    /// other kinds, which know nothing of touches, meet it. It is judged with the signature, and is no limit of the login after that.
    /// </summary>
    public bool NoTouchRequired { get; init; }

    /// <summary>A signature by a security key counts only when the key has verified who touches it, by a PIN or a finger. As <see cref="NoTouchRequired"/> otherwise.</summary>
    public bool VerifyRequired { get; init; }

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

    /// <summary>Where connections may be forwarded to; null for everywhere, and an empty list for nowhere. Unix sockets are nowhere on a list.</summary>
    public IReadOnlyList<PermittedEndpoint>? PermitOpen { get; init; }

    /// <summary>Where the client may have the server listen; null for everywhere, and an empty list for nowhere. A list is about ports, and leaves Unix sockets alone.</summary>
    public IReadOnlyList<PermittedEndpoint>? PermitListen { get; init; }

    /// <summary>The number of the one interface that may be the server's end of a tunnel, <see cref="AnyTunnelUnit"/> for one that the server chooses; null where the client may choose.</summary>
    public int? TunnelUnit { get; init; }

    /// <summary>Variables that sessions start with, the last of a name deciding. They count only where the server lets users have such (PermitUserEnvironment).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>What is left when several limits hold at once; null where they force different commands or interfaces, so that no login can meet them all.</summary>
    internal LoginPermissions? And(LoginPermissions other)
    {
        if (Command is not null && other.Command is not null && Command != other.Command) return null;
        if (TunnelUnit is not null && other.TunnelUnit is not null && TunnelUnit != other.TunnelUnit) return null;
        return new LoginPermissions
        {
            NoTouchRequired = NoTouchRequired && other.NoTouchRequired,
            VerifyRequired = VerifyRequired || other.VerifyRequired,
            Command = Command ?? other.Command,
            Terminal = Terminal && other.Terminal,
            PortForwarding = PortForwarding && other.PortForwarding,
            AgentForwarding = AgentForwarding && other.AgentForwarding,
            X11Forwarding = X11Forwarding && other.X11Forwarding,
            UserRc = UserRc && other.UserRc,
            PermitOpen = PermittedEndpoint.Common(PermitOpen, other.PermitOpen, arePatterns: false),
            PermitListen = PermittedEndpoint.Common(PermitListen, other.PermitListen, arePatterns: true),
            TunnelUnit = TunnelUnit ?? other.TunnelUnit,
            Environment = Environment.Count > 0 ? Environment : other.Environment,
        };
    }
}
