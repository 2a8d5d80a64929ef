using Nacre.Protocol.Sftp;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Sftp.Serving;

/// <summary>One well-formed request for each row of the table, which would do something if it were done. A new row without a sample fails every test that takes one.</summary>
/// <param name="File">A handle of the file "file", which is open to read and, where the session may, to write.</param>
/// <param name="Other">A handle of the file "other", likewise.</param>
/// <param name="Directory">A handle of the directory "d".</param>
internal sealed record SampleRequests(byte[] File, byte[] Other, byte[] Directory)
{
    private const uint Id = 5;

    private static readonly SftpAttributes Mode = new() { Permissions = 0b110_000_000 };

    /// <summary>Makes the files that the samples are about.</summary>
    public static void Prepare(TemporaryDirectory directory)
    {
        directory.Write("file", "some text");
        directory.Write("other", "");
        System.IO.Directory.CreateDirectory(directory["d"]);
        System.IO.Directory.CreateDirectory(directory["empty"]);
        System.IO.File.CreateSymbolicLink(directory["link"], "file");
    }

    /// <summary>Opens what the samples need; a handle that may not be opened is one that there is not.</summary>
    public static async Task<SampleRequests> OpenAsync(RawSftp raw, bool isReadOnly = false)
    {
        SftpOpenFlags flags = isReadOnly ? SftpOpenFlags.Read : SftpOpenFlags.Read | SftpOpenFlags.Write;
        return new SampleRequests(
            await TryHandleAsync(raw, Open("file", flags)),
            await TryHandleAsync(raw, Open("other", flags)),
            await TryHandleAsync(raw, RawSftp.Encode(new SftpOpenDir { Id = Id, Path = "d"u8 })));
    }

    public static byte[] Open(string path, SftpOpenFlags flags) =>
        RawSftp.Encode(new SftpOpen { Id = Id, Path = RawSftp.Utf8(path), Flags = (uint)flags, Attributes = new SftpAttributes() });

    /// <summary>The sample of a row.</summary>
    public byte[] Of(string name) => name switch
    {
        "open" => Open("file", SftpOpenFlags.Read),
        "close" => RawSftp.Encode(new SftpClose { Id = Id, Handle = Directory }),
        "read" => RawSftp.Encode(new SftpRead { Id = Id, Handle = File, Length = 4 }),
        "write" => RawSftp.Encode(new SftpWrite { Id = Id, Handle = File, Data = "x"u8 }),
        "lstat" => RawSftp.Encode(new SftpLStat { Id = Id, Path = "file"u8 }),
        "fstat" => RawSftp.Encode(new SftpFStat { Id = Id, Handle = File }),
        "setstat" => RawSftp.Encode(new SftpSetStat { Id = Id, Path = "file"u8, Attributes = Mode }),
        "fsetstat" => RawSftp.Encode(new SftpFSetStat { Id = Id, Handle = File, Attributes = Mode }),
        "opendir" => RawSftp.Encode(new SftpOpenDir { Id = Id, Path = "d"u8 }),
        "readdir" => RawSftp.Encode(new SftpReadDir { Id = Id, Handle = Directory }),
        "remove" => RawSftp.Encode(new SftpRemove { Id = Id, Path = "link"u8 }),
        "mkdir" => RawSftp.Encode(new SftpMkDir { Id = Id, Path = "made"u8, Attributes = new SftpAttributes() }),
        "rmdir" => RawSftp.Encode(new SftpRmDir { Id = Id, Path = "empty"u8 }),
        "realpath" => RawSftp.Encode(new SftpRealPath { Id = Id, Path = "."u8 }),
        "stat" => RawSftp.Encode(new SftpStat { Id = Id, Path = "file"u8 }),
        "rename" => RawSftp.Encode(new SftpRename { Id = Id, OldPath = "file"u8, NewPath = "renamed"u8 }),
        "readlink" => RawSftp.Encode(new SftpReadLink { Id = Id, Path = "link"u8 }),
        "symlink" => RawSftp.Encode(new SftpSymLink { Id = Id, Target = "file"u8, Link = "soft"u8 }),
        _ => Extended(name),
    };

    private byte[] Extended(string name) => name switch
    {
        "posix-rename" => RawSftp.Extended("posix-rename@openssh.com", new SftpTwoPaths { OldPath = "file"u8, NewPath = "other"u8 }, Id),
        "statvfs" => RawSftp.Extended("statvfs@openssh.com", new SftpPathOnly { Path = "."u8 }, Id),
        "fstatvfs" => RawSftp.Extended("fstatvfs@openssh.com", new SftpHandleOnly { Handle = File }, Id),
        "hardlink" => RawSftp.Extended("hardlink@openssh.com", new SftpTwoPaths { OldPath = "file"u8, NewPath = "hard"u8 }, Id),
        "fsync" => RawSftp.Extended("fsync@openssh.com", new SftpHandleOnly { Handle = File }, Id),
        "lsetstat" => RawSftp.Extended("lsetstat@openssh.com", new SftpPathAndAttributes { Path = "file"u8, Attributes = Mode }, Id),
        "limits" => RawSftp.Encode(new SftpExtended { Id = Id, Name = "limits@openssh.com"u8 }),
        "expand-path" => RawSftp.Extended("expand-path@openssh.com", new SftpPathOnly { Path = "~/file"u8 }, Id),
        "copy-data" => RawSftp.Extended("copy-data", new SftpCopyData { ReadHandle = File, WriteHandle = Other }, Id),
        "home-directory" => RawSftp.Extended("home-directory", new SftpHomeDirectory { User = ""u8 }, Id),
        "users-groups-by-id" => RawSftp.Extended("users-groups-by-id@openssh.com", new SftpUserGroupNumbers { Users = [0, 0, 0, 0], Groups = [0, 0, 0, 0] }, Id),
        "check-file-handle" => RawSftp.Extended("check-file-handle", new SftpCheckFileHandle { Handle = File, Algorithms = "sha256"u8 }, Id),
        "check-file-name" => RawSftp.Extended("check-file-name", new SftpCheckFileName { Path = "file"u8, Algorithms = "sha256"u8 }, Id),
        _ => throw new InvalidOperationException($"there is no sample of the request {name}: add one here"),
    };

    private static async Task<byte[]> TryHandleAsync(RawSftp raw, byte[] request)
    {
        byte[] reply = await raw.AskAsync(request);
        return reply[0] == (byte)SftpMessageType.Handle ? Protocol.Wire.Message.ReadRecord<SftpHandle>(reply.AsSpan(1)).Handle.ToArray() : "none"u8.ToArray();
    }
}
