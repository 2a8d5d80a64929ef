using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Sftp;

/// <summary>The answer to limits@openssh.com; 0 means unlimited.</summary>
internal ref struct SftpLimitsReply : ISftpRecord<SftpLimitsReply>
{
    public ulong MaxPacketLength;
    public ulong MaxReadLength;
    public ulong MaxWriteLength;
    public ulong MaxOpenHandles;

    public static void Fields<V>(ref V visit, ref SftpLimitsReply message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt64(ref message.MaxPacketLength);
        visit.UInt64(ref message.MaxReadLength);
        visit.UInt64(ref message.MaxWriteLength);
        visit.UInt64(ref message.MaxOpenHandles);
    }
}

/// <summary>The answer to statvfs@openssh.com and fstatvfs@openssh.com: the figures of statvfs(3), in its order.</summary>
internal ref struct SftpStatisticsReply : ISftpRecord<SftpStatisticsReply>
{
    /// <summary>The bits of <see cref="Flags"/>: nothing can be written; the set-user-id bit has no effect.</summary>
    public const ulong ReadOnly = 1, NoSetUserId = 2;

    public ulong BlockSize;
    public ulong FragmentSize;
    public ulong Blocks;
    public ulong FreeBlocks;
    public ulong AvailableBlocks;
    public ulong Files;
    public ulong FreeFiles;
    public ulong AvailableFiles;
    public ulong FileSystemId;
    public ulong Flags;
    public ulong MaxNameLength;

    public static void Fields<V>(ref V visit, ref SftpStatisticsReply message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt64(ref message.BlockSize);
        visit.UInt64(ref message.FragmentSize);
        visit.UInt64(ref message.Blocks);
        visit.UInt64(ref message.FreeBlocks);
        visit.UInt64(ref message.AvailableBlocks);
        visit.UInt64(ref message.Files);
        visit.UInt64(ref message.FreeFiles);
        visit.UInt64(ref message.AvailableFiles);
        visit.UInt64(ref message.FileSystemId);
        visit.UInt64(ref message.Flags);
        visit.UInt64(ref message.MaxNameLength);
    }
}
