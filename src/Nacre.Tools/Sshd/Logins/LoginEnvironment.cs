using Nacre.Config;
using Nacre.Server;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Logins;

/// <summary>Makes the environment that a user's program starts with: nothing of the server's own gets into it but the time zone.</summary>
/// <remarks>
/// Whoever comes later wins: the client, the account, the user's key and ~/.ssh/environment, PAM, the administrator, and last what the server
/// knows for itself.
/// </remarks>
internal sealed class LoginEnvironment(UserAccount account, SessionRequest request, ClientConnection client, ServerConfig config)
{
    private const string UserPath = "/usr/local/bin:/usr/bin:/bin:/usr/games";
    private const string RootPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    // What modules were told by these is for them alone.
    private static readonly string[] PamOwn = ["SSH_AUTH_INFO", "SSH_CONNECTION"];

    /// <summary>The name of the session's terminal, if it has one.</summary>
    public string? Terminal { get; init; }

    /// <summary>The command that was asked for, which a forced one is told of.</summary>
    public string? Asked { get; init; }

    /// <summary>What the user's key and ~/.ssh/environment set, as far as it is permitted.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> OfUser { get; init; } = [];

    /// <summary>What PAM's modules set.</summary>
    public CStrings OfPam { get; init; } = [];

    /// <summary>The file that says how the user got in.</summary>
    public string? AuthenticationFile { get; init; }

    public CStrings ToStrings()
    {
        var environment = new CStrings();
        if (Environment.GetEnvironmentVariable("TZ") is { } zone) environment.Set("TZ", zone);
        foreach ((string name, string value) in request.Environment) SetIfPossible(environment, name, value);
        AddAccount(environment);
        foreach ((string name, string value) in OfUser) SetIfPossible(environment, name, value);
        AddPam(environment);
        foreach (Config.Values.EnvironmentSetting setting in config.SetEnv) environment.Set(setting.Name, setting.Value);
        AddConnection(environment);
        return environment;
    }

    private static void SetIfPossible(CStrings environment, string name, string value)
    {
        if (name.Length > 0 && !name.Contains('=', StringComparison.Ordinal) && !name.Contains('\0', StringComparison.Ordinal) && !value.Contains('\0', StringComparison.Ordinal)) environment.Set(name, value);
    }

    private void AddAccount(CStrings environment)
    {
        environment.Set("USER", account.Name);
        environment.Set("LOGNAME", account.Name);
        environment.Set("HOME", account.Home);
        environment.Set("PATH", account.Uid == 0 ? RootPath : UserPath);
        environment.Set("MAIL", $"/var/mail/{account.Name}");
        environment.Set("SHELL", account.LoginShell);
        if (request.Terminal is { Type.Length: > 0 } terminal && !terminal.Type.Contains('\0', StringComparison.Ordinal)) environment.Set("TERM", terminal.Type);
        if (request.Display is { } display) environment.Set("DISPLAY", display.Name);
        if (request.AgentSocket is { } agent) environment.Set("SSH_AUTH_SOCK", agent);
    }

    private void AddPam(CStrings environment)
    {
        for (int i = 0; i < OfPam.Count; i++)
        {
            ReadOnlySpan<byte> entry = OfPam[i];
            int equals = entry.IndexOf((byte)'=');
            if (equals > 0 && !IsPamOwn(entry[..equals])) environment.Set(entry[..equals], entry[(equals + 1)..]);
        }
    }

    private static bool IsPamOwn(ReadOnlySpan<byte> name)
    {
        foreach (string own in PamOwn)
        {
            if (name.Length >= own.Length && System.Text.Ascii.Equals(name[..own.Length], own)) return true;
        }

        return false;
    }

    private void AddConnection(CStrings environment)
    {
        environment.Set("SSH_CLIENT", $"{client.Address} {client.Remote.Port} {client.Local.Port}");
        environment.Set("SSH_CONNECTION", $"{client.Address} {client.Remote.Port} {client.LocalAddress} {client.Local.Port}");
        if (request.TunnelNames is { Count: > 0 } tunnels) environment.Set("SSH_TUNNEL", string.Join(',', tunnels));
        if (AuthenticationFile is { } file) environment.Set("SSH_USER_AUTH", file);
        if (Terminal is not null) environment.Set("SSH_TTY", Terminal);
        if (Asked is not null && (config.ForceCommand is not null || request.Asked is not null)) environment.Set("SSH_ORIGINAL_COMMAND", Asked);
    }
}
