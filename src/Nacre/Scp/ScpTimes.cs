using Nacre.Protocol.Sftp;

namespace Nacre.Scp;

/// <summary>The times that a T record gives, in seconds since 1970.</summary>
internal readonly record struct ScpTimes(ulong Modified, ulong Accessed)
{
    /// <summary>As attributes to set; null where a time is later than those can say.</summary>
    public SftpAttributes? ToAttributes() => Modified > uint.MaxValue || Accessed > uint.MaxValue
        ? null
        : new SftpAttributes { ModificationTime = (uint)Modified, AccessTime = (uint)Accessed };
}
