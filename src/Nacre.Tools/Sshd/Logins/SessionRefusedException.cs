namespace Nacre.Tools.Sshd.Logins;

/// <summary>PAM has no session for the user.</summary>
/// <param name="message">Why, for the log.</param>
/// <param name="told">What the user is told.</param>
internal sealed class SessionRefusedException(string message, string told) : Exception(message)
{
    /// <summary>What the user is told.</summary>
    public string Told => told;
}
