using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Admission;

/// <summary>Says what a process is about to run out of, so that newcomers are turned away while there is still enough for those who are there.</summary>
/// <remarks>
/// The last descriptors are for logins under way: whoever judges without them sees fewer files and groups than there are. Of memory more has to
/// be left, since a runtime that really has none ends its process. What is garbage does not count.
/// </remarks>
internal static class Shortage
{
    private const string OfDescriptors = "out of descriptors";
    private const string OfMemory = "out of memory";

    private const ulong Reserve = 32;
    private static readonly TimeSpan BetweenCollections = TimeSpan.FromSeconds(1);

    private static long lastCollection;

    /// <summary>What there is too little of for another connection, in the words of the log; null when there is enough.</summary>
    /// <param name="newest">The descriptor that this process got last: the system gives out the lowest number that is free.</param>
    public static string? For(SafeHandle newest)
    {
        ulong number = (ulong)newest.DangerousGetHandle();
        if (LeavesTooFew(number, OpenFileLimit.Current.Soft)) return OfDescriptors;
        long most = GC.GetGCMemoryInfo(GCKind.Any).TotalAvailableMemoryBytes;
        return IsTooMuch(GC.GetTotalMemory(forceFullCollection: false), most) && IsTooMuch(WithoutGarbage(), most) ? OfMemory : null;
    }

    /// <summary>True when a descriptor is one of the last that a process may have: 32 of them, or a quarter where there are few in all.</summary>
    public static bool LeavesTooFew(ulong number, ulong limit) => number + Math.Min(Reserve, limit / 4) >= limit;

    /// <summary>True when more than an eighth is used of the memory that the runtime may have: to end all at once, connections take thrice what they have.</summary>
    public static bool IsTooMuch(long used, long most) => used > most / 8;

    /// <summary>True for a failure that is nobody's fault: the machine has not, or may not give, what was needed.</summary>
    public static bool Explains(Exception failure) => failure switch
    {
        OutOfMemoryException => true,
        UnixException { Errno: Errno.EMFILE or Errno.ENFILE or Errno.ENOMEM or Errno.EAGAIN or Errno.ENOSPC or Errno.ENOBUFS } => true,
        SocketException { SocketErrorCode: SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable } => true,
        _ => failure.InnerException is { } inner && Explains(inner),
    };

    // A flood must not make the process do nothing but collect.
    private static long WithoutGarbage()
    {
        long last = Volatile.Read(ref lastCollection), now = Stopwatch.GetTimestamp();
        bool isDue = last == 0 || Stopwatch.GetElapsedTime(last, now) >= BetweenCollections;
        if (isDue && Interlocked.CompareExchange(ref lastCollection, now, last) == last) GC.Collect();
        return GC.GetTotalMemory(forceFullCollection: false);
    }
}
