using System.Diagnostics.CodeAnalysis;

namespace Nacre.Unix;

/// <summary>Gives up the ids of this process for those of a user, in a way that cannot be undone, or ends the process.</summary>
internal static unsafe class Privileges
{
    private const uint Unchanged = uint.MaxValue;

    /// <summary>Drops to an account with all groups that it belongs to.</summary>
    public static void DropForGood(UserAccount account) => DropForGood(account.Uid, account.Gid, Users.GroupsOf(account));

    /// <summary>
    /// Takes on a user's ids in every thread: groups, real, effective and saved gid and uid. Then it tries to go back, and aborts
    /// the process if that succeeds. A process that is not root may only "drop" to what it is already.
    /// </summary>
    /// <exception cref="UnixException">The ids could not be changed; the process must not go on to serve the user.</exception>
    public static void DropForGood(uint uid, uint gid, ReadOnlySpan<uint> groups)
    {
        if (uid == Unchanged || gid == Unchanged)
            throw new UnixException(Errno.EINVAL, $"drop privileges to uid {uid}, gid {gid}");

        uint formerGid = Libc.getegid();
        bool mayChangeGroups = Users.IsRoot;
        if (mayChangeGroups)
            TakeGroups(groups);
        Libc.Check(Libc.setresgid(gid, gid, gid), $"setresgid {gid}");
        Libc.Check(Libc.setresuid(uid, uid, uid), $"setresuid {uid}");
        AbortIfNotDropped(uid, gid, formerGid, mayChangeGroups ? groups : null);
    }

    /// <summary>Ends the process unless it has these ids and no others, and cannot get others back.</summary>
    internal static void AbortIfNotDropped(uint uid, uint gid, uint formerGid, ReadOnlySpan<uint> groups)
    {
        uint real, effective, saved;
        if (Libc.getresuid(&real, &effective, &saved) != 0 || real != uid || effective != uid || saved != uid)
            Abort("the uid was not taken on");
        if (Libc.getresgid(&real, &effective, &saved) != 0 || real != gid || effective != gid || saved != gid)
            Abort("the gid was not taken on");
        if (!groups.IsEmpty && !HasExactly(groups))
            Abort("the groups were not taken on");

        // Root may always go anywhere; for everybody else each of these must fail.
        if (uid == 0)
            return;
        if (Libc.setuid(0) != -1 || Libc.seteuid(0) != -1 || Libc.setresuid(Unchanged, 0, Unchanged) != -1)
            Abort("the uid of root could be taken back");
        if (formerGid != gid && (Libc.setgid(formerGid) != -1 || Libc.setegid(formerGid) != -1))
            Abort("the former gid could be taken back");
        if (Libc.setgroups(0, null) != -1)
            Abort("groups can still be changed");
    }

    /// <summary>Takes on supplementary groups, as root, and keeps all else.</summary>
    public static void TakeGroups(ReadOnlySpan<uint> groups)
    {
        fixed (uint* first = groups)
            Libc.Check(Libc.setgroups((nuint)groups.Length, first), "setgroups");
    }

    /// <summary>Makes a directory the root of all that this process can name; only root can.</summary>
    public static void ChangeRoot(string directory)
    {
        Libc.Check(Libc.chdir(directory), $"chdir {directory}");
        Libc.Check(Libc.chroot("."), $"chroot {directory}");
        Libc.Check(Libc.chdir("/"), "chdir /");
    }

    private static bool HasExactly(ReadOnlySpan<uint> groups)
    {
        uint[] present = Users.CurrentGroups;
        foreach (uint group in groups)
        {
            if (!present.Contains(group))
                return false;
        }
        foreach (uint group in present)
        {
            if (!groups.Contains(group))
                return false;
        }
        return true;
    }

    [DoesNotReturn]
    private static void Abort(string reason) => Environment.FailFast($"Privileges were not dropped: {reason}.");
}
