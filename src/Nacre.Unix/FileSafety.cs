using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Nacre.Unix;

/// <summary>Whether a file is what it has to be before its content is trusted; asked of the open file, not of its name.</summary>
internal static unsafe class FileSafety
{
    private const string Frame = "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@";

    /// <summary>As many as Linux follows in one path.</summary>
    private const int MostLinks = 40;

    /// <summary>
    /// Opens a regular file for reading, with its status. Never waits: a FIFO or a device is opened without blocking and refused.
    /// </summary>
    /// <exception cref="UnixException">It cannot be opened; ELOOP when it is a symbolic link and those are not followed.</exception>
    /// <exception cref="InvalidDataException">It is no regular file, or longer than <paramref name="mostBytes"/>.</exception>
    public static SafeFileHandle Open(string path, long mostBytes, out FileStatus status, bool followsLinks = true)
    {
        int flags = Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK | Libc.O_NOCTTY | (followsLinks ? 0 : Libc.O_NOFOLLOW);
        var file = new SafeFileHandle(Libc.Check(Libc.open(path, flags, 0), path), ownsHandle: true);
        try
        {
            status = FileStatus.OfDescriptor((int)file.DangerousGetHandle());
            if (!status.IsRegularFile)
                throw new InvalidDataException($"{path} is not a regular file");
            if (status.Size > mostBytes)
                throw new InvalidDataException($"{path} is too large: {status.Size} bytes, at most {mostBytes} are read");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens a file of whatever kind for reading, with its status. Opening never waits, and reading a FIFO waits for those who write to it already:
    /// one without a writer is empty.
    /// </summary>
    /// <exception cref="UnixException">It cannot be opened.</exception>
    public static SafeFileHandle OpenAnyKind(string path, out FileStatus status)
    {
        var file = new SafeFileHandle(Libc.Check(Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC | Libc.O_NONBLOCK | Libc.O_NOCTTY, 0), path), ownsHandle: true);
        try
        {
            int descriptor = (int)file.DangerousGetHandle();
            status = FileStatus.OfDescriptor(descriptor);
            Libc.Check(Libc.fcntl(descriptor, Libc.F_SETFL, 0), path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads a whole regular file into pinned memory, for the caller to zero if it is secret.</summary>
    /// <inheritdoc cref="Open"/>
    public static byte[] Read(string path, int mostBytes, out FileStatus status, bool followsLinks = true)
    {
        using SafeFileHandle file = Open(path, mostBytes, out status, followsLinks);
        byte[] content = GC.AllocateUninitializedArray<byte>((int)status.Size, pinned: true);
        int length = 0;
        while (length < content.Length)
        {
            int count = RandomAccess.Read(file, content.AsSpan(length), length);
            if (count == 0)
                break;
            length += count;
        }
        if (length == content.Length)
            return content;

        // It was cut short while it was read.
        byte[] shorter = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        content.AsSpan(0, length).CopyTo(shorter);
        content.AsSpan().Clear();
        return shorter;
    }

    /// <summary>
    /// Why a private key file must not be used, in OpenSSH's words; null when it may be. Only a file of one's own is judged: root's
    /// keys in a shared place are root's business.
    /// </summary>
    public static string? FindExposure(string path, FileStatus status)
    {
        const uint groupAndOthers = 0b000_111_111;
        if (status.Uid != Users.CurrentUid || (status.Mode & groupAndOthers) == 0)
            return null;
        return string.Join('\n',
            Frame,
            "@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @",
            Frame,
            $"Permissions {Convert.ToString(status.Mode & 0b111_111_111, 8).PadLeft(4, '0')} for '{path}' are too open.",
            "It is required that your private key files are NOT accessible by others.",
            "This private key will be ignored.");
    }

    /// <summary>
    /// Why a file must not be believed about a user (StrictModes), null when it may be: the file and every directory above it, up to
    /// the user's home or the root, belong to root or the user and nobody else may write them.
    /// </summary>
    public static string? FindUnsafePath(string path, FileStatus status, string home, uint uid)
    {
        if (RealPath(path) is not { } real)
            return UnixException.FromLast($"realpath {path} failed").Message;
        if (!status.IsRegularFile)
            return $"{real} is not a regular file";
        if (!IsTrusted(status, uid))
            return $"bad ownership or modes for file {real}";

        string? realHome = RealPath(home);
        for (string? directory = Path.GetDirectoryName(real); directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (!FileStatus.TryOfPath(directory, out FileStatus above) || !IsTrusted(above, uid))
                return $"bad ownership or modes for directory {directory}";
            if (directory == realHome)
                break;
        }
        return null;
    }

    /// <summary>The path without links and dots; null, with the reason in <see cref="Libc.LastErrno"/>, when it leads nowhere.</summary>
    public static string? RealPath(string path)
    {
        byte* resolved = Libc.realpath(path, null);
        if (resolved is null)
            return null;
        string text = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(resolved));
        Libc.free(resolved);
        return text;
    }

    /// <summary>Where a path leads through symbolic links, whether or not there is a file; the path itself where its directory is missing.</summary>
    /// <remarks>
    /// As the system goes: what the base library resolves loses the directory of a link that was named without one, and takes <c>..</c> behind a
    /// link to a directory for the directory that the link is in.
    /// </remarks>
    /// <exception cref="UnixException">ELOOP: the links lead in a circle.</exception>
    public static string FinalTarget(string path)
    {
        for (int links = 0; links <= MostLinks; links++)
        {
            string name = Path.GetFileName(path);
            string directory = path[..^name.Length];
            if (name is "" or "." or ".." || RealPath(directory.Length == 0 ? "." : directory) is not { } real)
                return path;
            path = Path.Join(real, name);
            if (new FileInfo(path).LinkTarget is not { } next)
                return path;
            path = next.StartsWith('/') ? next : Path.Join(real, next);
        }
        throw new UnixException(Errno.ELOOP, path);
    }

    private static bool IsTrusted(FileStatus status, uint uid) =>
        (status.Uid == 0 || status.Uid == uid) && !status.IsWritableByOthers;
}
