using System.Runtime.CompilerServices;

namespace Nacre.Unix;

/// <summary>Moves an asynchronous method to a thread of the pool.</summary>
/// <remarks>
/// A program may let the thread that waits for sockets run what waited for them, which saves a switch of threads each time. What may block or
/// takes long must leave that thread first: nothing else is heard of while it runs there.
/// </remarks>
internal static class PoolThread
{
    /// <summary>To be awaited: what follows runs on a thread of the pool, at once where it is on one already.</summary>
    public static ConfiguredTaskAwaitable EnterAsync() =>
        Thread.CurrentThread.IsThreadPoolThread ? Task.CompletedTask.ConfigureAwait(false) : SwitchAsync();

    /// <summary>To be awaited: what follows runs on a thread of the pool that has nothing else to finish.</summary>
    public static ConfiguredTaskAwaitable SwitchAsync() => Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
}
