using Nacre.Protocol.Sftp;
using Nacre.Unix;

namespace Nacre.Sftp.Memory;

/// <summary>What a name in a directory in memory leads to: its attributes; what it holds is its kind's.</summary>
internal abstract class MemoryNode(uint kind, uint permissions, long now)
{
    private const uint PermissionMask = 0xfff;

    private readonly Lock _gate = new();
    private uint _permissions = permissions & PermissionMask, _uid, _gid;
    private long _accessed = now, _modified = now;

    /// <summary>The number of names; of a directory its own, its dot, and the dots of those in it.</summary>
    public int Links { get; set; }

    public abstract ulong Size { get; }

    public SftpAttributes Attributes
    {
        get
        {
            lock (_gate)
            {
                return new SftpAttributes
                {
                    Size = Size,
                    Permissions = kind | _permissions,
                    Uid = _uid,
                    Gid = _gid,
                    AccessTime = Seconds(_accessed),
                    ModificationTime = Seconds(_modified),
                };
            }
        }
    }

    /// <summary>Notes that the content changed.</summary>
    public void Touch(long now)
    {
        lock (_gate) _modified = now;
    }

    /// <summary>Sets what the attributes name, but for the size.</summary>
    public Errno Set(SftpAttributes attributes)
    {
        lock (_gate)
        {
            if (attributes is { AccessTime: { } accessed, ModificationTime: { } modified }) (_accessed, _modified) = (accessed, modified);
            if (attributes is { Uid: { } uid, Gid: { } gid }) (_uid, _gid) = (uid, gid);
            if (attributes.Permissions is not { } permissions) return Errno.None;

            // Linux has no permissions of a link itself.
            if (this is MemoryLink) return Errno.EOPNOTSUPP;
            _permissions = permissions & PermissionMask;
            return Errno.None;
        }
    }

    private static uint Seconds(long sinceEpoch) => (uint)Math.Clamp(sinceEpoch, 0, uint.MaxValue);
}
