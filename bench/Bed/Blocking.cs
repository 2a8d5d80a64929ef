namespace Nacre.Bench.Bed;

/// <summary>Runs what blocks on a thread of its own.</summary>
/// <remarks>
/// The bench's own ends wait in the kernel, as a terminal or a plain program does. Asynchronous ones would have threads of the runtime run beside what is measured, which
/// look for more to do when there is nothing, on processors that the contenders need.
/// </remarks>
internal static class Blocking
{
    public static Task<T> RunAsync<T>(Func<T> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public static Task RunAsync(Action work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
