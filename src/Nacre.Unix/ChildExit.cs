namespace Nacre.Unix;

/// <summary>How a child ended: with an exit status, or by a signal.</summary>
/// <param name="Status">The exit status, 0 to 255; 0 when a signal ended it.</param>
/// <param name="Signal">The signal that ended it; none when it exited by itself.</param>
/// <param name="DumpedCore">Whether the signal left a core dump.</param>
internal readonly record struct ChildExit(int Status, UnixSignal Signal, bool DumpedCore)
{
    public bool IsBySignal => Signal != UnixSignal.None;

    /// <summary>The status as a shell gives it: 128 and the number of the signal, where one ended it.</summary>
    public int ShellStatus => IsBySignal ? 128 + (int)Signal : Status;
}
