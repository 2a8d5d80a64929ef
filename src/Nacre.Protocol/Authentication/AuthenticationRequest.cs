using System.Text;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication;

/// <summary>
/// A USERAUTH_REQUEST as a server works on it: parsed to its end before anything asks who the user is, so that no
/// malformed request tells a known user from an unknown one.
/// </summary>
internal sealed class AuthenticationRequest : IDisposable
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private AuthenticationRequest(string userName, string service, string method) =>
        (UserName, Service, Method) = (userName, service, method);

    public string UserName { get; }

    public string Service { get; }

    /// <summary>The method's name as the client wrote it.</summary>
    public string Method { get; }

    /// <summary>The fields of publickey in either of its two forms; null for other methods.</summary>
    public PublicKeyProof? PublicKey { get; private init; }

    /// <summary>The fields of hostbased; null for other methods.</summary>
    public HostbasedProof? Hostbased { get; private init; }

    /// <summary>The password; null for other methods, and for one too long to be right.</summary>
    public Password? Password { get; private init; }

    /// <summary>The password to set; null when none is, and for one too long to be set.</summary>
    public Password? NewPassword { get; private init; }

    /// <summary>True when a password is to be changed.</summary>
    public bool IsChange { get; private init; }

    /// <summary>True when a password of this request is longer than any that is right .</summary>
    public bool IsOverlong { get; private init; }

    /// <summary>The submethods of keyboard-interactive.</summary>
    public string Submethods { get; private init; } = "";

    /// <summary>The method as chains and reports name it: both forms of publickey are one method.</summary>
    public string MethodInChain => PublicKey is null ? Method : MethodName.PublicKey;

    public static AuthenticationRequest Read(ReadOnlySpan<byte> payload)
    {
        UserauthRequest message = Message.Read<UserauthRequest>(payload);
        string user = Text(message.UserName);
        string service = Text(message.ServiceName);
        string method = Text(message.MethodName);
        switch (method)
        {
            case MethodName.None:
                Message.ReadRecord<NoneFields>(message.MethodFields);
                return new(user, service, method);
            case MethodName.PublicKey:
                PublicKeyFields key = Message.ReadRecord<PublicKeyFields>(message.MethodFields);
                return new(user, service, method) { PublicKey = new(Text(key.Algorithm), key.PublicKey.ToArray(), null, Signature(key.HasSignature, key.Signature)) };
            case MethodName.HostBoundPublicKey:
                HostBoundPublicKeyFields bound = Message.ReadRecord<HostBoundPublicKeyFields>(message.MethodFields);
                return new(user, service, method)
                {
                    PublicKey = new(Text(bound.Algorithm), bound.PublicKey.ToArray(), bound.HostKey.ToArray(), Signature(bound.HasSignature, bound.Signature)),
                };
            case MethodName.Hostbased:
                HostbasedFields host = Message.ReadRecord<HostbasedFields>(message.MethodFields);
                return new(user, service, method)
                {
                    Hostbased = new(Text(host.Algorithm), host.PublicKey.ToArray(), Text(host.ClientHost), Text(host.ClientUser), host.Signature.ToArray()),
                };
            case MethodName.Password:
                PasswordFields password = Message.ReadRecord<PasswordFields>(message.MethodFields);
                return new(user, service, method)
                {
                    Password = Shortened(password.Password),
                    NewPassword = password.IsChange ? Shortened(password.NewPassword) : null,
                    IsChange = password.IsChange,
                    IsOverlong = IsTooLong(password.Password) || IsTooLong(password.NewPassword),
                };
            case MethodName.KeyboardInteractive:
                KeyboardInteractiveFields interactive = Message.ReadRecord<KeyboardInteractiveFields>(message.MethodFields);
                return new(user, service, method) { Submethods = Encoding.UTF8.GetString(interactive.Submethods) };
            default:
                return new(user, service, method);
        }
    }

    /// <summary>A signed request, put together again from its parts where its signature is verified.</summary>
    public static AuthenticationRequest Signed(string userName, string method, PublicKeyProof? publicKey, HostbasedProof? hostbased) =>
        new(userName, ServiceName.Connection, method) { PublicKey = publicKey, Hostbased = hostbased };

    public void Dispose()
    {
        Password?.Dispose();
        NewPassword?.Dispose();
    }

    private static byte[]? Signature(bool isThere, ReadOnlySpan<byte> signature) => isThere ? signature.ToArray() : null;

    private static bool IsTooLong(ReadOnlySpan<byte> password) => password.Length > AuthenticationServerOptions.MaxPasswordLength;

    private static Password? Shortened(ReadOnlySpan<byte> password) => IsTooLong(password) ? null : new Password(password);

    // RFC 4252 5: the user name is UTF-8. A zero byte would end it early in everything that asks the system about it.
    private static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (!bytes.Contains((byte)0)) return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
        }

        throw new SshViolationException(Violation.FieldMalformed, "A name in an authentication request is not UTF-8 text.");
    }
}

/// <summary>What a publickey request says.</summary>
/// <param name="Algorithm">The signature algorithm.</param>
/// <param name="Blob">The public key.</param>
/// <param name="HostKey">The host key that the signature is bound to, in the host-bound form; else null.</param>
/// <param name="Signature">The signature; null for a query.</param>
internal sealed record PublicKeyProof(string Algorithm, byte[] Blob, byte[]? HostKey, byte[]? Signature);

/// <summary>What a hostbased request says.</summary>
/// <param name="Algorithm">The signature algorithm.</param>
/// <param name="Blob">The client host's public key.</param>
/// <param name="ClientHost">The client host's name as it came.</param>
/// <param name="ClientUser">The user's name there.</param>
/// <param name="Signature">The signature.</param>
internal sealed record HostbasedProof(string Algorithm, byte[] Blob, string ClientHost, string ClientUser, byte[] Signature)
{
    /// <summary>The name without the dot that OpenSSH ends it with.</summary>
    public string BareHost => ClientHost.EndsWith('.') ? ClientHost[..^1] : ClientHost;
}
