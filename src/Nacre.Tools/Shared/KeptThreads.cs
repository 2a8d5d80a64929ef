namespace Nacre.Tools.Shared;

/// <summary>Has the threads that a server needs there from its start and for good.</summary>
/// <remarks>
/// The runtime ends a process that wants another thread of the pool and gets none, and by itself lets threads go that have had nothing to do for
/// twenty seconds. So a server would end just when the machine has no room for another process or thread.
/// </remarks>
internal static class KeptThreads
{
    /// <summary>Starts one for each processor; to be called before anything else uses the pool.</summary>
    /// <param name="areAll">True for a process in which nothing blocks, so that it never needs more.</param>
    public static void Start(bool areAll)
    {
        int count = Environment.ProcessorCount;
        AppContext.SetData("System.Threading.ThreadPool.ThreadsToKeepAlive", count);
        AppContext.SetData("System.Threading.ThreadPool.HillClimbing.Disable", true);
        using var present = new Barrier(count + 1);
        int left = count;
        for (int i = 0; i < count; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    present.SignalAndWait();
                    Interlocked.Decrement(ref left);
                },
                null);
        }

        present.SignalAndWait();
        ThreadPool.GetMaxThreads(out _, out int completionPorts);
        if (areAll) ThreadPool.SetMaxThreads(count, completionPorts);
        SpinWait.SpinUntil(() => Volatile.Read(ref left) == 0);

        // The thread of the timers is another one.
        using var timer = new Timer(static _ => { }, null, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
    }
}
