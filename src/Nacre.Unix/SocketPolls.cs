using System.Runtime.InteropServices;

namespace Nacre.Unix;

/// <summary>The epoll descriptors by which the runtime waits for this process's sockets: a socket that another process goes on with can be taken from them.</summary>
/// <remarks>
/// The runtime relies on the kernel, which forgets what is closed. But it does so only when every process has closed it: until then, each packet of a connection
/// that was handed over would wake the process that has nothing to do with it any more.
/// </remarks>
internal static class SocketPolls
{
    private const string Directory = "/proc/self/fd";
    private const string Name = "anon_inode:[eventpoll]";

    private static readonly Lazy<int[]> All = new(Find);

    /// <summary>Finds them, after the first socket has been waited for and while this process sees /proc.</summary>
    public static void Learn() => _ = All.Value;

    /// <summary>Takes out a socket, which this process will not wait for again and is about to close.</summary>
    public static unsafe void Forget(SafeHandle socket)
    {
        bool isHeld = false;
        try
        {
            socket.DangerousAddRef(ref isHeld);

            // It is in one of them, or in none.
            foreach (int each in All.Value) _ = Libc.epoll_ctl(each, Libc.EPOLL_CTL_DEL, (int)socket.DangerousGetHandle(), null);
        }
        finally
        {
            if (isHeld) socket.DangerousRelease();
        }
    }

    private static int[] Find()
    {
        try
        {
            return [.. new DirectoryInfo(Directory).EnumerateFileSystemInfos().Where(file => file.LinkTarget == Name).Select(file => int.Parse(file.Name, System.Globalization.CultureInfo.InvariantCulture))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Without /proc it stays as the runtime leaves it.
            return [];
        }
    }
}
