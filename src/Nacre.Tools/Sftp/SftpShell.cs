using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Sftp;

/// <summary>Reads lines and runs the commands in them.</summary>
/// <param name="commands">What a line may begin with.</param>
/// <param name="reporter">Where what is typed by nobody is echoed, and failures go.</param>
/// <param name="isBatch">The first failure ends it.</param>
internal sealed class SftpShell(SftpCommands commands, Reporter reporter, bool isBatch)
{
    public const string Prompt = "sftp> ";

    /// <summary>Runs what the lines say.</summary>
    /// <param name="read">Gives the next line; null at the end.</param>
    /// <param name="isEchoed">What is read is shown, for nobody saw it typed.</param>
    /// <returns>The exit status.</returns>
    public async Task<int> RunAsync(Func<Task<string?>> read, bool isEchoed)
    {
        while (!commands.HasQuit && await read().ConfigureAwait(false) is { } line)
        {
            if (!await RunLineAsync(line, isEchoed).ConfigureAwait(false)) return 1;
        }

        return 0;
    }

    /// <summary>Runs one line; false when it failed in a batch, and not one that may.</summary>
    public async Task<bool> RunLineAsync(string text, bool isEchoed = false)
    {
        SftpLine line = SftpLine.Parse(text, commands.Find);
        bool stops = isBatch && !line.MayFail;

        // A line that makes no sense is complained of before it is echoed, as OpenSSH does.
        if (line.Error.Length > 0) reporter.Fail(line.Error);
        if (isEchoed && !line.IsSilent) reporter.Echo(Prompt + text);
        if (line.Error.Length > 0) return !stops;
        return line.Command is not { } command || await RunAsync(command, line.Arguments with { StopsAtFailure = stops }).ConfigureAwait(false) || !stops;
    }

    /// <summary>Runs a command; false when it failed or was interrupted.</summary>
    public async Task<bool> RunAsync(SftpCommand command, SftpArguments given)
    {
        // A program that was called here has the terminal, and Ctrl-C with it.
        using var interrupts = new InterruptWatch(endsAtSecond: !command.IsRaw);
        try
        {
            return await command.Run(given, interrupts.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (interrupts.Token.IsCancellationRequested)
        {
            reporter.Fail("Interrupt");
            return false;
        }
    }
}
