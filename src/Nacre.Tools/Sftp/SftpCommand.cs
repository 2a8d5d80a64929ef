namespace Nacre.Tools.Sftp;

/// <summary>One command of sftp, declared once: parsing, dispatch, help and completion read it.</summary>
/// <param name="Name">What is typed.</param>
/// <param name="Help">Its lines of the help: what follows the name, and what it does. An alias has none.</param>
/// <param name="Flags">The letters that it takes after a dash.</param>
/// <param name="Operands">What it takes after the flags.</param>
/// <param name="Run">Does it; false when it failed, which has been said.</param>
internal sealed record SftpCommand(string Name, IReadOnlyList<(string Usage, string Text)> Help, string Flags, SftpOperands Operands, Func<SftpArguments, CancellationToken, Task<bool>> Run)
{
    /// <summary>What its first and its second word name, for completion.</summary>
    public (SftpPlace First, SftpPlace Second) Places { get; init; }

    /// <summary>It takes what follows its name as it was typed.</summary>
    public bool IsRaw { get; init; }
}

/// <summary>The operands that a command must have.</summary>
internal enum SftpOperands
{
    /// <summary>None must be there.</summary>
    Any,
    OnePath,
    OnePathAtLeast,
    TwoPaths,
    Number,
    NumberAndPath,
}

/// <summary>Where the file is that a word of a command names.</summary>
internal enum SftpPlace
{
    /// <summary>The word names no file.</summary>
    None,
    Remote,
    Local,
}
