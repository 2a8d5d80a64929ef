using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Unix;

namespace Nacre.Tools.SftpServer;

/// <summary>Owners, groups and hard links of files, from the system.</summary>
internal sealed class UnixOwnership : IFileOwnership, IHardLinks
{
    private readonly Dictionary<uint, string> _users = [];
    private readonly Dictionary<uint, string> _groups = [];

    public bool TryFind(string path, bool followsLinks, out uint uid, out uint gid)
    {
        bool isThere = followsLinks ? FileStatus.TryOfPath(path, out FileStatus status) : FileStatus.TryOfLink(path, out status);
        (uid, gid) = (status.Uid, status.Gid);
        return isThere;
    }

    public void Set(string path, uint uid, uint gid, bool followsLinks) => Translate(path, () => FileLinks.SetOwner(path, uid, gid, followsLinks));

    public void Make(string existing, string added) => Translate(existing, () => FileLinks.MakeHardLink(existing, added));

    public string UserName(uint uid) => NameOf(_users, uid, static number => Users.Find(number)?.Name);

    public string GroupName(uint gid) => NameOf(_groups, gid, static number => Users.FindGroup(number)?.Name);

    private static string NameOf(Dictionary<uint, string> known, uint number, Func<uint, string?> find)
    {
        if (known.TryGetValue(number, out string? name)) return name;
        name = find(number) ?? number.ToString(System.Globalization.CultureInfo.InvariantCulture);
        known.Add(number, name);
        return name;
    }

    private static void Translate(string path, Action action)
    {
        try
        {
            action();
        }
        catch (UnixException error)
        {
            SftpStatusCode code = error.Errno switch
            {
                Errno.ENOENT or Errno.ENOTDIR => SftpStatusCode.NoSuchFile,
                Errno.EPERM or Errno.EACCES => SftpStatusCode.PermissionDenied,
                _ => SftpStatusCode.Failure,
            };
            throw new SftpException(code, path: path, inner: error);
        }
    }
}
