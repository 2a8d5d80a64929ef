using Nacre.Protocol.Keys;

namespace Nacre.Protocol.Authentication;

/// <summary>One attempt of a client to prove who it is; one of the four kinds below.</summary>
public abstract class AuthenticationAttempt
{
    private protected AuthenticationAttempt(string userName, string method) => (UserName, Method) = (userName, method);

    /// <summary>Who the client says it is. Hostile until it is proven: validate it before it becomes part of a path or a command.</summary>
    public string UserName { get; }

    /// <summary>The method's name (RFC 4250 4.8).</summary>
    public string Method { get; }
}

/// <summary>The method none (RFC 4252 5.2): the client has nothing to show. Accept it only where everybody may come in.</summary>
public sealed class NoneAttempt : AuthenticationAttempt
{
    internal NoneAttempt(string userName)
        : base(userName, MethodName.None)
    {
    }
}

/// <summary>The method publickey (RFC 4252 7).</summary>
/// <remarks>
/// The key is the very instance whose signature was verified. The judgement of a query grants nothing and is not kept: the
/// signed request is judged anew.
/// </remarks>
public sealed class PublicKeyAttempt : AuthenticationAttempt
{
    internal PublicKeyAttempt(string userName, PublicKey key, string algorithm, bool isVerified)
        : base(userName, MethodName.PublicKey) => (Key, Algorithm, IsVerified) = (key, algorithm, isVerified);

    /// <summary>The key.</summary>
    public PublicKey Key { get; }

    /// <summary>The signature algorithm that the client uses.</summary>
    public string Algorithm { get; }

    /// <summary>True when the client has signed with the key and the signature is right; false when it only asks whether the key would do.</summary>
    public bool IsVerified { get; }
}

/// <summary>The method password (RFC 4252 8).</summary>
public sealed class PasswordAttempt : AuthenticationAttempt
{
    internal PasswordAttempt(string userName, Password password, Password? newPassword)
        : base(userName, MethodName.Password) => (Password, NewPassword) = (password, newPassword);

    /// <summary>The password; erased when the attempt has been judged.</summary>
    public Password Password { get; }

    /// <summary>The password to set, when the client answers an expiry; such an attempt is a login only when the change was made.</summary>
    public Password? NewPassword { get; }
}

/// <summary>The method keyboard-interactive (RFC 4256): ask through the conversation, then judge.</summary>
public sealed class KeyboardInteractiveAttempt : AuthenticationAttempt
{
    internal KeyboardInteractiveAttempt(string userName, string submethods, IInteractiveConversation conversation)
        : base(userName, MethodName.KeyboardInteractive) => (Submethods, Conversation) = (submethods, conversation);

    /// <summary>The client's wish which of the server's ways to use; may be empty.</summary>
    public string Submethods { get; }

    /// <summary>Asks the person at the client.</summary>
    public IInteractiveConversation Conversation { get; }
}
