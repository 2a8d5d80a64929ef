namespace Nacre.Tools.Sftp;

/// <summary>What a command was given.</summary>
/// <param name="Command">Its name.</param>
/// <param name="Flags">The letters after dashes, in their order.</param>
/// <param name="Patterns">The words, each a pattern.</param>
/// <param name="Rest">All that follows the name, as it was typed.</param>
/// <param name="StopsAtFailure">Of several files the first that fails is the last.</param>
internal sealed record SftpArguments(string Command, string Flags, IReadOnlyList<string> Patterns, string Rest = "", bool StopsAtFailure = false)
{
    /// <summary>What is typed to go on where this stopped; null where the command can be typed again as a resuming one.</summary>
    public string? GoOn { get; init; }

    public int Count => Patterns.Count;

    /// <summary>A word as a path; patterns in it are not looked for.</summary>
    public string Path(int index) => SftpWords.Literal(Patterns[index]);

    public bool Has(char flag) => Flags.Contains(flag, StringComparison.Ordinal);
}
