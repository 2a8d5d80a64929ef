namespace Nacre.Unix;

/// <summary>The umask of this process, which can be lifted while somebody here gives files exact modes, and which children get all the same.</summary>
/// <remarks>A umask belongs to a process. One that makes files for several sessions, each with a mask of its own, takes that mask off by itself.</remarks>
internal static class FileModeMask
{
    private static readonly Lock Gate = new();
    private static uint? own;
    private static int lifted;

    /// <summary>The umask that this process has when nobody has lifted it. Within another root directory it is known only if it was asked for before.</summary>
    public static uint Own
    {
        get
        {
            lock (Gate)
            {
                if (own is { } known)
                    return known;
                uint found = Prctl.FileModeMask ?? Prctl.SetFileModeMask(0);
                _ = Prctl.SetFileModeMask(found);
                own = found;
                return found;
            }
        }
    }

    /// <summary>Lifts it until what is returned is disposed of.</summary>
    public static IDisposable Lift()
    {
        _ = Own;
        lock (Gate)
        {
            if (lifted++ == 0)
                _ = Prctl.SetFileModeMask(0);
        }
        return new Lifting();
    }

    /// <summary>Has it in force, for the start of a child, until what is returned is disposed of.</summary>
    public static Standing PutBack()
    {
        if (Volatile.Read(ref lifted) == 0)
            return default;
        Gate.Enter();
        if (lifted > 0)
            _ = Prctl.SetFileModeMask(own!.Value);
        return new Standing(true);
    }

    /// <summary>The umask in force.</summary>
    internal readonly ref struct Standing(bool isHeld) : IDisposable
    {
        public void Dispose()
        {
            if (!isHeld)
                return;
            if (lifted > 0)
                _ = Prctl.SetFileModeMask(0);
            Gate.Exit();
        }
    }

    private sealed class Lifting : IDisposable
    {
        private int isOver;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref isOver, 1) != 0)
                return;
            lock (Gate)
            {
                if (--lifted == 0)
                    _ = Prctl.SetFileModeMask(own!.Value);
            }
        }
    }
}
