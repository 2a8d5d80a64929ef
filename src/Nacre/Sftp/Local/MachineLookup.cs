using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Sftp.Local;

/// <summary>Paths of the whole machine, which system calls take as they are.</summary>
internal sealed class MachineLookup : IPathLookup
{
    public Errno Open(PathBytes path, int flags, uint mode, out SafeFileHandle file) => FilesAt.Open(FilesAt.WorkingDirectory, path, flags, mode, out file);

    public Errno Find(PathBytes path, bool followsLinks, out Place place)
    {
        place = new Place(FilesAt.WorkingDirectory, path, isOwned: false);
        return Errno.None;
    }

    public Errno FindEntry(PathBytes path, out Place place) => Find(path, followsLinks: false, out place);
}
