namespace Nacre.Config;

/// <summary>Finds what no single line of a server's configuration has wrong: keywords that need each other, and logins that could never succeed.</summary>
internal static class ServerFaults
{
    public static void Find(ServerConfig config, ConfigDiagnostics diagnostics)
    {
        if (config is { AuthorizedKeysCommand: not null, AuthorizedKeysCommandUser: null })
            diagnostics.Error("AuthorizedKeysCommand set without AuthorizedKeysCommandUser");
        if (config is { AuthorizedPrincipalsCommand: not null, AuthorizedPrincipalsCommandUser: null })
            diagnostics.Error("AuthorizedPrincipalsCommand set without AuthorizedPrincipalsCommandUser");
        FindUselessMethods(config, diagnostics);
    }

    private static void FindUselessMethods(ServerConfig config, ConfigDiagnostics diagnostics)
    {
        if (config.AuthenticationMethods.Count == 0)
            return;
        List<string> complaints = [];
        foreach (IReadOnlyList<string> list in config.AuthenticationMethods)
        {
            if (list.FirstOrDefault(method => !IsEnabled(config, method)) is not { } disabled)
                return;
            complaints.Add($"Disabled method \"{NameOf(disabled)}\" in AuthenticationMethods list \"{string.Join(',', list)}\"");
        }

        foreach (string complaint in complaints)
            diagnostics.Error(complaint);
        diagnostics.Error("AuthenticationMethods cannot be satisfied by enabled authentication methods");
    }

    private static bool IsEnabled(ServerConfig config, string method) => NameOf(method) switch
    {
        "publickey" => config.PubkeyAuthentication,
        "password" => config.PasswordAuthentication,
        "keyboard-interactive" => config.KbdInteractiveAuthentication,
        "hostbased" => config.HostbasedAuthentication,
        "none" => true,
        _ => false,
    };

    // A method may be followed by a colon and one of its devices.
    private static string NameOf(string method) => method.Split(':')[0];
}
