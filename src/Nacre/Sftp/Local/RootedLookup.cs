using Microsoft.Win32.SafeHandles;
using Nacre.Protocol.Sftp;
using Nacre.Unix;

namespace Nacre.Sftp.Local;

/// <summary>Paths below one directory, which nothing leads out of.</summary>
/// <remarks>
/// The kernel does the whole lookup, links and dots included, with the directory as its root, and gives a descriptor: there is no moment between a check
/// and a use. What is then done to a name is done below the descriptor of its directory, by calls that follow no link.
/// </remarks>
internal sealed class RootedLookup : IPathLookup
{
    private readonly SafeFileHandle _root;

    public RootedLookup(string root)
    {
        Errno error = FilesAt.Open(FilesAt.WorkingDirectory, PathBytes.Of(FileNameText.Encode(root)), Libc.O_PATH | Libc.O_DIRECTORY, 0, out _root);
        if (error != Errno.None) throw new UnixException(error, root);
        error = FilesAt.OpenInRoot(_root, PathBytes.Of("/"u8), Libc.O_PATH | Libc.O_DIRECTORY, 0, out SafeFileHandle probe);
        probe.Dispose();
        if (error == Errno.None) return;
        _root.Dispose();
        throw new PlatformNotSupportedException(
            $"Files cannot be kept below {root}: the system call openat2 (Linux 5.6) says \"{UnixException.Describe(error)}\". Use a newer kernel, or allow the call where a filter forbids it.");
    }

    public Errno Open(PathBytes path, int flags, uint mode, out SafeFileHandle file) => FilesAt.OpenInRoot(_root, path, flags, mode, out file);

    public Errno Find(PathBytes path, bool followsLinks, out Place place)
    {
        Errno error = Open(path, Libc.O_PATH | (followsLinks ? 0 : Libc.O_NOFOLLOW), 0, out SafeFileHandle file);
        place = new Place(file, PathBytes.Empty, isOwned: true);
        return error;
    }

    public Errno FindEntry(PathBytes path, out Place place)
    {
        ReadOnlySpan<byte> bytes = path.Bytes;
        int end = bytes.LastIndexOfAnyExcept((byte)'/') + 1;
        int start = bytes[..end].LastIndexOf((byte)'/') + 1;

        // What ends in dots is a directory under a name of its own, so that no name below a descriptor ever leads upwards. The calls then refuse a dot.
        bool isDots = bytes[start..end] is [] or [(byte)'.'] or [(byte)'.', (byte)'.'];
        PathBytes above = isDots ? path : PathBytes.Of(bytes[..start]);
        PathBytes name = isDots ? PathBytes.Of("."u8) : new PathBytes(path.Terminated[start..]);
        Errno error = Open(above, Libc.O_PATH | Libc.O_DIRECTORY, 0, out SafeFileHandle directory);
        place = new Place(directory, name, isOwned: true);
        return error;
    }
}
