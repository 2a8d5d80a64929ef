namespace Nacre.Protocol.Authentication;

/// <summary>The names of the authentication methods (RFC 4250 4.8) that both roles know.</summary>
internal static class MethodName
{
    public const string None = "none";
    public const string PublicKey = "publickey";
    public const string Password = "password";
    public const string KeyboardInteractive = "keyboard-interactive";
    public const string Hostbased = "hostbased";

    /// <summary>OpenSSH's publickey that also signs the server's host key, so that an agent can see which host it signs for.</summary>
    public const string HostBoundPublicKey = "publickey-hostbound-v00@openssh.com";
}
