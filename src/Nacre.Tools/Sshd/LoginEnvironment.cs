using Nacre.Config;
using Nacre.Server;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>Makes the environment that a user's program starts with: nothing of the server's own gets into it.</summary>
internal static class LoginEnvironment
{
    private const string UserPath = "/usr/local/bin:/usr/bin:/bin:/usr/games";
    private const string RootPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <param name="account">The user.</param>
    /// <param name="request">What the client asked for, with the variables that it may set.</param>
    /// <param name="client">Where it comes from.</param>
    /// <param name="config">The configuration for the user.</param>
    /// <param name="terminal">The name of the session's terminal, if it has one.</param>
    /// <param name="asked">The command that was asked for, which a forced one is told of.</param>
    public static CStrings Of(UserAccount account, SessionRequest request, ClientConnection client, ServerConfig config, string? terminal, string? asked)
    {
        var environment = new CStrings();

        // The client's come first, so that none of them replaces what the server says.
        foreach ((string name, string value) in request.Environment)
        {
            if (name.Length > 0 && !name.Contains('=', StringComparison.Ordinal) && !name.Contains('\0', StringComparison.Ordinal) && !value.Contains('\0', StringComparison.Ordinal)) environment.Set(name, value);
        }

        environment.Set("USER", account.Name);
        environment.Set("LOGNAME", account.Name);
        environment.Set("HOME", account.Home);
        environment.Set("PATH", account.Uid == 0 ? RootPath : UserPath);
        environment.Set("SHELL", account.LoginShell);
        environment.Set("MAIL", $"/var/mail/{account.Name}");
        if (Environment.GetEnvironmentVariable("TZ") is { } zone) environment.Set("TZ", zone);
        foreach (Config.Values.EnvironmentSetting setting in config.SetEnv) environment.Set(setting.Name, setting.Value);
        environment.Set("SSH_CLIENT", $"{client.Address} {client.Remote.Port} {client.Local.Port}");
        environment.Set("SSH_CONNECTION", $"{client.Address} {client.Remote.Port} {client.LocalAddress} {client.Local.Port}");
        if (terminal is not null) environment.Set("SSH_TTY", terminal);
        if (request.TunnelNames is { Count: > 0 } tunnels) environment.Set("SSH_TUNNEL", string.Join(',', tunnels));
        if (request.Display is { } display) environment.Set("DISPLAY", display.Name);
        if (request.AgentSocket is { } agent) environment.Set("SSH_AUTH_SOCK", agent);
        if (request.Terminal is { Type.Length: > 0 } requested && !requested.Type.Contains('\0', StringComparison.Ordinal)) environment.Set("TERM", requested.Type);
        if (asked is not null && (config.ForceCommand is not null || request.Asked is not null)) environment.Set("SSH_ORIGINAL_COMMAND", asked);
        return environment;
    }
}
