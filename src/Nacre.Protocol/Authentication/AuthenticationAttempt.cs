using Nacre.Protocol.Keys;

namespace Nacre.Protocol.Authentication;

/// <summary>One attempt of a client to prove who it is; one of the kinds below.</summary>
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

    /// <summary>What the security key that keeps the key attests by the signature; null for other keys, and where nothing is signed yet.</summary>
    /// <remarks>The server holds it to <see cref="LoginPermissions.NoTouchRequired"/> and <see cref="LoginPermissions.VerifyRequired"/> of the verdict by itself.</remarks>
    public SecurityKeyAttestation? Attestation { get; internal init; }

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

/// <summary>The method hostbased (RFC 4252 9): the machine that the client runs on says whose account there it comes from.</summary>
/// <remarks>
/// The signature is verified, which proves the key and nothing else: that the key is the host's, that the connection comes from it, and that
/// its word lets its user in here is for the policy to know.
/// </remarks>
public sealed class HostbasedAttempt : AuthenticationAttempt
{
    internal HostbasedAttempt(string userName, PublicKey key, HostbasedProof proof)
        : base(userName, MethodName.Hostbased) => (Key, Algorithm, ClientHost, ClientUser) = (key, proof.Algorithm, proof.BareHost, proof.ClientUser);

    /// <summary>The host key, or the host certificate, that signed.</summary>
    public PublicKey Key { get; }

    /// <summary>The signature algorithm.</summary>
    public string Algorithm { get; }

    /// <summary>What the client says that its host is called, without a dot at the end. Hostile until the key is known to be that host's.</summary>
    public string ClientHost { get; }

    /// <summary>Who the client says its user is at that host; as good as the host's word.</summary>
    public string ClientUser { get; }
}
