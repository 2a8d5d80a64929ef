using System.Runtime.CompilerServices;

namespace Nacre.Unix;

/// <summary>The soft limit of open files (RLIMIT_NOFILE) that this process was started with, and hands on to its children.</summary>
/// <remarks>
/// CoreCLR raises the soft limit to the hard one before any managed code runs, and a program that closes every descriptor up to
/// its limit then takes seconds to start. A program compiled ahead of time does no such thing. What the limit was before is known
/// only to whoever started us: so the parent is asked, and where it may not be asked the usual 1,024 is taken.
/// </remarks>
internal static unsafe class OpenFileLimit
{
    private const ulong Usual = 1024;

    private static readonly Lock Gate = new();
    private static readonly Lazy<ulong> InheritedSoft = new(FindInherited);

    // The starts of a process that nothing was raised for need not wait for each other.
    private static volatile bool isRaised = RuntimeFeature.IsDynamicCodeCompiled;

    /// <summary>The soft limit that this process was started with, as well as can be known.</summary>
    public static ulong Inherited => InheritedSoft.Value;

    /// <summary>The soft and the hard limit as they are now.</summary>
    public static (ulong Soft, ulong Hard) Current
    {
        get
        {
            Libc.ResourceLimit limit;
            Libc.Check(Libc.prlimit(0, Libc.RLIMIT_NOFILE, null, &limit), "read the limit of open files");
            return (limit.Soft, limit.Hard);
        }
    }

    /// <summary>Sets the soft limit of this process, at most to its hard limit.</summary>
    public static void SetSoft(ulong soft)
    {
        ulong hard = Current.Hard;
        var limit = new Libc.ResourceLimit { Soft = Math.Min(soft, hard), Hard = hard };
        Libc.Check(Libc.prlimit(0, Libc.RLIMIT_NOFILE, &limit, null), "set the limit of open files");
    }

    /// <summary>Raises the soft limit of this process to its hard one, for a server that has a descriptor and more for each connection; children have the one before.</summary>
    public static void Raise()
    {
        // Asked for while it can be.
        _ = Inherited;
        isRaised = true;
        SetSoft(ulong.MaxValue);
    }

    /// <summary>
    /// Runs what starts a child while this process has its inherited limit back, which the child then copies. Descriptors that are
    /// open stay open, but another thread is refused new ones above the limit meanwhile. So a process that has so many open that
    /// this could happen keeps its limit, and the child's is set just after it has started.
    /// </summary>
    internal static int WhileInherited<TStart>(ref TStart start)
        where TStart : struct, IStart, allows ref struct
    {
        if (!isRaised)
            return start.Run();

        lock (Gate)
        {
            ulong raised = Current.Soft;
            if (raised <= Inherited)
                return start.Run();
            if (!HasRoomBelowInherited())
                return RunThenLower(ref start);
            SetSoft(Inherited);
            try
            {
                return start.Run();
            }
            finally
            {
                SetSoft(raised);
            }
        }
    }

    /// <summary>The kernel gives out the lowest free number: where that is low, no thread comes near the limit within a millisecond.</summary>
    private static bool HasRoomBelowInherited()
    {
        int lowest = Libc.eventfd(0, Libc.EFD_CLOEXEC);
        if (lowest != -1)
            _ = Libc.close(lowest);
        return lowest != -1 && (ulong)lowest < Inherited / 2;
    }

    private static int RunThenLower<TStart>(ref TStart start)
        where TStart : struct, IStart, allows ref struct
    {
        int error = start.Run();
        var limit = new Libc.ResourceLimit { Soft = Inherited, Hard = Current.Hard };
        if (error == 0)
            _ = Libc.prlimit(start.Pid, Libc.RLIMIT_NOFILE, &limit, null);
        return error;
    }

    private static ulong FindInherited()
    {
        (ulong soft, ulong hard) = Current;
        if (!RuntimeFeature.IsDynamicCodeCompiled || soft < hard)
            return soft;

        Libc.ResourceLimit parent;
        bool isKnown = Libc.prlimit(Libc.getppid(), Libc.RLIMIT_NOFILE, null, &parent) == 0;
        return Math.Min(isKnown ? parent.Soft : Usual, hard);
    }

    /// <summary>The call that starts a child.</summary>
    internal interface IStart
    {
        /// <summary>The pid of the child that was started.</summary>
        int Pid { get; }

        /// <summary>Starts it; 0 or an error number.</summary>
        int Run();
    }
}
