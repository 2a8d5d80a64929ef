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
    public async Task<bool> RunLineAsync(string line, bool isEchoed = false)
    {
        string command = line.Trim();
        bool mayFail = !isBatch;
        bool isSilent = false;
        while (command.Length > 0 && command[0] is '-' or '@')
        {
            if (command[0] == '-') mayFail = true;
            else isSilent = true;
            command = command[1..].TrimStart();
        }

        if (isEchoed && !isSilent) reporter.Print(Prompt + line);
        if (command.Length == 0 || command[0] == '#') return true;
        return await DispatchAsync(command).ConfigureAwait(false) || mayFail;
    }

    private async Task<bool> DispatchAsync(string line)
    {
        bool isShell = line[0] == '!';
        int end = isShell ? 1 : line.IndexOfAny([' ', '\t']);
        string name = end < 0 ? line : line[..end];
        string rest = end < 0 ? "" : line[end..].Trim();
        if (commands.Find(name) is not { } command) return Fail("Invalid command.");
        if (isShell || command.Name == "lls") return await command.Run(new SftpArguments(command.Name, "", [], rest)).ConfigureAwait(false);
        if (!SftpWords.TrySplit(rest, out List<string> words, out string error)) return Fail(error);
        string flags = "";
        int first = 0;
        while (command.Flags.Length > 0 && first < words.Count && words[first].Length > 1 && words[first][0] == '-')
        {
            string word = words[first++];
            if (word == "--") break;
            foreach (char letter in word[1..])
            {
                if (!command.Flags.Contains(letter, StringComparison.Ordinal)) return Fail($"{command.Name}: Invalid flag -{letter}");
            }

            flags += word[1..];
        }

        return await command.Run(new SftpArguments(command.Name, flags, words[first..], rest)).ConfigureAwait(false);
    }

    private bool Fail(string line)
    {
        reporter.Fail(line);
        return false;
    }
}
