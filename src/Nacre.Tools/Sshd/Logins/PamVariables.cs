using Nacre.Config;
using Nacre.Protocol.Authentication;
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

    /// <summary>The session that PAM is to open for a user who has logged in: with these variables, and those that its modules set while they let the user in.</summary>
    /// <param name="account">The user.</param>
    /// <param name="root">The root directory that the user's programs are to have; null for the machine's.</param>
    /// <param name="user">What they have passed.</param>
    /// <param name="client">Where they come from.</param>
    /// <param name="config">What holds for them.</param>
    public static KeptSession.Wanted SessionOf(UserAccount account, string? root, AuthenticatedUser user, ClientConnection client, ServerConfig config)
    {
        CStrings variables = Of(client, AuthenticationFile.Content.Of(user, usesPam: true));
        CStrings own = client.Login.PamVariables;
        for (int i = 0; i < own.Count; i++) variables.Add(own[i]);
        return new KeptSession.Wanted(config.PamServiceName, user.Name, client.Host, account, root, variables);
    }
}
