using Nacre.Protocol.Authentication;

namespace Nacre.Server;

/// <summary>Accepts the public keys that a user's authorized_keys files hold, and nothing else.</summary>
/// <remarks>A key whose line limits what it may do is not accepted: the limits are not enforced, and a line is never given more than it says.</remarks>
public sealed class AuthorizedKeysAuthenticator : IAuthenticator
{
    private readonly IAuthorizedKeysSource _source;

    /// <summary>Creates the policy.</summary>
    /// <param name="source">Reads the files, anew for each attempt.</param>
    public AuthorizedKeysAuthenticator(IAuthorizedKeysSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        _source = source;
    }

    /// <inheritdoc/>
    public async ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct)
    {
        if (attempt is not PublicKeyAttempt publicKey) return AuthenticationVerdict.Reject;
        foreach (ReadOnlyMemory<byte> contents in await _source.ReadAsync(attempt.UserName, ct).ConfigureAwait(false))
        {
            if (AuthorizedKeys.Find(contents, publicKey.Key) is not { } line) continue;
            return line.Options.IsUnrestricted ? AuthenticationVerdict.Accept : AuthenticationVerdict.Reject;
        }

        return AuthenticationVerdict.Reject;
    }
}
