namespace Nacre.Unix;

/// <summary>While it lives, the thread that made it opens files with a user's rights and no more, in a process that is root.</summary>
/// <remarks>
/// The file system ids of Linux belong to a thread, so other threads are not touched; nothing may be awaited meanwhile. What root could open and
/// the user could not, a link that the user has laid leads to in vain. In a process that is not root it changes nothing.
/// </remarks>
internal readonly ref struct FileIdentity : IDisposable
{
    private readonly bool isAssumed;

    private FileIdentity(bool isAssumed) => this.isAssumed = isAssumed;

    /// <summary>Takes a user's rights on.</summary>
    public static FileIdentity Assume(UserAccount account)
    {
        if (!Users.IsRoot)
            return default;
        Set(account.Uid, account.Gid);
        return new FileIdentity(true);
    }

    public void Dispose()
    {
        if (isAssumed)
            Set(Libc.geteuid(), Libc.getegid());
    }

    // The group goes first to leave root and last to come back, for only root may change it.
    private static void Set(uint uid, uint gid)
    {
        const uint nobody = uint.MaxValue;
        if (uid != 0)
            _ = Libc.setfsgid(gid);
        _ = Libc.setfsuid(uid);
        if (uid == 0)
            _ = Libc.setfsgid(gid);

        // Neither call tells of a failure but by what the ids are afterwards.
        if (Libc.setfsuid(nobody) != (int)uid || Libc.setfsgid(nobody) != (int)gid)
            Environment.FailFast("The file system ids of a thread could not be changed.");
    }
}
