namespace Nacre.Unix;

/// <summary>A user's program that runs: its end can be awaited, and it can be signalled until then.</summary>
internal interface IRunningProgram
{
    int Pid { get; }

    /// <summary>Completes when the program has ended, whether or not what it started still runs.</summary>
    Task<ChildExit> Exited { get; }

    /// <summary>True once the program has ended, and then <see cref="Exited"/> is complete: this asks, where that waits to be told.</summary>
    bool HasExited { get; }

    /// <summary>Signals the program with its whole process group. False when it has ended.</summary>
    bool Signal(UnixSignal signal);
}
