using System.Text;
using Nacre.Protocol.Sftp;

namespace Nacre.Sftp.Serving;

/// <summary>Every request that is served, in OpenSSH's order.</summary>
internal static class RequestTable
{
    public static readonly ServedRequest[] All =
    [
        new("open", SftpMessageType.Open, RequestEffect.ByFlags, FileRequests.OpenAsync),
        new("close", SftpMessageType.Close, RequestEffect.Shows, FileRequests.CloseAsync),
        new("read", SftpMessageType.Read, RequestEffect.Shows, FileRequests.ReadAsync),
        new("write", SftpMessageType.Write, RequestEffect.Changes, FileRequests.WriteAsync),
        new("lstat", SftpMessageType.LStat, RequestEffect.Shows, AttributeRequests.LStatAsync),
        new("fstat", SftpMessageType.FStat, RequestEffect.Shows, AttributeRequests.FStatAsync),
        new("setstat", SftpMessageType.SetStat, RequestEffect.Changes, AttributeRequests.SetStatAsync),
        new("fsetstat", SftpMessageType.FSetStat, RequestEffect.Changes, AttributeRequests.FSetStatAsync),
        new("opendir", SftpMessageType.OpenDir, RequestEffect.Shows, DirectoryRequests.OpenDirAsync),
        new("readdir", SftpMessageType.ReadDir, RequestEffect.Shows, DirectoryRequests.ReadDirAsync),
        new("remove", SftpMessageType.Remove, RequestEffect.Changes, NameRequests.RemoveAsync),
        new("mkdir", SftpMessageType.MkDir, RequestEffect.Changes, DirectoryRequests.MkDirAsync),
        new("rmdir", SftpMessageType.RmDir, RequestEffect.Changes, DirectoryRequests.RmDirAsync),
        new("realpath", SftpMessageType.RealPath, RequestEffect.Shows, NameRequests.RealPathAsync),
        new("stat", SftpMessageType.Stat, RequestEffect.Shows, AttributeRequests.StatAsync),
        new("rename", SftpMessageType.Rename, RequestEffect.Changes, NameRequests.RenameAsync),
        new("readlink", SftpMessageType.ReadLink, RequestEffect.Shows, NameRequests.ReadLinkAsync),
        new("symlink", SftpMessageType.SymLink, RequestEffect.Changes, NameRequests.SymLinkAsync),
        Extended("posix-rename", "posix-rename@openssh.com", "1", RequestEffect.Changes, NameRequests.PosixRenameAsync),
        Extended("statvfs", "statvfs@openssh.com", "2", RequestEffect.Shows, FigureRequests.StatvfsAsync),
        Extended("fstatvfs", "fstatvfs@openssh.com", "2", RequestEffect.Shows, FigureRequests.FStatvfsAsync),
        Extended("hardlink", "hardlink@openssh.com", "1", RequestEffect.Changes, NameRequests.HardLinkAsync),
        Extended("fsync", "fsync@openssh.com", "1", RequestEffect.Changes, FileRequests.FSyncAsync),
        Extended("lsetstat", "lsetstat@openssh.com", "1", RequestEffect.Changes, AttributeRequests.LSetStatAsync),
        Extended("limits", "limits@openssh.com", "1", RequestEffect.Shows, FigureRequests.LimitsAsync),
        Extended("expand-path", "expand-path@openssh.com", "1", RequestEffect.Shows, NameRequests.ExpandPathAsync),
        Extended("copy-data", "copy-data", "1", RequestEffect.Changes, CopyData.CopyAsync),
        Extended("home-directory", "home-directory", "1", RequestEffect.Shows, AccountRequests.HomeDirectoryAsync),
        Extended("users-groups-by-id", "users-groups-by-id@openssh.com", "1", RequestEffect.Shows, AccountRequests.UsersGroupsByIdAsync),
        Extended("check-file-handle", "check-file-handle", CheckFile.Algorithms, RequestEffect.Shows, CheckFile.HandleAsync) with { AdvertisedAs = "check-file" },
        Extended("check-file-name", "check-file-name", CheckFile.Algorithms, RequestEffect.Shows, CheckFile.NameAsync) with { AdvertisedAs = "check-file" },
    ];

    private static readonly int[] PlainRows = [.. Enumerable.Range(0, 256).Select(type => Array.FindIndex(All, row => row.Extension.Length == 0 && (int)row.Type == type))];

    private static readonly (byte[] Name, int Row)[] ExtendedRows =
        [.. All.Select((row, index) => (Encoding.ASCII.GetBytes(row.Extension), index)).Where(row => row.Item1.Length > 0)];

    /// <summary>The row of a request that is not extended; -1 when there is none.</summary>
    public static int Find(SftpMessageType type) => PlainRows[(byte)type];

    /// <summary>The row of an extended request; -1 when there is none.</summary>
    public static int Find(ReadOnlySpan<byte> extension)
    {
        foreach ((byte[] name, int row) in ExtendedRows)
        {
            if (extension.SequenceEqual(name)) return row;
        }

        return -1;
    }

    private static ServedRequest Extended(string name, string extension, string version, RequestEffect effect, RequestMethod method) =>
        new(name, SftpMessageType.Extended, effect, method) { Extension = extension, Version = version };
}
