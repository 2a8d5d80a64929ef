using System.Globalization;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;
using Nacre.Server;

namespace Nacre.Tools.Sshd.Authorisation;

/// <summary>What the options of a key come to under a configuration, in OpenSSH's words: for the log, and for a client that tells what happens (-v).</summary>
internal static class KeyOptionLines
{
    /// <param name="place">The file and line that the key is on.</param>
    /// <param name="options">The options of the line.</param>
    /// <param name="config">What holds for the user.</param>
    public static IEnumerable<string> Of(string place, KeyOptions options, ServerConfig config)
    {
        LoginPermissions left = options.Permissions;
        bool hasEnvironment = config.PermitUserEnvironment.IsPermitted && left.Environment.Count > 0;
        string[] words =
        [
            left.AgentForwarding ? "agent-forwarding" : "",
            left.Command is null ? "" : "command",
            hasEnvironment ? "environment" : "",
            options.ValidBefore is null ? "" : "expires",
            left.NoTouchRequired ? "no-touch-required" : "",
            left.PermitOpen is not null && (config.AllowTcpForwarding & ForwardingPermission.Local) != 0 ? "permitopen" : "",
            left.PermitListen is not null && (config.AllowTcpForwarding & ForwardingPermission.Remote) != 0 ? "permitlisten" : "",
            left.PortForwarding ? "port-forwarding" : "",
            options.Principals is null ? "" : "principals",
            left.Terminal ? "pty" : "",
            left.VerifyRequired ? "uv" : "",
            left.TunnelUnit is { } unit ? "tun=" + unit.ToString(CultureInfo.InvariantCulture) : "",
            left.UserRc ? "user-rc" : "",
            left.X11Forwarding ? "x11-forwarding" : "",
        ];
        yield return $"{place}: key options:{string.Concat(words.Where(static word => word.Length > 0).Select(static word => " " + word))}";
        if (!hasEnvironment) yield break;
        foreach ((string name, string value) in left.Environment) yield return $"{place}: environment: {name}={Printable.Escape(value)}";
    }
}
