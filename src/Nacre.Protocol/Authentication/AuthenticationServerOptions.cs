namespace Nacre.Protocol.Authentication;

/// <summary>What a server accepts and how often a client may try.</summary>
internal sealed class AuthenticationServerOptions
{
    /// <summary>Longer passwords, new passwords and answers are rejected before any policy sees them .</summary>
    public const int MaxPasswordLength = 1024;

    /// <summary>More requests and answers than this no client may send, unless it is said otherwise.</summary>
    public const int MostRequests = 64;

    public required IAuthenticator Authenticator { get; init; }

    /// <summary>The enabled methods, in the order in which FAILURE lists them.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [MethodName.PublicKey, MethodName.Password, MethodName.KeyboardInteractive];

    /// <summary>AuthenticationMethods.</summary>
    public AuthenticationChains Chains { get; init; } = AuthenticationChains.Any;

    /// <summary>PubkeyAcceptedAlgorithms; null means every algorithm that a key has, which never includes ssh-rsa with SHA-1.</summary>
    public IReadOnlyList<string>? SignatureAlgorithms { get; init; }

    /// <summary>HostbasedAcceptedAlgorithms; null as for <see cref="SignatureAlgorithms"/>.</summary>
    public IReadOnlyList<string>? HostbasedAlgorithms { get; init; }

    /// <summary>CASignatureAlgorithms: what authorities may sign certificates with; null means every algorithm but ssh-rsa with SHA-1.</summary>
    public IReadOnlyList<string>? AuthorityAlgorithms { get; init; }

    /// <summary>MaxAuthTries: the failure of this number ends the connection. The method none costs nothing as the first request.</summary>
    public int MaxTries { get; init; } = 6;

    /// <summary>How many queries about keys are answered with PK_OK, and never fewer than <see cref="MaxTries"/>; those refused count as failures.</summary>
    public int MaxQueries { get; init; } = 15;

    /// <summary>How many requests and answers a client may send in all, whatever becomes of them.</summary>
    public int MaxRequests { get; init; } = MostRequests;

    /// <summary>Judges requests that are signed, signature and all, in place of <see cref="Authenticator"/>; null where signatures are verified here.</summary>
    public ISignedRequestJudge? SignedRequests { get; init; }

    /// <summary>Why the client is not wanted, whatever it could prove; it is told. Null where it is wanted.</summary>
    public string? Refusal { get; init; }

    public IBannerPolicy? Banner { get; init; }

    /// <summary>What holds in place of these options once the client has named its user, which it can do only once.</summary>
    public Func<string, CancellationToken, ValueTask<AuthenticationServerOptions>>? ForUser { get; init; }

    /// <summary>RequiredRSASize: RSA keys of fewer bits are rejected.</summary>
    public int RequiredRsaBits { get; init; } = 2048;

    /// <summary>Hears of every request that was answered.</summary>
    public Action<AttemptReport>? Journal { get; init; }
}
