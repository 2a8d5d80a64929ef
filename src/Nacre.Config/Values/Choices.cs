namespace Nacre.Config.Values;

/// <summary>Which IP versions to use (AddressFamily).</summary>
internal enum AddressFamilyChoice
{
    Any,
    Inet,
    Inet6,
}

/// <summary>What to do about a host key that is not known (StrictHostKeyChecking).</summary>
internal enum HostKeyChecking
{
    Ask,
    Yes,
    No,
    AcceptNew,
}

/// <summary>Whether to try public keys, and with which signatures (PubkeyAuthentication of the client).</summary>
internal enum PubkeyChoice
{
    Yes,
    No,
    Unbound,
    HostBound,
}

/// <summary>Whether to ask for a terminal (RequestTTY).</summary>
internal enum TtyChoice
{
    Auto,
    Yes,
    No,
    Force,
}

/// <summary>What to run at the server (SessionType).</summary>
internal enum SessionChoice
{
    Default,
    None,
    Subsystem,
}

/// <summary>How much to log (LogLevel).</summary>
internal enum LogLevel
{
    Quiet,
    Fatal,
    Error,
    Info,
    Verbose,
    Debug1,
    Debug2,
    Debug3,
}

/// <summary>The syslog facility of the log (SyslogFacility), with the number that syslog gives it.</summary>
internal enum LogFacility
{
    User = 1,
    Daemon = 3,
    Auth = 4,
    AuthPriv = 10,
    Local0 = 16,
    Local1 = 17,
    Local2 = 18,
    Local3 = 19,
    Local4 = 20,
    Local5 = 21,
    Local6 = 22,
    Local7 = 23,
}

/// <summary>Whether and how root may log in (PermitRootLogin).</summary>
internal enum RootLogin
{
    ProhibitPassword,
    Yes,
    No,
    ForcedCommandsOnly,
}

/// <summary>Which ways of forwarding are allowed (AllowTcpForwarding).</summary>
[Flags]
internal enum ForwardingPermission
{
    No = 0,
    Remote = 1,
    Local = 2,
    Yes = Remote | Local,
}

/// <summary>Which addresses remote forwardings may listen on (GatewayPorts of the server).</summary>
internal enum GatewayPortsChoice
{
    No,
    Yes,
    ClientSpecified,
}

/// <summary>Which tun device forwardings are allowed (PermitTunnel), or asked for (Tunnel).</summary>
internal enum TunnelChoice
{
    No,
    PointToPoint,
    Ethernet,
    Yes,
}

/// <summary>Whether to share a connection (ControlMaster).</summary>
internal enum ControlMasterChoice
{
    No,
    Yes,
    Ask,
    Auto,
    AutoAsk,
}

/// <summary>When host names are made canonical (CanonicalizeHostname).</summary>
internal enum CanonicalizeChoice
{
    No,
    Yes,

    /// <summary>Also for hosts that are reached by way of a proxy.</summary>
    Always,
}

/// <summary>Yes, no, or ask the user (UpdateHostKeys, VerifyHostKeyDNS).</summary>
internal enum AskChoice
{
    No,
    Yes,
    Ask,
}

/// <summary>How a key that was used is added to the agent (AddKeysToAgent).</summary>
internal enum AddKeysChoice
{
    No,
    Yes,

    /// <summary>The user is asked before.</summary>
    Ask,

    /// <summary>The agent asks before each use of the key.</summary>
    Confirm,
}

/// <summary>Which of users' own files host-based authentication passes over (IgnoreRhosts).</summary>
internal enum IgnoreRhosts
{
    Yes,
    No,

    /// <summary>.shosts counts, .rhosts does not.</summary>
    ShostsOnly,
}

/// <summary>What a security key's signature must attest (PubkeyAuthOptions).</summary>
[Flags]
internal enum PubkeyRequirements
{
    None = 0,

    /// <summary>That somebody touched it, whatever authorized_keys says.</summary>
    Touch = 1,

    /// <summary>That it verified its user.</summary>
    Verify = 2,
}

/// <summary>What happens to clients when there are penalties for more sources than are kept (PerSourcePenalties overflow).</summary>
internal enum PenaltyOverflow
{
    /// <summary>Penalties of others are forgotten early.</summary>
    Permissive,

    /// <summary>All clients are refused until one penalty is over.</summary>
    DenyAll,
}
