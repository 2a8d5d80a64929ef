// Types that touch the outer world on purpose, so that the tests can show that the rules find it.
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Tests.Architecture.Offenders.Impure;

internal sealed class Socket
{
    public System.Net.Sockets.Socket? Inner { get; set; }
}

internal sealed class ConsoleWriter
{
    public static void Write() => Console.Out.Flush();
}

internal sealed class ProcessStarter
{
    public static async Task<int> StartAsync()
    {
        using var process = Process.Start("true");
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}

internal sealed class FileReader
{
    public static byte[] Read() => File.ReadAllBytes("/dev/null");
}

internal sealed class FileHandleKeeper
{
    public SafeFileHandle? Handle { get; set; }
}

internal sealed class Clock
{
    public static DateTime Now => DateTime.UtcNow;
}

internal sealed class TickCounter
{
    public static long Now => Environment.TickCount64;
}

internal sealed class TimeKeeper(TimeProvider time)
{
    public long Now => time.GetTimestamp();
}

internal sealed class Delayer
{
    public static async Task DelayAsync(CancellationToken ct) => await Task.Delay(1, ct);
}

internal sealed class LateCanceller
{
    public static CancellationTokenSource Later() => new(TimeSpan.FromDays(1));
}

internal sealed class ThreadStarter
{
    public static Thread Make() => new(() => { });
}

internal sealed class TaskRunner
{
    public static Task RunAsync() => Task.Run(() => { });
}

internal sealed class Waiter
{
    public static SemaphoreSlim Make() => new(1);
}

internal sealed class EnvironmentReader
{
    public static string? Home => Environment.GetEnvironmentVariable("HOME");
}

internal sealed class Innocent
{
    private readonly Lock guard = new();
    private readonly TaskCompletionSource source = new();
    private readonly CancellationTokenSource cancellation = new();

    public async ValueTask WaitAsync(CancellationToken ct)
    {
        lock (guard)
        {
            cancellation.Cancel();
        }

        await source.Task;
        ct.ThrowIfCancellationRequested();
    }

    public static IEnumerable<int> Count()
    {
        yield return 1;
    }
}
