using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Agent;

/// <summary>How an <see cref="AgentServer"/> keeps keys, and whom it asks.</summary>
public sealed record AgentServerOptions
{
    /// <summary>How long keys are kept that come without a lifetime of their own; null for as long as the agent lives.</summary>
    public TimeSpan? DefaultLifetime { get; init; }

    /// <summary>Asks a person before a key is used that was added so; without it such keys are not taken.</summary>
    public IKeyUseConfirmer? Confirmer { get; init; }

    /// <summary>Opens the libraries of tokens; without it none are added.</summary>
    public ITokenLibrary? Tokens { get; init; }

    /// <summary>Which libraries may be opened, by their real paths; none when null.</summary>
    public Func<string, bool>? AllowsProvider { get; init; }

    /// <summary>Also those may have libraries opened who come through an SSH connection. Whoever is root at such a host can then run what lies here at the permitted paths.</summary>
    public bool AllowsRemoteProviders { get; init; }

    /// <summary>Signs with keys that security keys keep, through the library that came with each; without it they are not added.</summary>
    internal Func<SecurityPrivateKey, string, ISigner>? SecurityKeys { get; init; }

    /// <summary>For which applications a security key's keys sign anything; those for others, which may be web pages, sign logins and messages only (-O websafe-allow and no-restrict-websafe).</summary>
    internal Func<string, bool> SignsAnythingFor { get; init; } = static application => application.StartsWith("ssh:", StringComparison.Ordinal);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal Action<string>? Warn { get; init; }

    internal ITrace Trace { get; init; } = NoTrace.Instance;
}
