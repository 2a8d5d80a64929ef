using Nacre.Protocol.Sftp;

namespace Nacre.Sftp.Transfers;

/// <summary>Judges a source that ended before its size was reached.</summary>
internal static class SourceLength
{
    /// <summary>The files of /sys say a page and hold a few bytes; so may others up to this size.</summary>
    private const ulong SmallPretender = 64 * 1024;

    /// <summary>Throws unless the size that is said now explains it: one as small as ever that was never true.</summary>
    /// <param name="path">The source.</param>
    /// <param name="copied">The bytes that it had.</param>
    /// <param name="size">The size that was said before.</param>
    /// <param name="now">The size that is said now.</param>
    /// <exception cref="SftpException">The source has lost bytes.</exception>
    public static void Check(string path, long copied, long size, ulong? now)
    {
        bool wasNeverTrue = now == (ulong)size && now <= SmallPretender;
        if (!wasNeverTrue) throw new SftpException(SftpStatusCode.Failure, $"file shrank while it was copied: {copied} bytes of {size}", path);
    }
}
