using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Server;

/// <summary>What a server is, whom it lets in and what they may do. Limits are on by default; nothing is permitted by default.</summary>
public sealed record SshServerOptions
{
    /// <summary>The keys that prove the server's identity; of several of one type the first serves key exchanges, and clients are told of all, so that one can take the place of another. A certificate for a key, which a <see cref="CertifiedSigner"/> shows, is of a type of its own.</summary>
    public required IReadOnlyList<ISigner> HostKeys { get; init; }

    /// <summary>Decides who may log in.</summary>
    public required IAuthenticator Authenticator { get; init; }

    /// <summary>Runs sessions; without one there are none.</summary>
    public ISessionHandler? Sessions { get; init; }

    /// <summary>Permits forwarding; without one there is none.</summary>
    public IForwardingPolicy? Forwarding { get; init; }

    /// <summary>The methods of authentication offered, in the order in which clients are told of them: publickey, password, keyboard-interactive, hostbased.</summary>
    public IReadOnlyList<string> Methods { get; init; } = ["publickey", "password", "keyboard-interactive"];

    /// <summary>Text that clients are shown before they log in.</summary>
    public IBannerPolicy? Banner { get; init; }

    /// <summary>How long a client may take to log in; 120 s unless set, and zero for no limit.</summary>
    public TimeSpan LoginGraceTime { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>Failed attempts after which a client is disconnected.</summary>
    public int MaxAuthTries { get; init; } = 6;

    /// <summary>Sessions that one connection may have at a time.</summary>
    public int MaxSessions { get; init; } = 10;

    /// <summary>True when sessions may have a terminal.</summary>
    public bool PermitsTerminal { get; init; } = true;

    /// <summary>Says which environment variables clients may set; none unless given.</summary>
    public Func<string, bool> AcceptsVariable { get; init; } = static _ => false;

    /// <summary>After how long without a word from the client it is asked for one; zero for never.</summary>
    public TimeSpan KeepAliveInterval { get; init; }

    /// <summary>How many such questions in a row may stay unanswered.</summary>
    public int KeepAliveCount { get; init; } = 3;

    /// <summary>What follows SSH-2.0- in the identification.</summary>
    public string Version { get; init; } = "Nacre_0.1";

    /// <summary>Hears of failures inside the server that no caller sees.</summary>
    public Action<Exception>? OnFailure { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>With whose rights a user's Unix sockets are made and connected to; null for those of this process.</summary>
    internal Func<AuthenticatedUser, UserRights?> RightsOf { get; init; } = static _ => null;

    internal AlgorithmSelection Algorithms { get; init; } = AlgorithmSelection.ServerDefault;

    /// <summary>
    /// True where no policy blocks, however long its answer takes: then the thread that hears of something does all that comes of it. A server with many short
    /// connections spends more on waking threads than on anything else.
    /// </summary>
    internal bool IsPrompt { get; init; }

    internal IReadOnlyList<string>? UserSignatureAlgorithms { get; init; }

    /// <summary>What clients are told of before they name their user (server-sig-algs), where more may be taken of some; null for those that are taken of all.</summary>
    internal IReadOnlyList<string>? AnnouncedSignatureAlgorithms { get; init; }

    internal IReadOnlyList<string>? HostbasedAlgorithms { get; init; }

    internal IReadOnlyList<string>? AuthorityAlgorithms { get; init; }

    /// <summary>Judges requests that are signed in place of <see cref="Authenticator"/>, signature and all.</summary>
    internal ISignedRequestJudge? SignedRequests { get; init; }

    internal int RequiredRsaBits { get; init; } = 2048;

    internal AuthenticationChains Chains { get; init; } = AuthenticationChains.Any;

    internal RekeyPolicy Rekey { get; init; } = RekeyPolicy.Default;

    internal IModulusSource Moduli { get; init; } = Protocol.Algorithms.KeyExchanges.RfcModuli.Instance;

    internal ConnectionSettings Connection { get; init; } = ConnectionSettings.Default with { DefersWakeups = true };

    internal IdleLimits? IdleLimits { get; init; }

    /// <summary>How long a client may stay without a channel open; zero for as long as it likes.</summary>
    internal TimeSpan UnusedTimeout { get; init; }

    /// <summary>Hears that a connection was unused for too long, before it is ended.</summary>
    internal Action? OnUnused { get; init; }

    /// <summary>What clients are told that are not wanted, once they have named their user; null where they are.</summary>
    internal string? Refusal { get; init; }

    /// <summary>What a client that has logged in is told for its debugging (SSH_MSG_DEBUG).</summary>
    internal Func<IReadOnlyList<string>>? Remarks { get; init; }

    /// <summary>The byte that marks the packets of a connection for routers, with and without a terminal open; null leaves it to the system.</summary>
    internal (byte? Interactive, byte? Bulk) TrafficClass { get; init; }

    /// <summary>Hears of each forward that the client did not get.</summary>
    internal Action<ForwardTrouble>? OnForwardTrouble { get; init; }

    internal ITrace Trace { get; init; } = NoTrace.Instance;

    /// <summary>What holds in place of these options once the client has named its user; algorithms and rekeying stay as they were.</summary>
    internal Func<string, CancellationToken, ValueTask<SshServerOptions>>? ForUser { get; init; }

    internal Action<AttemptReport>? Journal { get; init; }

    /// <summary>
    /// Takes over every connection whose user has logged in, for another process to go on with by <see cref="SshServer.Resume"/>; null where this one does.
    /// </summary>
    internal Func<HandedOver, ValueTask>? HandsOver { get; init; }
}
