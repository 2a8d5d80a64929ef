using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>System calls on an open file, at an offset and never at a position; each tells its error.</summary>
internal static unsafe class OpenFile
{
    /// <summary>Parts that one system call writes.</summary>
    private const int MostParts = 32;

    /// <summary>Reads at an offset as much as there is; 0 bytes at the end.</summary>
    public static Errno Read(SafeFileHandle file, Span<byte> buffer, long offset, out int count)
    {
        fixed (byte* bytes = buffer)
        {
            nint read;
            do read = Libc.pread(file, bytes, (nuint)buffer.Length, offset);
            while (read == -1 && Libc.LastErrno == Errno.EINTR);
            count = (int)Math.Max(0, read);
            return read == -1 ? Libc.LastErrno : Errno.None;
        }
    }

    /// <summary>Writes all bytes, of many parts with few system calls; to the end of a file that was opened with O_APPEND.</summary>
    public static Errno Write(SafeFileHandle file, ReadOnlySequence<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            Errno error = WriteSome(file, bytes, offset, out long written);
            if (error == Errno.EINTR) continue;
            if (error != Errno.None) return error;
            if (written == 0) return Errno.EIO;
            bytes = bytes.Slice(written);
            offset += written;
        }

        return Errno.None;
    }

    /// <summary>Copies within the kernel, where it can, at most as much as is asked for; 0 bytes at the end.</summary>
    public static Errno Copy(SafeFileHandle from, long fromOffset, SafeFileHandle to, long toOffset, long length, out long copied)
    {
        nint count = Libc.copy_file_range(from, &fromOffset, to, &toOffset, (nuint)length, 0);
        copied = Math.Max(0, count);
        return count == -1 ? Libc.LastErrno : Errno.None;
    }

    /// <summary>Finds the next stretch that is no hole; ENXIO when there is none.</summary>
    public static Errno FindData(SafeFileHandle file, long offset, out long start, out long end)
    {
        end = -1;
        start = Libc.lseek(file, offset, Libc.SEEK_DATA);
        if (start != -1) end = Libc.lseek(file, start, Libc.SEEK_HOLE);
        return end == -1 ? Libc.LastErrno : Errno.None;
    }

    public static Errno SetLength(SafeFileHandle file, long length) => FilesAt.Outcome(Libc.ftruncate(file, length));

    public static Errno Sync(SafeFileHandle file) => FilesAt.Outcome(Libc.fsync(file));

    public static Errno SetMode(SafeFileHandle file, uint mode) => FilesAt.Outcome(Libc.fchmod(file, mode));

    public static Errno SetOwner(SafeFileHandle file, uint uid, uint gid) => FilesAt.Outcome(Libc.fchown(file, uid, gid));

    /// <summary>Sets when the file was last read and changed, in seconds since 1970.</summary>
    public static Errno SetTimes(SafeFileHandle file, long accessed, long modified)
    {
        Libc.Timespec* times = stackalloc Libc.Timespec[2];
        (times[0], times[1]) = (new Libc.Timespec { Seconds = accessed }, new Libc.Timespec { Seconds = modified });
        return FilesAt.Outcome(Libc.futimens(file, times));
    }

    /// <summary>How full the file system is that holds the file, which may have been opened with O_PATH.</summary>
    public static Errno Statistics(SafeFileHandle file, out Libc.StatvfsBuffer figures) => FilesAt.Outcome(Libc.fstatvfs(file, out figures));

    private static Errno WriteSome(SafeFileHandle file, ReadOnlySequence<byte> bytes, long offset, out long written) =>
        bytes.IsSingleSegment ? WritePart(file, bytes.FirstSpan, offset, out written) : WriteParts(file, bytes, offset, out written);

    private static Errno WritePart(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset, out long written)
    {
        fixed (byte* start = bytes)
        {
            var part = new Libc.IoVector { Base = start, Length = (nuint)bytes.Length };
            return Written(Libc.pwritev(file, &part, 1, offset), out written);
        }
    }

    private static Errno WriteParts(SafeFileHandle file, ReadOnlySequence<byte> bytes, long offset, out long written)
    {
        Libc.IoVector* parts = stackalloc Libc.IoVector[MostParts];
        var room = default(PinnedParts);
        Span<MemoryHandle> pins = room;
        int count = 0;
        try
        {
            foreach (ReadOnlyMemory<byte> part in bytes)
            {
                if (count == MostParts) break;
                if (part.IsEmpty) continue;
                pins[count] = part.Pin();
                parts[count] = new Libc.IoVector { Base = (byte*)pins[count].Pointer, Length = (nuint)part.Length };
                count++;
            }

            return Written(Libc.pwritev(file, parts, count, offset), out written);
        }
        finally
        {
            for (int i = 0; i < count; i++) pins[i].Dispose();
        }
    }

    private static Errno Written(nint result, out long written)
    {
        written = Math.Max(0, result);
        return result == -1 ? Libc.LastErrno : Errno.None;
    }

    [System.Runtime.CompilerServices.InlineArray(MostParts)]
    private struct PinnedParts
    {
        private MemoryHandle first;
    }
}
