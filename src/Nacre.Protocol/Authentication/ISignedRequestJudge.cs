using Nacre.Protocol.Keys;

namespace Nacre.Protocol.Authentication;

/// <summary>Judges a signed request, publickey or hostbased, with its signature: for a process that keeps that from the one which speaks with the client.</summary>
internal interface ISignedRequestJudge
{
    /// <summary>Verifies the signature and decides about the key.</summary>
    /// <param name="request">The request.</param>
    /// <param name="key">Its key, which makes sense and may be used here.</param>
    /// <param name="ct">Cancels waiting.</param>
    ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationRequest request, PublicKey key, CancellationToken ct);
}
