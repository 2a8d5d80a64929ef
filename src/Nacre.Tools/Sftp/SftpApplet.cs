using System.Runtime.CompilerServices;
using Nacre.Protocol.Wire;
using Nacre.Sftp;
using Nacre.Tools.FileTransfer;
using Nacre.Unix;

namespace Nacre.Tools.Sftp;

/// <summary>The program sftp: connects, then fetches what the destination names or runs commands.</summary>
internal static class SftpApplet
{
    public static int Run(string[] arguments)
    {
        SftpSettings settings;
        try
        {
            settings = SftpSettings.Parse(arguments);
        }
        catch (UsageException wrong)
        {
            SftpFlags.Table.Explain(wrong, Console.Error);
            return 1;
        }

        var reporter = new Reporter(Console.Out, Console.Error)
        {
            IsQuiet = settings.IsQuiet,
            ShowsProgress = !settings.IsQuiet && settings.BatchFile is null && Descriptors.IsTerminal(1),
        };
        try
        {
            return RunAsync(settings, reporter).GetAwaiter().GetResult();
        }
        catch (FatalException fatal)
        {
            foreach (string line in fatal.Message.Split('\n')) reporter.Fail(line);
            return fatal.Status;
        }
        catch (SshViolationException error)
        {
            reporter.Fail(error.Message);
            return SftpConnection.FailureStatus;
        }
        catch (SshException)
        {
            reporter.Fail("Connection closed");
            return SftpConnection.FailureStatus;
        }
    }

    private static async Task<int> RunAsync(SftpSettings settings, Reporter reporter)
    {
        using TextReader lines = Lines(settings.BatchFile);
        ProgramCall call = settings.ServerCommand is { } server ? new ProgramCall(server[0], server) : settings.Ssh.For(settings.Destination!);
        SftpConnection connection = await SftpConnection.OpenAsync(call).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable closing = connection.ConfigureAwait(false);
        reporter.Note(settings.ServerCommand is { } attached ? $"Attached to {attached[0]}." : $"Connected to {settings.Destination!.Host}.");
        SftpClient client = connection.Client;
        string home;
        try
        {
            home = await client.ResolveAsync(".").ConfigureAwait(false);
        }
        catch (SftpException error)
        {
            throw new FatalException($"Need cwd: {error.Message}");
        }

        var session = new SftpSession(client, home, reporter);
        var commands = new SftpCommands(session, settings.Copies);
        var start = new SftpShell(commands, reporter, isBatch: true);
        if (settings.StartPath.Length > 0)
        {
            bool isDirectory = await IsDirectoryAsync(client, RemotePath.Absolute(settings.StartPath, home)).ConfigureAwait(false);
            if (!isDirectory) return await FetchAsync(start, settings).ConfigureAwait(false) ? 0 : 1;
            reporter.Tell($"Changing to: {RemotePath.Absolute(settings.StartPath, home)}");
            if (!await start.RunLineAsync($"cd {Quoted(settings.StartPath)}").ConfigureAwait(false)) return 1;
        }

        bool isTyped = settings.BatchFile is null && Descriptors.IsTerminal(0);
        return await new SftpShell(commands, reporter, settings.BatchFile is not null).RunAsync(lines, isTyped).ConfigureAwait(false);
    }

    // The path of a destination may be a pattern, as that of get.
    private static Task<bool> FetchAsync(SftpShell shell, SftpSettings settings)
    {
        string target = settings.LocalPath is { } local ? " " + Quoted(local) : "";
        return shell.RunLineAsync($"get -- {settings.StartPath.Replace(" ", @"\ ", StringComparison.Ordinal)}{target}");
    }

    private static async Task<bool> IsDirectoryAsync(SftpClient client, string path)
    {
        try
        {
            return (await client.StatAsync(path).ConfigureAwait(false)).IsDirectory;
        }
        catch (SftpException)
        {
            return path.EndsWith('/');
        }
    }

    private static string Quoted(string path) =>
        $"\"{path.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static TextReader Lines(string? batchFile)
    {
        if (batchFile is null or "-") return new StreamReader(InheritedStream.OpenInput());
        try
        {
            return new StreamReader(batchFile);
        }
        catch (Exception error) when (LocalFault.Is(error))
        {
            throw new FatalException($"{LocalFault.Describe(error, batchFile)} ({batchFile}).");
        }
    }
}
