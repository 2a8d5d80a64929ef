using System.Runtime.InteropServices;

namespace Nacre.Unix;

/// <summary>What a program is started with: <see cref="Spawn"/> turns it into one posix_spawn.</summary>
internal sealed class ProgramStart
{
    /// <summary>
    /// The executable of this very process. Not its path: a user may be unable to enter the directory that it is installed in, and an update may
    /// have put another file there, which speaks another version of what processes of ours say to each other.
    /// </summary>
    public const string OwnExecutable = "/proc/self/exe";

    /// <summary>The executable; looked for in PATH when <see cref="IsSearched"/> is set and it has no slash.</summary>
    public required string Path { get; init; }

    /// <summary>The arguments, from argv[0] on.</summary>
    public required CStrings Arguments { get; init; }

    /// <summary>The environment; null hands on what this process was started with.</summary>
    public CStrings? Environment { get; init; }

    /// <summary>Where the program starts; null keeps the current directory. It must be there: ask <see cref="Spawn.CanEnter"/> first.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The child's standard input; null is /dev/null.</summary>
    public SafeHandle? Input { get; init; }

    /// <summary>The child's standard output; null is /dev/null.</summary>
    public SafeHandle? Output { get; init; }

    /// <summary>The child's standard error; null is /dev/null.</summary>
    public SafeHandle? Error { get; init; }

    /// <summary>The descriptors that the child has as 3, 4 and so on. It has no others.</summary>
    public IReadOnlyList<SafeHandle> Extra { get; init; } = [];

    /// <summary>A terminal that the child opens as its standard input, output and error; it leads a new session with it.</summary>
    public string? ControllingTerminal { get; init; }

    /// <summary>The directory that the terminal's name is looked for in, where its whole path leads nowhere; null for the path.</summary>
    public SafeHandle? TerminalDirectory { get; init; }

    /// <summary>The child leads a session, and so a process group, of its own.</summary>
    public bool LeadsSession { get; init; }

    /// <summary>The child leads a process group of its own, in our session.</summary>
    public bool LeadsGroup { get; init; }

    /// <summary>Ctrl-C at our terminal is not the child's business: it starts with SIGINT ignored.</summary>
    public bool IgnoresInterrupts { get; init; }

    /// <summary>Look in PATH for an executable that is named without a slash.</summary>
    public bool IsSearched { get; init; }
}
