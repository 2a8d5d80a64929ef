using System.Globalization;

namespace Nacre.Tests.Interop;

/// <summary>OpenSSH's client programs, or ours, told to ignore everything of the developer who runs the tests.</summary>
internal static class StockClient
{
    /// <summary>The arguments before the destination: no configuration, no agent, no questions, one key and one known_hosts file.</summary>
    /// <param name="port">Where the server listens on 127.0.0.1.</param>
    /// <param name="knownHosts">The file that knows the server's host key.</param>
    /// <param name="keyKind">Which of <see cref="StockKeys"/> to log in with.</param>
    /// <param name="portFlag">-p for ssh, -P for scp and sftp.</param>
    public static async Task<string[]> ArgumentsAsync(int port, string knownHosts, string keyKind = "ed25519", string portFlag = "-p") =>
    [
        "-F", "none",
        portFlag, port.ToString(CultureInfo.InvariantCulture),
        "-i", await StockKeys.UserAsync(keyKind),
        "-o", "IdentitiesOnly=yes",
        "-o", "IdentityAgent=none",
        "-o", "BatchMode=yes",
        "-o", "StrictHostKeyChecking=yes",
        "-o", $"UserKnownHostsFile={knownHosts}",
        "-o", "GlobalKnownHostsFile=/dev/null",
    ];
}
