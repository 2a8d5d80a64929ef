namespace Nacre.Sftp;

/// <summary>Tells and sets what the base library does not of a file: its owner and group.</summary>
internal interface IFileOwnership
{
    /// <summary>The owner's and the group's number, and the number of names; false when there is no such file.</summary>
    bool TryFind(string path, bool followsLinks, out uint uid, out uint gid);

    /// <summary>Gives the file to an owner and a group.</summary>
    void Set(string path, uint uid, uint gid, bool followsLinks);

    /// <summary>What people call an owner.</summary>
    string UserName(uint uid);

    /// <summary>What people call a group.</summary>
    string GroupName(uint gid);
}
