using Nacre.Protocol.Sftp;
using Nacre.Unix;

namespace Nacre.Sftp.Local;

/// <summary>What SFTP says of the attributes and figures that the system gives.</summary>
internal static class LocalAttributes
{
    /// <summary>The attributes that a status tells.</summary>
    public static SftpAttributes Of(in FileStatus status) => new()
    {
        Size = (ulong)status.Size,
        Permissions = status.KindAndMode,
        Uid = status.Uid,
        Gid = status.Gid,
        AccessTime = Seconds(status.AccessTime),
        ModificationTime = Seconds(status.ModificationTime),
    };

    /// <summary>The figures that statvfs(3) tells.</summary>
    public static FileSystemStatistics Of(in Libc.StatvfsBuffer figures) => new()
    {
        BlockSize = figures.BlockSize,
        FragmentSize = figures.FragmentSize,
        Blocks = figures.Blocks,
        FreeBlocks = figures.FreeBlocks,
        AvailableBlocks = figures.AvailableBlocks,
        Files = figures.Files,
        FreeFiles = figures.FreeFiles,
        AvailableFiles = figures.AvailableFiles,
        FileSystemId = figures.FileSystemId,
        IsReadOnly = (figures.Flags & Libc.ST_RDONLY) != 0,
        IgnoresSetUserId = (figures.Flags & Libc.ST_NOSUID) != 0,
        MaxNameLength = figures.MaxNameLength,
    };

    /// <summary>A time as SFTP counts it, from 1970 to 2106.</summary>
    public static uint Seconds(long sinceEpoch) => (uint)Math.Clamp(sinceEpoch, 0, uint.MaxValue);
}
