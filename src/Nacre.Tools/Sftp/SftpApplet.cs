using System.Runtime.CompilerServices;
using Nacre.Protocol.Wire;
using Nacre.Sftp;
using Nacre.Tools.FileTransfer;
using Nacre.Tools.LineEditor;
using Nacre.Tools.Shared;
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
        using TextReader? lines = settings.BatchFile is null && Descriptors.IsTerminal(0) ? null : Lines(settings.BatchFile);
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

        var shell = new SftpShell(commands, reporter, settings.BatchFile is not null);
        return lines is not null
            ? await shell.RunAsync(() => lines.ReadLineAsync(), isEchoed: true).ConfigureAwait(false)
            : await RunTypedAsync(shell, commands, session).ConfigureAwait(false);
    }

    private static async Task<int> RunTypedAsync(SftpShell shell, SftpCommands commands, SftpSession session)
    {
        if (!TerminalLines.IsPossible())
        {
            using var plain = new StreamReader(InheritedStream.OpenInput());
            return await shell.RunAsync(() => PromptAsync(plain, session.Reporter), isEchoed: false).ConfigureAwait(false);
        }

        var completer = new SftpCompleter(commands, session, new LocalTree());
        var typed = new TerminalLines(SftpShell.Prompt, completer.CompleteAsync, Rows);
        await using ConfiguredAsyncDisposable closing = typed.ConfigureAwait(false);
        return await shell.RunAsync(() => typed.ReadAsync(CancellationToken.None), isEchoed: false).ConfigureAwait(false);
    }

    private static async Task<string?> PromptAsync(StreamReader input, Reporter reporter)
    {
        reporter.Prompt(SftpShell.Prompt);
        string? line = await input.ReadLineAsync().ConfigureAwait(false);
        if (line is null) reporter.Print("");
        return line;
    }

    private static IEnumerable<string> Rows(IReadOnlyList<string> choices, int columns) =>
        choices.Count == 0 ? [] : ListingFormat.Columns(choices, choices.Max(static choice => TextWidth.Of(choice)), columns);

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
