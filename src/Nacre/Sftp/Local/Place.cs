using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Sftp.Local;

/// <summary>What a path leads to, in the form that system calls take: a descriptor, and a name below it or none when it is the thing itself.</summary>
internal readonly ref struct Place(SafeFileHandle directory, PathBytes name, bool isOwned)
{
    /// <summary>The descriptor.</summary>
    public SafeFileHandle Directory { get; } = directory;

    /// <summary>The name; empty when the descriptor is meant.</summary>
    public PathBytes Name { get; } = name;

    /// <summary>Closes a descriptor that was opened for this place.</summary>
    public void Dispose()
    {
        if (isOwned) Directory.Dispose();
    }
}
