using System.IO.Pipelines;
using Nacre.Client;
using Nacre.Unix;

namespace Nacre.Tools.SshCopyId;

/// <summary>Adds keys by a command at the server, which any login shell can start and any POSIX sh runs.</summary>
internal static class ShellInstaller
{
    /// <summary>True when the command says that it has added them.</summary>
    public static async Task<bool> InstallAsync(SshClient client, string target, ReadOnlyMemory<byte> lines, bool isDebugging)
    {
        await using RemoteProcess process = await client.RunAsync(CommandFor(target, isDebugging)).ConfigureAwait(false);
        await process.Input.WriteAsync(lines).ConfigureAwait(false);
        await process.Input.CompleteAsync().ConfigureAwait(false);
        await Task.WhenAll(ShowAsync(process.Output, 1), ShowAsync(process.Error, 2)).ConfigureAwait(false);
        return (await process.WaitForExitAsync().ConfigureAwait(false)).Status == 0;
    }

    /// <summary>
    /// The command line. The login shell may be csh or fish: it gets one line with a single word in single quotes, in which there is nothing
    /// that any of them takes for more than it is.
    /// </summary>
    internal static string CommandFor(string target, bool isDebugging)
    {
        string[] steps =
        [
            "cd",
            "umask 077",
            $"keys=\"{target}\"",

            // OpenWrt's dropbear has a file of its own for root.
            "[ -f /etc/openwrt_release ] && [ \"$LOGNAME\" = root ] && keys=/etc/dropbear/authorized_keys",
            "dir=$(dirname \"$keys\")",
            "mkdir -p \"$dir\" || exit 1",
            "[ -s \"$keys\" ] && [ -n \"$(tail -c 1 \"$keys\")\" ] && { echo >>\"$keys\" || exit 1; }",
            "cat >>\"$keys\" || exit 1",
            "if command -v restorecon >/dev/null 2>&1; then restorecon -F \"$dir\" \"$keys\"; fi",
            "exit 0",
        ];
        return $"exec sh -c '{(isDebugging ? "set -x; " : "")}{string.Join("; ", steps)}'";
    }

    private static async Task ShowAsync(PipeReader output, int descriptor)
    {
        await using InheritedStream target = InheritedStream.OpenOutput(descriptor);
        await output.CopyToAsync(target).ConfigureAwait(false);
        await output.CompleteAsync().ConfigureAwait(false);
    }
}
