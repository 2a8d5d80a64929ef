using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication;

/// <summary>The server refused everything that the client had to offer.</summary>
public sealed class AuthenticationFailedException : SshException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="userName">Who tried to log in.</param>
    /// <param name="tried">What was tried, in order, such as "publickey /home/a/.ssh/id_ed25519".</param>
    /// <param name="methodsThatCanContinue">What the server would still accept.</param>
    public AuthenticationFailedException(string message, string userName, IReadOnlyList<string> tried, IReadOnlyList<string> methodsThatCanContinue)
        : base(message)
    {
        UserName = userName;
        Tried = tried;
        MethodsThatCanContinue = methodsThatCanContinue;
    }

    /// <summary>Who tried to log in.</summary>
    public string UserName { get; }

    /// <summary>What was tried, in order.</summary>
    public IReadOnlyList<string> Tried { get; }

    /// <summary>The methods that the server would still accept; empty when it never said.</summary>
    public IReadOnlyList<string> MethodsThatCanContinue { get; }
}
