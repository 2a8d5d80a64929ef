namespace Nacre.Protocol.Authentication;

/// <summary>Decides at a server whether an attempt proves who the client is.</summary>
/// <remarks>
/// An unknown user is to take the same path and time as a known one. An exception is a rejection. Attempts of one connection come
/// one at a time; those of several connections come together.
/// </remarks>
public interface IAuthenticator
{
    /// <summary>Judges one attempt.</summary>
    /// <param name="attempt">What the client shows; valid until the verdict is given.</param>
    /// <param name="ct">Cancelled when the client goes away or begins something else.</param>
    /// <returns>The verdict; it counts for this attempt only.</returns>
    ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct);
}
