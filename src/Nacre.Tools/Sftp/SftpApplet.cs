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
        var reporter = new Reporter(Console.Out, Console.Error);
        try
        {
            SftpSettings settings = SftpSettings.Parse(arguments);
            reporter = new Reporter(Console.Out, Console.Error)
            {
                IsQuiet = settings.IsQuiet,
                ShowsProgress = !settings.HidesProgress && Descriptors.IsTerminal(1) && Descriptors.IsTerminal(2),
            };
            return RunAsync(settings, reporter).GetAwaiter().GetResult();
        }
        catch (UsageException wrong)
        {
            SftpFlags.Table.Explain(wrong, Console.Error);
            return 1;
        }
        catch (FatalException fatal)
        {
            foreach (string line in fatal.Message.Split('\n')) reporter.Fail(line);
            return fatal.Status;
        }
        catch (SshException error)
        {
            if (error is SshViolationException { Violation: not Violation.ConnectionLost }) reporter.Fail(error.Message);
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
        reporter.Note(settings.ServerCommand is { } attached ? $"Attached to {string.Join(' ', attached)}." : $"Connected to {settings.Destination!.Host}.");
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
        var commands = new SftpCommands(session, settings.Transfers);
        var shell = new SftpShell(commands, reporter, settings.BatchFile is not null);
        if (settings.StartPath.Length > 0)
        {
            string start = RemotePath.Absolute(settings.StartPath, home);
            bool isEntered = settings.LocalPath is null && await IsDirectoryAsync(client, start).ConfigureAwait(false);
            if (isEntered) reporter.Tell($"Changing to: {start}");
            bool isDone = await (isEntered ? RunAsync("cd", Glob.Escape(start)) : RunAsync("get", Pattern(settings.StartPath), settings.LocalPath)).ConfigureAwait(false);
            if (!isEntered || !isDone) return isDone ? 0 : 1;
        }

        return lines is not null
            ? await shell.RunAsync(() => lines.ReadLineAsync(), isEchoed: true).ConfigureAwait(false)
            : await RunTypedAsync(shell, commands, session).ConfigureAwait(false);

        Task<bool> RunAsync(string name, string pattern, string? second = null)
        {
            string[] words = second is null ? [pattern] : [pattern, Glob.Escape(second)];
            return shell.RunAsync(commands.Find(name)!, new SftpArguments(name, "", words, StopsAtFailure: true) { GoOn = ResumingCall(settings.Arguments) });
        }
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

    // The path of a destination may be a pattern as that of get, with quotes and backslashes.
    private static string Pattern(string path)
    {
        bool isQuoted = path.AsSpan().ContainsAny('\\', '"', '\'') && SftpWords.TrySplit(path, out IReadOnlyList<string> words, out _) && words.Count == 1;
        return isQuoted ? SftpWords.Split(path).Words[0] : path;
    }

    private static string ResumingCall(IReadOnlyList<string> arguments)
    {
        IEnumerable<string> words = arguments.Select(static word => word.All(static c => char.IsAsciiLetterOrDigit(c) || "-_./:@=,+%[]".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'");
        return "sftp -a " + string.Join(' ', words);
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
