using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>Reads the names in an open directory, a buffer of them at a time however many there are.</summary>
internal sealed unsafe class DirectoryReader(SafeFileHandle directory) : IDisposable
{
    // struct linux_dirent64: inode, offset, length of the record, type, name.
    private const int LengthAt = 16, NameAt = 19;

    // A session may have a thousand directories open.
    private readonly byte[] buffer = ArrayPool<byte>.Shared.Rent(8 * 1024);
    private int next, end;

    /// <summary>The open directory.</summary>
    public SafeFileHandle Directory => directory;

    /// <summary>The next name, which is good until the next call; empty at the end.</summary>
    public Errno Next(out PathBytes name)
    {
        name = PathBytes.Empty;
        if (next == end)
        {
            fixed (byte* entries = buffer)
            {
                nint count = Libc.getdents64(directory, entries, (nuint)buffer.Length);
                if (count == -1) return Libc.LastErrno;
                (next, end) = (0, (int)count);
            }

            if (end == 0) return Errno.None;
        }

        ReadOnlySpan<byte> entry = buffer.AsSpan(next, end - next);
        ushort length = MemoryMarshal.Read<ushort>(entry[LengthAt..]);
        ReadOnlySpan<byte> rest = entry[NameAt..length];
        name = new PathBytes(rest[..(rest.IndexOf((byte)0) + 1)]);
        next += length;
        return Errno.None;
    }

    public void Dispose()
    {
        directory.Dispose();
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
