using Nacre.Crypto;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Algorithms.KeyExchanges;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>What a transport needs to know; the same for both roles but for the part of each.</summary>
internal sealed record TransportOptions
{
    /// <summary>True for the client's end.</summary>
    public required bool IsClient { get; init; }

    /// <summary>The names to offer, in order of preference.</summary>
    public required AlgorithmSelection Algorithms { get; init; }

    /// <summary>Our identification string without CR LF.</summary>
    public required string Identification { get; init; }

    /// <summary>Lends packets.</summary>
    public required PacketPool Pool { get; init; }

    /// <summary>When to change keys.</summary>
    public RekeyPolicy Rekey { get; init; } = RekeyPolicy.Default;

    /// <summary>Where cookies, padding and ephemeral keys come from.</summary>
    public IRandomSource Random { get; init; } = SystemRandom.Instance;

    /// <summary>Where the connection tells what it does.</summary>
    public ITrace Trace { get; init; } = NoTrace.Instance;

    /// <summary>Hears of each step; null where nobody wants to.</summary>
    public IStepObserver? Steps { get; init; }

    /// <summary>The client's judge of host keys.</summary>
    public IHostKeyJudge? HostKeyJudge { get; init; }

    /// <summary>The client sends its key exchange share together with KEXINIT, for the method that it prefers (RFC 4253 7.1).</summary>
    public bool SendsGuess { get; init; } = true;

    /// <summary>The client refuses RSA host keys of fewer bits.</summary>
    public int RequiredRsaBits { get; init; } = 2048;

    /// <summary>The server's host keys.</summary>
    public IReadOnlyList<ISigner> HostKeys { get; init; } = [];

    /// <summary>The server keeps the keys that it seals and opens by, since another process is to go on with the connection once the user is in.</summary>
    public bool KeepsKeys { get; init; }

    /// <summary>
    /// Whoever is asked answers at once or later, and never blocks: so all is done on the thread that hears of it, but for a key exchange that takes long to compute.
    /// </summary>
    public bool IsPrompt { get; init; }

    /// <summary>The server's groups for diffie-hellman-group-exchange.</summary>
    public IModulusSource Moduli { get; init; } = RfcModuli.Instance;

    /// <summary>The server's signature algorithms for users, told in server-sig-algs (RFC 8308 3.1).</summary>
    public IReadOnlyList<string> UserSignatureAlgorithms { get; init; } = [];
}
