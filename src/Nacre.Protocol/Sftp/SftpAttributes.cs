using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Sftp;

/// <summary>What is known, or is to be set, of a file (draft-ietf-secsh-filexfer-02 section 5); what is null is neither.</summary>
public sealed record SftpAttributes
{
    private const uint HasSize = 1, HasOwner = 2, HasPermissions = 4, HasTimes = 8, HasExtended = 0x80000000;

    /// <summary>More extended attributes than this are refused.</summary>
    private const uint MaxExtended = 64;

    private const uint TypeMask = 0xf000, DirectoryType = 0x4000, RegularType = 0x8000, LinkType = 0xa000;

    /// <summary>The size in bytes.</summary>
    public ulong? Size { get; init; }

    /// <summary>The owner's number; goes with <see cref="Gid"/>.</summary>
    public uint? Uid { get; init; }

    /// <summary>The group's number; goes with <see cref="Uid"/>.</summary>
    public uint? Gid { get; init; }

    /// <summary>The mode of Unix: permissions, and the type of the file where a server tells it.</summary>
    public uint? Permissions { get; init; }

    /// <summary>The time of the last access in seconds since 1970, to 2106; goes with <see cref="ModificationTime"/>.</summary>
    public uint? AccessTime { get; init; }

    /// <summary>The time of the last change in seconds since 1970, to 2106; goes with <see cref="AccessTime"/>.</summary>
    public uint? ModificationTime { get; init; }

    /// <summary>True for a directory.</summary>
    public bool IsDirectory => (Permissions & TypeMask) == DirectoryType;

    /// <summary>True for a regular file.</summary>
    public bool IsRegularFile => (Permissions & TypeMask) == RegularType;

    /// <summary>True for a symbolic link.</summary>
    public bool IsSymbolicLink => (Permissions & TypeMask) == LinkType;

    /// <summary>Walks the attributes' fields: those that are given, or those that are read where none are.</summary>
    internal static void Visit<V>(ref V visit, ref SftpAttributes? attributes)
        where V : IFieldVisitor, allows ref struct
    {
        SftpAttributes given = attributes ?? new SftpAttributes();
        uint flags = given.Flags;
        visit.UInt32(ref flags);
        ulong size = given.Size ?? 0;
        (uint uid, uint gid) = (given.Uid ?? 0, given.Gid ?? 0);
        uint permissions = given.Permissions ?? 0;
        (uint accessed, uint modified) = (given.AccessTime ?? 0, given.ModificationTime ?? 0);
        if ((flags & HasSize) != 0) visit.UInt64(ref size);
        if ((flags & HasOwner) != 0)
        {
            visit.UInt32(ref uid);
            visit.UInt32(ref gid);
        }

        if ((flags & HasPermissions) != 0) visit.UInt32(ref permissions);
        if ((flags & HasTimes) != 0)
        {
            visit.UInt32(ref accessed);
            visit.UInt32(ref modified);
        }

        if ((flags & HasExtended) != 0) SkipExtended(ref visit);
        if (attributes is not null) return;
        attributes = new SftpAttributes
        {
            Size = (flags & HasSize) != 0 ? size : null,
            Uid = (flags & HasOwner) != 0 ? uid : null,
            Gid = (flags & HasOwner) != 0 ? gid : null,
            Permissions = (flags & HasPermissions) != 0 ? permissions : null,
            AccessTime = (flags & HasTimes) != 0 ? accessed : null,
            ModificationTime = (flags & HasTimes) != 0 ? modified : null,
        };
    }

    /// <summary>The bits that say what there is.</summary>
    internal uint Flags => (Size is null ? 0 : HasSize) | (Uid is null || Gid is null ? 0 : HasOwner) | (Permissions is null ? 0 : HasPermissions)
        | (AccessTime is null || ModificationTime is null ? 0 : HasTimes);

    private static void SkipExtended<V>(ref V visit)
        where V : IFieldVisitor, allows ref struct
    {
        uint count = 0;
        visit.UInt32(ref count);
        if (count > MaxExtended) throw new SshViolationException(Violation.FieldMalformed, "Attributes have too many extensions.");
        for (uint i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> ignored = default;
            visit.String(ref ignored);
            visit.String(ref ignored);
        }
    }
}
