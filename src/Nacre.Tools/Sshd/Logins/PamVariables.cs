using Nacre.Unix;

namespace Nacre.Tools.Sshd.Logins;

/// <summary>The variables by which PAM's modules learn of the connection, under OpenSSH's names.</summary>
internal static class PamVariables
{
    /// <param name="client">Where the user comes from.</param>
    /// <param name="passed">What they have passed so far.</param>
    public static CStrings Of(ClientConnection client, AuthenticationFile.Content passed) =>
    [
        $"SSH_CONNECTION={client.Address} {client.Remote.Port} {client.LocalAddress} {client.Local.Port}",
        $"SSH_AUTH_INFO_0={passed.Text}",
    ];
}
