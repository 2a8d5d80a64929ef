namespace Nacre.Protocol.Authentication;

/// <summary>What an <see cref="IAuthenticator"/> says to an attempt.</summary>
public sealed class AuthenticationVerdict
{
    private AuthenticationVerdict(bool isAccepted, string? passwordExpiry) => (IsAccepted, PasswordExpiry) = (isAccepted, passwordExpiry);

    /// <summary>The attempt proves who the client is, or would if the key that it asks about signs.</summary>
    public static AuthenticationVerdict Accept { get; } = new(true, null);

    /// <summary>The attempt proves nothing.</summary>
    public static AuthenticationVerdict Reject { get; } = new(false, null);

    /// <summary>True for <see cref="Accept"/>.</summary>
    public bool IsAccepted { get; }

    /// <summary>What to tell the person whose password has expired; null for the other verdicts.</summary>
    public string? PasswordExpiry { get; }

    /// <summary>The password is right and has expired: the client is asked for a new one (RFC 4252 8). Only for a <see cref="PasswordAttempt"/>.</summary>
    /// <param name="prompt">What to tell the person.</param>
    /// <returns>The verdict.</returns>
    public static AuthenticationVerdict RequirePasswordChange(string prompt) => new(false, prompt);
}
