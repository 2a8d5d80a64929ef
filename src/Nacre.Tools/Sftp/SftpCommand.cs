using Nacre.Tools.FileTransfer;

namespace Nacre.Tools.Sftp;

/// <summary>One command of sftp, declared once: help and dispatch read it.</summary>
/// <param name="Name">What is typed.</param>
/// <param name="Arguments">What follows, for the help.</param>
/// <param name="Help">What it does, in a few words.</param>
/// <param name="Flags">The letters that it takes after a dash.</param>
/// <param name="Run">Does it; false when it failed, which has been said.</param>
internal sealed record SftpCommand(string Name, string Arguments, string Help, string Flags, Func<SftpArguments, Task<bool>> Run);

/// <summary>What a command was given.</summary>
/// <param name="Command">Its name.</param>
/// <param name="Flags">The letters after dashes.</param>
/// <param name="Patterns">The words, each a pattern.</param>
/// <param name="Rest">All that follows the name, as it was typed.</param>
internal sealed record SftpArguments(string Command, string Flags, IReadOnlyList<string> Patterns, string Rest)
{
    public int Count => Patterns.Count;

    /// <summary>A word as a path; patterns in it are not looked for.</summary>
    public string Path(int index) => Glob.Unescape(Patterns[index]);

    public bool Has(char flag) => Flags.Contains(flag, StringComparison.Ordinal);
}
