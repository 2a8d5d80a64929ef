using Nacre.Config;
using Nacre.Protocol.Wire;
using Nacre.Server;

namespace Nacre.Tools.Sshd.Log;

/// <summary>The line that says what a user's session runs, where, and which of the connection's it is, as OpenSSH words it.</summary>
internal static class SessionLine
{
    /// <summary>So much of a command OpenSSH shows.</summary>
    private const int MostOfCommand = 200;

    public static string Of(SessionRequest request, ServerConfig config, ClientConnection client, string user, string? terminal, int number)
    {
        string place = terminal is null ? "" : $" on {terminal.Replace("/dev/", "", StringComparison.Ordinal)}";
        return $"Starting session: {Kind(request, config)}{place} for {Printable.Escape(user)} from {client.Place} id {number}";
    }

    private static string Kind(SessionRequest request, ServerConfig config)
    {
        if (config.ForceCommand is { } byConfig) return $"forced-command (config) '{Shown(byConfig)}'";
        if (request.Asked is not null) return $"forced-command (key-option) '{Shown(request.Text)}'";
        return request.Kind switch { SessionKind.Shell => "shell", SessionKind.Command => "command", _ => $"subsystem '{Shown(request.Text)}'" };
    }

    private static string Shown(string command) => Printable.Escape(command.Length > MostOfCommand ? command[..MostOfCommand] : command);
}
