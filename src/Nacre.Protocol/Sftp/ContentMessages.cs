using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Sftp;

/// <summary>The fields of copy-data (draft-ietf-secsh-filexfer-extensions-00 section 7); a length of 0 copies to the end of the file.</summary>
internal ref struct SftpCopyData : ISftpRecord<SftpCopyData>
{
    public ReadOnlySpan<byte> ReadHandle;
    public ulong ReadOffset;
    public ulong Length;
    public ReadOnlySpan<byte> WriteHandle;
    public ulong WriteOffset;

    public static void Fields<V>(ref V visit, ref SftpCopyData message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.ReadHandle, SftpLimits.MaxHandle);
        visit.UInt64(ref message.ReadOffset);
        visit.UInt64(ref message.Length);
        visit.String(ref message.WriteHandle, SftpLimits.MaxHandle);
        visit.UInt64(ref message.WriteOffset);
    }
}

/// <summary>The fields of check-file-handle (draft-ietf-secsh-filexfer-extensions-00 section 3): a length of 0 is to the end of the file, a block size of 0 one hash of all.</summary>
internal ref struct SftpCheckFileHandle : ISftpRecord<SftpCheckFileHandle>
{
    public ReadOnlySpan<byte> Handle;
    public ReadOnlySpan<byte> Algorithms;
    public ulong StartOffset;
    public ulong Length;
    public uint BlockSize;

    public static void Fields<V>(ref V visit, ref SftpCheckFileHandle message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.Handle, SftpLimits.MaxHandle);
        visit.Text(ref message.Algorithms);
        visit.UInt64(ref message.StartOffset);
        visit.UInt64(ref message.Length);
        visit.UInt32(ref message.BlockSize);
    }
}

/// <summary>The fields of check-file-name, as those of <see cref="SftpCheckFileHandle"/>.</summary>
internal ref struct SftpCheckFileName : ISftpRecord<SftpCheckFileName>
{
    public ReadOnlySpan<byte> Path;
    public ReadOnlySpan<byte> Algorithms;
    public ulong StartOffset;
    public ulong Length;
    public uint BlockSize;

    public static void Fields<V>(ref V visit, ref SftpCheckFileName message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Path);
        visit.Text(ref message.Algorithms);
        visit.UInt64(ref message.StartOffset);
        visit.UInt64(ref message.Length);
        visit.UInt32(ref message.BlockSize);
    }
}

/// <summary>The answer to check-file-handle and check-file-name: the first of the algorithms that the server has, and a hash of each block, one behind the other.</summary>
internal ref struct SftpCheckFileReply : ISftpRecord<SftpCheckFileReply>
{
    public ReadOnlySpan<byte> Algorithm;
    public ReadOnlySpan<byte> Hashes;

    public static void Fields<V>(ref V visit, ref SftpCheckFileReply message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Algorithm);
        visit.Rest(ref message.Hashes);
    }
}
