using System.Runtime.InteropServices;
using System.Text;

namespace Nacre.Unix;

/// <summary>The accounts and groups of this machine, as its name service knows them, and who this process is.</summary>
internal static unsafe class Users
{
    private const int FirstBufferBytes = 1024;
    private const int LargestBufferBytes = 1 << 20;
    private const int MostGroups = 65536; // NGROUPS_MAX

    public static uint CurrentUid => Libc.getuid();

    public static uint EffectiveUid => Libc.geteuid();

    public static uint CurrentGid => Libc.getgid();

    public static bool IsRoot => EffectiveUid == 0;

    /// <summary>The account that this process runs as; null when the database has no line for its uid.</summary>
    public static UserAccount? Current => Find(CurrentUid);

    /// <summary>The supplementary groups of this process.</summary>
    public static uint[] CurrentGroups
    {
        get
        {
            int count = Libc.Check(Libc.getgroups(0, null), "read the groups of this process");
            var groups = new uint[count];
            fixed (uint* first = groups)
                Libc.Check(Libc.getgroups(count, first), "read the groups of this process");
            return groups;
        }
    }

    /// <summary>The name of this machine.</summary>
    public static string HostName
    {
        get
        {
            const int longest = 256;
            byte* name = stackalloc byte[longest];
            Libc.Check(Libc.gethostname(name, longest - 1), "read the name of this machine");
            name[longest - 1] = 0;
            return Text(name);
        }
    }

    /// <summary>The account of a name; null when there is none.</summary>
    public static UserAccount? Find(string name)
    {
        if (!IsPossibleName(name))
            return null;
        return Look($"look up user {name}", (buffer, capacity) =>
        {
            Libc.Passwd entry;
            Libc.Passwd* found;
            int error = Libc.getpwnam_r(name, &entry, buffer, capacity, &found);
            return (error, found is null ? null : Account(found));
        });
    }

    /// <summary>The account of a uid; null when there is none.</summary>
    public static UserAccount? Find(uint uid) => Look($"look up uid {uid}", (buffer, capacity) =>
    {
        Libc.Passwd entry;
        Libc.Passwd* found;
        int error = Libc.getpwuid_r(uid, &entry, buffer, capacity, &found);
        return (error, found is null ? null : Account(found));
    });

    /// <summary>The group of a name; null when there is none.</summary>
    public static UserGroup? FindGroup(string name)
    {
        if (!IsPossibleName(name))
            return null;
        return Look($"look up group {name}", (buffer, capacity) =>
        {
            Libc.GroupEntry entry;
            Libc.GroupEntry* found;
            int error = Libc.getgrnam_r(name, &entry, buffer, capacity, &found);
            return (error, found is null ? null : Group(found));
        });
    }

    /// <summary>The group of a gid; null when there is none.</summary>
    public static UserGroup? FindGroup(uint gid) => Look($"look up gid {gid}", (buffer, capacity) =>
    {
        Libc.GroupEntry entry;
        Libc.GroupEntry* found;
        int error = Libc.getgrgid_r(gid, &entry, buffer, capacity, &found);
        return (error, found is null ? null : Group(found));
    });

    /// <summary>The line of the shadow file for a name; null when there is none or when this process may not read it.</summary>
    public static ShadowEntry? FindShadow(string name)
    {
        if (!IsPossibleName(name))
            return null;
        return Look($"look up the password of user {name}", (buffer, capacity) =>
        {
            Libc.Shadow entry;
            Libc.Shadow* found;
            int error = Libc.getspnam_r(name, &entry, buffer, capacity, &found);
            return (error, found is null ? null : new ShadowEntry(Text(found->Password), found->LastChange, found->Maximum, found->Expire) { WarnDays = found->Warn });
        });
    }

    /// <summary>All groups that a user belongs to, the primary one first.</summary>
    public static uint[] GroupsOf(UserAccount account) => GroupsOf(account.Name, account.Gid);

    /// <summary>All groups that a user belongs to, with <paramref name="gid"/>, the primary one, first.</summary>
    public static uint[] GroupsOf(string name, uint gid)
    {
        int count = 64;
        while (true)
        {
            var groups = new uint[count];
            int found = count;
            fixed (uint* first = groups)
            {
                if (Libc.getgrouplist(name, gid, first, &found) != -1)
                    return groups[..found];
            }
            if (count >= MostGroups)
                throw new UnixException(Errno.EINVAL, $"list the groups of user {name}");
            count = Math.Clamp(found, count * 2, MostGroups);
        }
    }

    /// <summary>The names of all groups that a user belongs to.</summary>
    public static string[] GroupNamesOf(UserAccount account) =>
        [.. GroupsOf(account).Select(gid => FindGroup(gid)?.Name).OfType<string>()];

    private static bool IsPossibleName(string name) => name.Length > 0 && !name.Contains('\0', StringComparison.Ordinal);

    private delegate (int Error, T? Found) Lookup<T>(byte* buffer, nuint capacity)
        where T : class;

    /// <summary>Runs one of the _r functions with a buffer that grows until the answer fits.</summary>
    private static T? Look<T>(string attempt, Lookup<T> lookup)
        where T : class
    {
        for (int capacity = FirstBufferBytes; ; capacity *= 4)
        {
            byte* buffer = (byte*)NativeMemory.Alloc((nuint)capacity);
            try
            {
                (int error, T? found) = lookup(buffer, (nuint)capacity);
                switch ((Errno)error)
                {
                    case Errno.None:
                        return found;
                    case Errno.ERANGE when capacity < LargestBufferBytes:
                    case Errno.EINTR:
                        break;
                    case Errno.ENOENT or Errno.ESRCH or Errno.EBADF or Errno.EPERM or Errno.EACCES:
                        // getpwnam(3): these too may stand for "not found".
                        return null;
                    default:
                        throw new UnixException((Errno)error, attempt);
                }
            }
            finally
            {
                // A hash may have been in it.
                NativeMemory.Clear(buffer, (nuint)capacity);
                NativeMemory.Free(buffer);
            }
        }
    }

    private static UserAccount Account(Libc.Passwd* entry) =>
        new(Text(entry->Name), entry->Uid, entry->Gid, Text(entry->Gecos), Text(entry->Home), Text(entry->Shell));

    private static UserGroup Group(Libc.GroupEntry* entry)
    {
        var members = new List<string>();
        for (byte** member = entry->Members; member is not null && *member is not null; member++)
            members.Add(Text(*member));
        return new UserGroup(Text(entry->Name), entry->Gid, members);
    }

    private static string Text(byte* text) =>
        text is null ? "" : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
}
