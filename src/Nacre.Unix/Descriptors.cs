using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>Makes descriptors, all of them closed on exec: pipes, socket pairs, duplicates.</summary>
internal static unsafe class Descriptors
{
    /// <summary>Makes a pipe; with <paramref name="capacityBytes"/> it asks for that much room and takes what the system allows.</summary>
    public static (SafeFileHandle Reading, SafeFileHandle Writing) CreatePipe(int capacityBytes = 0)
    {
        int* ends = stackalloc int[2];
        Libc.Check(Libc.pipe2(ends, Libc.O_CLOEXEC), "create a pipe");
        var writing = new SafeFileHandle(ends[1], ownsHandle: true);
        if (capacityBytes > 0)
            TryEnlargePipe(writing, capacityBytes);
        return (new SafeFileHandle(ends[0], ownsHandle: true), writing);
    }

    /// <summary>Asks for more room in a pipe: 1 MiB is what an unprivileged user may have. False when it is no pipe or not allowed.</summary>
    public static bool TryEnlargePipe(SafeFileHandle pipe, int capacityBytes)
    {
        bool held = false;
        try
        {
            pipe.DangerousAddRef(ref held);
            return Libc.fcntl((int)pipe.DangerousGetHandle(), Libc.F_SETPIPE_SZ, capacityBytes) != -1;
        }
        finally
        {
            if (held)
                pipe.DangerousRelease();
        }
    }

    /// <summary>Makes a pair of connected stream sockets.</summary>
    public static (SafeFileHandle First, SafeFileHandle Second) CreateSocketPair() => CreateSocketPair(Libc.SOCK_STREAM);

    /// <summary>Makes a pair of connected sockets that keep the bounds of messages and say when the other end is gone.</summary>
    public static (SafeFileHandle First, SafeFileHandle Second) CreateMessageSocketPair() => CreateSocketPair(Libc.SOCK_SEQPACKET);

    /// <summary>A second descriptor of the same open file.</summary>
    public static SafeFileHandle Duplicate(int descriptor) => Duplicate(descriptor, 0);

    /// <summary>A second descriptor of the same open file, numbered <paramref name="lowest"/> or higher.</summary>
    public static SafeFileHandle Duplicate(int descriptor, int lowest)
    {
        int copy = Libc.Check(Libc.fcntl(descriptor, Libc.F_DUPFD_CLOEXEC, lowest), $"duplicate descriptor {descriptor}");
        return new SafeFileHandle(copy, ownsHandle: true);
    }

    /// <summary>A descriptor that this process was started with, which it does not own and will not close.</summary>
    public static SafeFileHandle Inherited(int descriptor) => new(descriptor, ownsHandle: false);

    /// <summary>Takes over a descriptor that this process was started with: it is closed on exec and when disposed.</summary>
    public static SafeFileHandle Adopt(int descriptor)
    {
        const int closeOnExec = 1;
        Libc.Check(Libc.fcntl(descriptor, Libc.F_SETFD, closeOnExec), $"adopt descriptor {descriptor}");
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Points the standard descriptors from <paramref name="first"/> to <paramref name="last"/> at /dev/null, as daemon(3) does.</summary>
    public static void PointAtNull(int first = 0, int last = 2)
    {
        int nowhere = Libc.Check(Libc.open("/dev/null", Libc.O_RDWR | Libc.O_CLOEXEC, 0), "open /dev/null");
        for (int descriptor = first; descriptor <= last; descriptor++)
            Libc.Check(Libc.dup2(nowhere, descriptor), $"point descriptor {descriptor} at /dev/null");
        if (nowhere > 2)
            _ = Libc.close(nowhere);
    }

    /// <summary>
    /// Opens the pipe or terminal behind a descriptor once more, for reading: O_NONBLOCK is then ours to set, as it belongs to the open file, and
    /// nobody shares this one. Null for anything else, and where the system does not allow it.
    /// </summary>
    public static SafeFileHandle? TryReopen(int descriptor)
    {
        bool isPipe = FileStatus.TryOfDescriptor(descriptor, out FileStatus status) && status.IsFifo;
        if (!isPipe && !IsTerminal(descriptor))
            return null;
        int own = Libc.open($"/proc/self/fd/{descriptor}", Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_NOCTTY | Libc.O_CLOEXEC, 0);
        return own == -1 ? null : new SafeFileHandle(own, ownsHandle: true);
    }

    /// <summary>Writes all of it, and waits until there is room.</summary>
    public static void Write(SafeFileHandle handle, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            for (int written = 0; written < bytes.Length;)
            {
                nint count = Libc.write((int)handle.DangerousGetHandle(), first + written, (nuint)(bytes.Length - written));
                if (count < 0 && Libc.LastErrno != Errno.EINTR)
                    throw UnixException.FromLast("write");
                written += (int)Math.Max(0, count);
            }
        }
    }

    /// <summary>Whether a descriptor is a terminal.</summary>
    public static bool IsTerminal(int descriptor) => Libc.isatty(descriptor) == 1;

    /// <summary>Moves a descriptor out of its handle, which is then closed without closing the descriptor.</summary>
    internal static int Release(SafeFileHandle handle)
    {
        ObjectDisposedException.ThrowIf(handle.IsClosed || handle.IsInvalid, handle);
        int descriptor = (int)handle.DangerousGetHandle();
        handle.SetHandleAsInvalid();
        return descriptor;
    }

    private static (SafeFileHandle First, SafeFileHandle Second) CreateSocketPair(int type)
    {
        int* ends = stackalloc int[2];
        Libc.Check(Libc.socketpair(Libc.AF_UNIX, type | Libc.SOCK_CLOEXEC, 0, ends), "create a socket pair");
        return (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true));
    }
}
