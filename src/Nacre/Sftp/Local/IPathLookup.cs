using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Sftp.Local;

/// <summary>Finds what an absolute path leads to, in the part of the machine that is shown.</summary>
internal interface IPathLookup
{
    /// <summary>Opens a file, with the flags of open(2).</summary>
    Errno Open(PathBytes path, int flags, uint mode, out SafeFileHandle file);

    /// <summary>Finds a file whose attributes are asked or set; the place has to be disposed of, whatever the outcome.</summary>
    Errno Find(PathBytes path, bool followsLinks, out Place place);

    /// <summary>Finds a name in its directory, where it need not be; the place has to be disposed of, whatever the outcome.</summary>
    Errno FindEntry(PathBytes path, out Place place);
}
