namespace Nacre.Config.Values;

/// <summary>Whether keys are added to the agent, and for how long (AddKeysToAgent).</summary>
/// <param name="Choice">Whether, and who is asked.</param>
/// <param name="Lifetime">After this time the agent forgets the key; zero for never.</param>
internal readonly record struct AddKeys(AddKeysChoice Choice, TimeSpan Lifetime = default);

/// <summary>How long a master stays when its last session has ended (ControlPersist).</summary>
/// <param name="IsOn">Whether it stays at all.</param>
/// <param name="Timeout">For so long without a session; zero for as long as it is not told to leave.</param>
internal readonly record struct ControlPersistence(bool IsOn, TimeSpan Timeout = default);

/// <summary>Whether an agent is forwarded, and which (ForwardAgent).</summary>
/// <param name="IsOn">Whether one is.</param>
/// <param name="Path">The agent's socket; null for the one that this client uses.</param>
internal readonly record struct AgentForwarding(bool IsOn, string? Path = null);

/// <summary>The tun devices at both ends (TunnelDevice); null for the next one that is free.</summary>
internal readonly record struct TunnelDevices(int? Local, int? Remote);

/// <summary>Aliases that may be followed (CanonicalizePermittedCNAMEs).</summary>
/// <param name="Sources">The names that may be an alias: patterns with commas between them.</param>
/// <param name="Targets">The names that they may stand for.</param>
internal readonly record struct CnameRule(string Sources, string Targets);

/// <summary>How long channels of a type may be idle (ChannelTimeout).</summary>
/// <param name="Type">A pattern of channel types, or "global" for all of them together.</param>
/// <param name="Timeout">After this time without traffic they are closed; zero for never.</param>
/// <param name="Text">As it was written.</param>
internal readonly record struct ChannelTimeout(string Type, TimeSpan Timeout, string Text);

/// <summary>The byte that marks packets of a connection for routers (IPQoS); null leaves it to the system.</summary>
/// <param name="Interactive">While a terminal is open.</param>
/// <param name="Bulk">At other times.</param>
internal readonly record struct IpQos(byte? Interactive, byte? Bulk);
