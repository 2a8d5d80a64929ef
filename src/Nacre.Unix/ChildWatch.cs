using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>The one thread that waits for all children of this process, by epoll on their process descriptors.</summary>
/// <remarks>
/// A process descriptor becomes readable when its process ends, so a thousand children cost a thousand descriptors and no thread
/// each, and no SIGCHLD handler that other code in the process could take away.
/// </remarks>
internal sealed unsafe class ChildWatch
{
    private const int ThreadStackBytes = 128 * 1024;
    private const int EventsAtOnce = 64;

    private static readonly Lock Gate = new();
    private static ChildWatch? instance;

    private readonly int epoll;
    private readonly Dictionary<int, ChildProcess> children = [];

    private ChildWatch()
    {
        UnignoreChildSignal();
        epoll = Libc.Check(Libc.epoll_create1(Libc.EPOLL_CLOEXEC), "create an epoll descriptor");
        try
        {
            new Thread(Watch, ThreadStackBytes) { IsBackground = true, Name = "children" }.Start();
        }
        catch (OutOfMemoryException)
        {
            // The runtime's word for a thread that the system does not give.
            _ = Libc.close(epoll);
            throw new UnixException(Errno.EAGAIN, "start a thread");
        }
    }

    /// <summary>Children belong to the process, and so does this.</summary>
    /// <exception cref="UnixException">There is no descriptor or no thread for it now; later there may be.</exception>
    public static ChildWatch Shared
    {
        get
        {
            lock (Gate)
                return instance ??= new ChildWatch();
        }
    }

    /// <summary>x86-64 alone packs struct epoll_event: four bytes of events, then eight of data.</summary>
    private static int DataOffset => RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 4 : 8;

    private static int EntryBytes => DataOffset + 8;

    /// <summary>Watches a child that was just started and that nobody has waited for.</summary>
    /// <exception cref="UnixException">It cannot be watched, for want of a descriptor, and has been ended.</exception>
    public ChildProcess Add(int pid, bool leadsGroup)
    {
        try
        {
            return Watched(pid, leadsGroup);
        }
        catch (UnixException)
        {
            // Nobody would know of it: whoever wanted it is told that it did not start. Its number is its own until it is waited for.
            lock (children)
                children.Remove(pid);
            EndUnwatched(pid);
            throw;
        }
    }

    /// <summary>Ends a child that cannot be watched, and waits for that.</summary>
    internal static void EndUnwatched(int pid)
    {
        const int infoBytes = 128;
        byte* info = stackalloc byte[infoBytes];
        _ = Libc.kill(pid, (int)UnixSignal.KILL);
        _ = Libc.waitid(Libc.P_PID, pid, info, Libc.WEXITED);
    }

    private ChildProcess Watched(int pid, bool leadsGroup)
    {
        int descriptor = Libc.Check(Libc.PidfdOpen(pid), $"open process {pid}");
        var child = new ChildProcess(pid, new SafeFileHandle(descriptor, ownsHandle: true), leadsGroup);
        lock (children)
            children.Add(pid, child);

        byte* entry = stackalloc byte[16];
        *(uint*)entry = Libc.EPOLLIN;
        *(long*)(entry + DataOffset) = pid;
        Libc.Check(Libc.epoll_ctl(epoll, Libc.EPOLL_CTL_ADD, descriptor, entry), $"watch process {pid}");
        return child;
    }

    private void Watch()
    {
        byte* entries = stackalloc byte[EventsAtOnce * 16];
        while (true)
        {
            int count = Libc.epoll_wait(epoll, entries, EventsAtOnce, -1);
            if (count == -1 && Libc.LastErrno != Errno.EINTR)
                throw UnixException.FromLast("wait for children");
            for (int i = 0; i < count; i++)
                End((int)*(long*)(entries + i * EntryBytes + DataOffset));
        }
    }

    /// <summary>Takes the end of a child that has ended, before the thread that waits for it hears of that; false while it runs.</summary>
    public bool TryEnd(ChildProcess child)
    {
        if (child.IsRunning)
            return false;
        End(child.Pid);
        return child.Exited.IsCompleted;
    }

    private void End(int pid)
    {
        // Before it is reaped, while no other process can have its number.
        ChildProcess? child;
        lock (children)
        {
            if (!children.Remove(pid, out child))
                return;
        }
        _ = Libc.epoll_ctl(epoll, Libc.EPOLL_CTL_DEL, child.PidDescriptor, null);
        _ = child.TryReap();
    }

    /// <summary>A parent that ignored SIGCHLD has made us ignore it too, and then the kernel throws exit statuses away.</summary>
    private static void UnignoreChildSignal() => SignalDispositions.UnignoreIfIgnored((int)UnixSignal.CHLD);
}
