using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Sftp;

/// <summary>Reads lines and runs the commands in them.</summary>
/// <param name="commands">What a line may begin with.</param>
/// <param name="reporter">Where what is typed by nobody is echoed, and failures go.</param>
/// <param name="isBatch">The first failure ends it.</param>
internal sealed class SftpShell(SftpCommands commands, Reporter reporter, bool isBatch)
{
    private const string Prompt = "sftp> ";

    /// <summary>Runs what the lines say.</summary>
    /// <param name="lines">The commands.</param>
    /// <param name="isTyped">A person types them, so they are prompted for and not echoed.</param>
    /// <returns>The exit status.</returns>
    public async Task<int> RunAsync(TextReader lines, bool isTyped)
    {
        while (!commands.HasQuit)
        {
            if (isTyped) reporter.Prompt(Prompt);
            string? line = await lines.ReadLineAsync().ConfigureAwait(false);
            if (line is null)
            {
                if (isTyped) reporter.Print("");
                break;
            }

            if (!await RunLineAsync(line, isEchoed: !isTyped).ConfigureAwait(false)) return 1;
        }

        return 0;
    }

    /// <summary>Runs one line; false when it failed in a batch, and not one that may.</summary>
    public async Task<bool> RunLineAsync(string text, bool isEchoed = false, CancellationToken ct = default)
    {
        SftpLine line = SftpLine.Parse(text, commands.Find);
        bool stops = isBatch && !line.MayFail;

        // A line that makes no sense is complained of before it is echoed, as OpenSSH does.
        if (line.Error.Length > 0) reporter.Fail(line.Error);
        if (isEchoed && !line.IsSilent) reporter.Echo(Prompt + text);
        if (line.Error.Length > 0) return !stops;
        if (line.Command is not { } command) return true;
        return await command.Run(line.Arguments with { StopsAtFailure = stops }, ct).ConfigureAwait(false) || !stops;
    }
}
