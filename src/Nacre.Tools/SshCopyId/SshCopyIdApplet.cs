using System.Text;
using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Connections;
using Nacre.Config.Values;
using Nacre.Protocol.Wire;
using Nacre.Sftp;
using Nacre.Tools.Shared;

namespace Nacre.Tools.SshCopyId;

/// <summary>The program ssh-copy-id: adds public keys to those that let the user in at another machine.</summary>
internal static class SshCopyIdApplet
{
    /// <summary>Takes DSA keys alone, and those by commands of its own.</summary>
    private const string NetScreen = "NetScreen";

    public static int Run(string[] arguments)
    {
        try
        {
            return RunAsync(CopyIdSettings.Parse(arguments)).GetAwaiter().GetResult();
        }
        catch (UsageException wrong)
        {
            SshCopyIdFlags.Table.Explain(wrong, Console.Error);
            return 1;
        }
        catch (FatalException fatal)
        {
            Console.Error.WriteLine(fatal.Message);
            return fatal.Status;
        }
    }

    private static async Task<int> RunAsync(CopyIdSettings settings)
    {
        var trace = new ErrorTrace(settings.IsDebugging ? LogLevel.Debug1 : LogLevel.Info, Console.Error);
        settings.Options.Set(ClientKeywords.ClearAllForwardings, true);
        if (ClientSetup.Load(settings.Destination.Host, settings.Options, settings.ConfigFile, trace) is not { } config) return 1;
        string home = LocalMachine.Identity()!.HomeDirectory;
        (IReadOnlyList<InstalledLine> lines, string file) = await KeySource.FindAsync(settings, config.IdentityAgent, home).ConfigureAwait(false);
        if (file.Length > 0) Inform($"Source of key(s) to be installed: \"{file}\"");
        if (!settings.IsForced)
        {
            Inform("attempting to log in with the new key(s), to filter out any that are already installed");
            if (await KeyCheck.WithoutInstalledAsync(lines, config, trace).ConfigureAwait(false) is not { } missing) return 1;
            if (missing.Count == 0)
            {
                Console.Error.WriteLine("\nssh-copy-id: WARNING: All keys were skipped because they already exist on the remote system.");
                Console.Error.WriteLine("\t\t(if you think this is a mistake, you may want to use -f option)\n");
                return 0;
            }

            lines = missing;
            Inform($"{lines.Count} key(s) remain to be installed -- if you are prompted now it is to install the new keys");
        }

        string text = string.Concat(lines.Select(static line => line.Text + "\n"));
        if (settings.IsDryRun)
        {
            Console.Out.WriteLine($"=-=-=-=-=-=-=-=\nWould have added the following key(s):\n\n{text}=-=-=-=-=-=-=-=");
            return 0;
        }

        if (!await InstallAsync(settings, config, trace, text).ConfigureAwait(false)) return 1;
        Console.Out.WriteLine($"\nNumber of key(s) added: {lines.Count}\n\nNow try logging into the machine, with: \"{LoginOf(settings, file)}\"");
        Console.Out.WriteLine("and check to make sure that only the key(s) you wanted were added.\n");
        return 0;
    }

    private static async Task<bool> InstallAsync(CopyIdSettings settings, ClientConfig config, ErrorTrace trace, string text)
    {
        SshClient? client = await ClientSetup.ConnectAsync(config, trace, TimeProvider.System).ConfigureAwait(false);
        if (client is null) return false;
        await using (client)
        {
            if (client.ServerIdentification.Contains(NetScreen, StringComparison.Ordinal))
            {
                trace.Fail("ssh-copy-id: ERROR: the server is a NetScreen, which takes DSA keys only; there are none of these any more");
                return false;
            }

            byte[] lines = Encoding.UTF8.GetBytes(text);
            try
            {
                if (!settings.UsesSftp) return await ShellInstaller.InstallAsync(client, settings.Target, lines, settings.IsDebugging).ConfigureAwait(false);
                await SftpInstaller.InstallAsync(client, settings.Target, lines).ConfigureAwait(false);
                return true;
            }
            catch (SftpException error)
            {
                trace.Fail($"ssh-copy-id: ERROR: {settings.Target}: {error.Message}");
            }
            catch (SshException error)
            {
                trace.Fail($"ssh-copy-id: ERROR: {error.Message}");
            }

            return false;
        }
    }

    private static string LoginOf(CopyIdSettings settings, string file)
    {
        var words = new StringBuilder(settings.UsesSftp ? "sftp" : "ssh");
        if (settings.IdentityFile is not null) words.Append(" -i ").Append(file[..^4]);
        if (settings.Port is { } port) words.Append(settings.UsesSftp ? " -P " : " -p ").Append(port);
        return words.Append(' ').Append(settings.Shown).ToString();
    }

    private static void Inform(string line) => Console.Error.WriteLine($"ssh-copy-id: INFO: {line}");
}
