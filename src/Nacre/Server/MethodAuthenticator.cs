using Nacre.Protocol.Authentication;

namespace Nacre.Server;

/// <summary>Puts each method before a policy of its own; a method without one lets nobody in.</summary>
public sealed class MethodAuthenticator : IAuthenticator
{
    /// <summary>Judges keys.</summary>
    public IAuthenticator? PublicKey { get; init; }

    /// <summary>Judges passwords.</summary>
    public IAuthenticator? Password { get; init; }

    /// <summary>Asks and judges.</summary>
    public IAuthenticator? KeyboardInteractive { get; init; }

    /// <summary>Judges the word of clients' machines.</summary>
    public IAuthenticator? Hostbased { get; init; }

    /// <summary>Judges clients that show nothing.</summary>
    public IAuthenticator? None { get; init; }

    /// <inheritdoc/>
    public ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct)
    {
        IAuthenticator? policy = attempt switch
        {
            PublicKeyAttempt => PublicKey,
            PasswordAttempt => Password,
            KeyboardInteractiveAttempt => KeyboardInteractive,
            HostbasedAttempt => Hostbased,
            NoneAttempt => None,
            _ => null,
        };
        return policy is null ? new(AuthenticationVerdict.Reject) : policy.JudgeAsync(attempt, ct);
    }
}
