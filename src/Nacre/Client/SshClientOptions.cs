using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Client;

/// <summary>How a client connects, whom it trusts and what it logs in with.</summary>
public sealed record SshClientOptions
{
    /// <summary>Decides whether the server's host key is the right one. There is no default: without a decision there is no connection.</summary>
    public required IHostKeyPolicy HostKeyPolicy { get; init; }

    /// <summary>Who to log in as where the destination does not say; the name of the local user unless set.</summary>
    public string? UserName { get; init; }

    /// <summary>The keys to try, in order.</summary>
    public IReadOnlyList<IIdentity> Identities { get; init; } = [];

    /// <summary>Has the machine that the client runs on vouch for its user; without it the method hostbased is not used.</summary>
    public IHostbasedPolicy? Hostbased { get; init; }

    /// <summary>Gives passwords; without it the method password is not used.</summary>
    public IPasswordSource? Passwords { get; init; }

    /// <summary>Answers the server's prompts; without it the method keyboard-interactive is not used.</summary>
    public IInteractivePrompter? Prompter { get; init; }

    /// <summary>Shows what the server says before the login.</summary>
    public IBannerViewer? Banners { get; init; }

    /// <summary>
    /// How long connecting one address may take, and after it the exchange of identifications and keys, in which the time that
    /// <see cref="HostKeyPolicy"/> takes does not count; zero for as long as the system tries and for no limit.
    /// </summary>
    public TimeSpan ConnectTimeout { get; init; }

    /// <summary>After how long without a word from the server it is asked for one; zero for never.</summary>
    public TimeSpan KeepAliveInterval { get; init; }

    /// <summary>How many such questions in a row may stay unanswered.</summary>
    public int KeepAliveCount { get; init; } = 3;

    /// <summary>Refuses a server that lets the client in without a signature, a password or an answer.</summary>
    public bool RefusesTrivialLogin { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    internal AlgorithmSelection Algorithms { get; init; } = AlgorithmSelection.ClientDefault;

    internal IReadOnlyList<string>? UserSignatureAlgorithms { get; init; }

    internal IReadOnlyList<string>? HostbasedAlgorithms { get; init; }

    internal bool BindsToHost { get; init; } = true;

    internal IReadOnlyList<string>? PreferredMethods { get; init; }

    internal int PasswordPrompts { get; init; } = 3;

    internal string InteractiveDevices { get; init; } = "";

    /// <summary>Hears what the first key exchange has agreed on, before anybody logs in.</summary>
    internal Action<NegotiatedAlgorithms>? OnAgreed { get; init; }

    internal int RequiredRsaBits { get; init; } = 2048;

    internal RekeyPolicy Rekey { get; init; } = RekeyPolicy.Default;

    /// <summary>A client opens as many channels as connections come to its forwards; what a server may open is only what was asked for.</summary>
    internal ConnectionSettings Connection { get; init; } = ConnectionSettings.Default with { DefersWakeups = true, MaximumChannels = 16 * 1024 };

    /// <summary>What answers the server's global requests from the moment of login on, by their names.</summary>
    internal IReadOnlyDictionary<string, RequestAnswerer> RequestAnswerers { get; init; } = new Dictionary<string, RequestAnswerer>();

    internal IdleLimits? IdleLimits { get; init; }

    internal ITrace Trace { get; init; } = NoTrace.Instance;

    /// <summary>Hears of each step from the first byte to the login, and of channels later.</summary>
    internal IStepObserver? Steps { get; init; }

    internal Action<string>? Warn { get; init; }

    /// <summary>What follows SSH-2.0- in the identification; it tells nothing of the machine (H-08).</summary>
    internal const string DefaultVersion = "Nacre_0.1";

    internal string Version { get; init; } = DefaultVersion;
}
