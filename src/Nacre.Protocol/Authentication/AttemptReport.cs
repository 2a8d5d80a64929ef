using Nacre.Protocol.Keys;

namespace Nacre.Protocol.Authentication;

/// <summary>What became of a request for authentication, for the server's log.</summary>
internal enum AttemptResult
{
    Accepted,
    Partial,

    /// <summary>The key of a query would do, or the password has to be changed: the client goes on.</summary>
    Postponed,
    Rejected,
}

/// <summary>One line of the server's log of attempts. The user's name comes from the peer: escape it.</summary>
/// <param name="UserName">Who the client says it is.</param>
/// <param name="Method">What it tried.</param>
/// <param name="Result">What became of it.</param>
/// <param name="Key">The key, for publickey and hostbased.</param>
/// <param name="Error">Why the policy failed, if it did.</param>
internal sealed record AttemptReport(string UserName, string Method, AttemptResult Result, PublicKey? Key, Exception? Error)
{
    /// <summary>What a hostbased request says of the client; null for other methods. The peer's word: escape it.</summary>
    public HostbasedProof? Hostbased { get; init; }
}
