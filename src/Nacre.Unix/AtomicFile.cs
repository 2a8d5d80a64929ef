using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>Writes a file so that its name never leads to a half of it, and nobody sees a byte that its mode does not allow.</summary>
internal static unsafe class AtomicFile
{
    private const int TagBytes = 6;

    /// <summary>
    /// Writes to a new file beside it, with its mode from the first byte, makes that durable and gives it the name.
    /// </summary>
    /// <param name="path">The name; a symbolic link of that name is itself replaced.</param>
    /// <param name="content">The whole content.</param>
    /// <param name="mode">The permission bits, whatever the umask says.</param>
    /// <param name="replaces">Whether there may be a file of that name, which it then replaces.</param>
    /// <exception cref="UnixException">It could not be written; EEXIST when there is one that is not to be replaced.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, uint mode, bool replaces = true)
    {
        string directory = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        string temporary = Path.Join(directory, $".{Path.GetFileName(path)}.{RandomNumberGenerator.GetHexString(TagBytes * 2, lowercase: true)}");
        const int flags = Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC;
        int descriptor = Libc.Check(Libc.open(temporary, flags | Libc.O_NOFOLLOW, mode), $"write {path}");
        try
        {
            using (var file = new SafeFileHandle(descriptor, ownsHandle: true))
            {
                Libc.Check(Libc.fchmod(file, mode), $"set the mode of {path}");
                WriteAll(descriptor, content, path);
                Libc.Check(Libc.fsync(file), $"write {path}");
            }
            if (replaces)
                Libc.Check(Libc.rename(temporary, path), $"write {path}");
            else
                Libc.Check(Libc.link(temporary, path), $"write {path}");
        }
        finally
        {
            // After a rename it is there no more.
            _ = Libc.unlink(temporary);
        }
        Synchronize(directory);
    }

    private static void WriteAll(int descriptor, ReadOnlySpan<byte> content, string path)
    {
        fixed (byte* bytes = content)
        {
            for (int written = 0; written < content.Length;)
            {
                nint count = Libc.write(descriptor, bytes + written, (nuint)(content.Length - written));
                if (count >= 0)
                    written += (int)count;
                else if (Libc.LastErrno != Errno.EINTR)
                    throw UnixException.FromLast($"write {path}");
            }
        }
    }

    /// <summary>Makes the name durable too, where the file system has a way to.</summary>
    private static void Synchronize(string directory)
    {
        using var file = new SafeFileHandle(Libc.open(directory, Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_DIRECTORY, 0), ownsHandle: true);
        if (!file.IsInvalid)
            _ = Libc.fsync(file);
    }
}
