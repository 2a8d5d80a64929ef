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

    /// <summary>
    /// Runs what starts a child while this process has its inherited limit back, which the child then copies. Descriptors that are
    /// open stay open; only a new one that is numbered above the limit would be refused to another thread meanwhile, so a process
    /// that has so many keeps its limit and the child gets the raised one.
    /// </summary>
    internal static int WhileInherited<TStart>(ref TStart start, int highestDescriptor)
        where TStart : struct, IStart, allows ref struct
    {
        ulong raised = Current.Soft;
        if (raised <= Inherited || (ulong)highestDescriptor + 64 >= Inherited)
            return start.Run();

        lock (Gate)
        {
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
        int Run();
    }
}
