using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Tools.Shared;

/// <summary>Lets the threads that wait for this program's sockets run what waited for them, instead of waking a thread of the pool for it each time.</summary>
/// <remarks>
/// The runtime reads this from its own copy of the environment when the first socket waits, and only then. So the variables are there as long as
/// that takes and no program that is started ever has them. What may block leaves such a thread by <see cref="PoolThread"/>.
/// </remarks>
internal static class InlineCompletions
{
    private const string InlineVariable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string ThreadsVariable = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    // What takes long leaves these threads, so that a few serve many connections; and what few threads do needs no switch between processors.
    private const int ProcessorsForSocketThread = 4;

    /// <summary>The same for a server.</summary>
    public static void UseInServer() => Use(threads: Math.Max(1, Environment.ProcessorCount / ProcessorsForSocketThread));

    /// <summary>To be called before anything waits for a socket. Whoever has set one of the variables himself is left in peace.</summary>
    /// <param name="threads">How many threads wait for sockets.</param>
    public static void Use(int threads)
    {
        if (Environment.GetEnvironmentVariable(InlineVariable) is not null || Environment.GetEnvironmentVariable(ThreadsVariable) is not null) return;
        Environment.SetEnvironmentVariable(InlineVariable, "1");
        Environment.SetEnvironmentVariable(ThreadsVariable, threads.ToString(CultureInfo.InvariantCulture));
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        using (writing) _ = WaitForEndAsync(reading);
        Environment.SetEnvironmentVariable(InlineVariable, null);
        Environment.SetEnvironmentVariable(ThreadsVariable, null);
    }

    private static async Task WaitForEndAsync(SafeFileHandle pipe)
    {
        await using var stream = new DescriptorStream(pipe);
        await stream.ReadAsync(new byte[1]).ConfigureAwait(false);
    }
}
