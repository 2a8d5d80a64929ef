namespace Nacre.Protocol.Authentication;

/// <summary>What an <see cref="IAuthenticator"/> says to an attempt.</summary>
public sealed class AuthenticationVerdict
{
    private AuthenticationVerdict(LoginPermissions? permissions, string? passwordExpiry, string? notice = null) => (Permissions, PasswordExpiry, Notice) = (permissions, passwordExpiry, notice);

    /// <summary>The attempt proves who the client is, or would if the key that it asks about signs.</summary>
    public static AuthenticationVerdict Accept { get; } = new(LoginPermissions.Everything, null);

    /// <summary>The attempt proves nothing.</summary>
    public static AuthenticationVerdict Reject { get; } = new(null, null);

    /// <summary>The attempt proves nothing, and neither a password nor an answer to questions will from now on.</summary>
    internal static AuthenticationVerdict RejectForGood { get; } = new(null, null) { EndsPasswords = true };

    /// <summary>True for <see cref="RejectForGood"/>.</summary>
    internal bool EndsPasswords { get; private init; }

    /// <summary>True for <see cref="Accept"/> and <see cref="AcceptWith"/>.</summary>
    public bool IsAccepted => Permissions is not null;

    /// <summary>What the user may do; null for the verdicts that let nobody in.</summary>
    public LoginPermissions? Permissions { get; }

    /// <summary>What to tell the person whose password has expired; null for the other verdicts.</summary>
    public string? PasswordExpiry { get; }

    /// <summary>Why a client that has proven who it is may not come in all the same, for the person to read; null for nothing.</summary>
    internal string? Notice { get; }

    /// <summary>
    /// Why the signature of an attempt that was accepted is not enough for the permissions it was accepted with, in OpenSSH's words; null where
    /// it is, and for what is not signed.
    /// </summary>
    internal string? FaultOf(AuthenticationAttempt attempt)
    {
        if (Permissions is null || attempt is not PublicKeyAttempt { Attestation: { } attestation, Key: var key }) return null;
        string rejected = $"public key {key.ShortType} {key.Fingerprint} signature rejected: ";
        if (!attestation.IsUserPresent && !Permissions.NoTouchRequired) return rejected + "user presence (authenticator touch) requirement not met";
        return !attestation.IsUserVerified && Permissions.VerifyRequired ? rejected + "user verification requirement not met" : null;
    }

    /// <summary>The attempt proves who the client is, with limits to what it may do.</summary>
    /// <param name="permissions">What it may do.</param>
    /// <returns>The verdict.</returns>
    public static AuthenticationVerdict AcceptWith(LoginPermissions permissions)
    {
        ArgumentNullException.ThrowIfNull(permissions);
        return new(permissions, null);
    }

    /// <summary>The password is right and has expired: the client is asked for a new one (RFC 4252 8). Only for a <see cref="PasswordAttempt"/>.</summary>
    /// <param name="prompt">What to tell the person.</param>
    /// <returns>The verdict.</returns>
    public static AuthenticationVerdict RequirePasswordChange(string prompt) => new(null, prompt);

    /// <summary>The attempt proves who the client is, and it may not come in now. Only who has proven it is told why.</summary>
    /// <param name="notice">What to tell the person.</param>
    /// <returns>The verdict.</returns>
    internal static AuthenticationVerdict RejectWith(string notice) => notice.Length == 0 ? Reject : new(null, null, notice);
}
