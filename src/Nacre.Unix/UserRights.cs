using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nacre.Unix;

/// <summary>A user's ids and groups, with which system calls are made while all else in this process, which is root, goes on as root.</summary>
/// <remarks>
/// The effective ids count: for files, and for what a Unix socket tells its other end of who connected. The C library would change them in
/// every thread, the kernel changes them in the one that asks; so each use has a thread of its own. Threads inherit ids, and the runtime
/// may start one for whatever managed code does: between the change and the change back there is nothing but the calls, and no allocation.
/// </remarks>
internal sealed unsafe class UserRights
{
    private const nint Unchanged = -1;
    private const int StackBytes = 256 * 1024;

    private readonly uint[] groups;

    private UserRights(uint uid, uint gid, uint[] groups) => (Uid, Gid, this.groups) = (uid, gid, groups);

    public uint Uid { get; }

    public uint Gid { get; }

    /// <summary>The rights of an account; null where this process has none to give, since it is not root, and where it is root's own.</summary>
    public static UserRights? Of(UserAccount account) =>
        Users.IsRoot && account.Uid != 0 ? new UserRights(account.Uid, account.Gid, Users.GroupsOf(account)) : null;

    /// <summary>Makes the calls in order, up to the first that fails and may not: with these rights, or as this process when there are none.</summary>
    /// <returns>What the first call said that failed and may not; none when all is done.</returns>
    public static Errno Make(UserRights? rights, Span<SystemCall> calls)
    {
        // What native memory holds stays in its place, whatever the collector does meanwhile.
        int count = calls.Length;
        var made = (SystemCall*)NativeMemory.Alloc((nuint)(count * sizeof(SystemCall)));
        try
        {
            calls.CopyTo(new Span<SystemCall>(made, count));
            if (rights is null) Perform(made, count);
            else rights.PerformApart(made, count);
            new Span<SystemCall>(made, count).CopyTo(calls);
        }
        finally
        {
            NativeMemory.Free(made);
        }

        foreach (ref SystemCall call in calls)
        {
            if (call.Error != Errno.None && !call.MayFail) return call.Error;
        }

        return Errno.None;
    }

    private void PerformApart(SystemCall* calls, int count)
    {
        uint[] own = Users.CurrentGroups;
        uint ownUid = Users.EffectiveUid, ownGid = Libc.getegid();
        var error = Errno.None;
        fixed (uint* userGroups = groups, ownGroups = own)
        {
            var taken = stackalloc SystemCall[3]
            {
                new(SystemCall.SetGroups, groups.Length, (nint)userGroups),
                new(SystemCall.SetResGid, Unchanged, (nint)Gid, Unchanged),
                new(SystemCall.SetResUid, Unchanged, (nint)Uid, Unchanged),
            };
            var given = stackalloc SystemCall[3]
            {
                new(SystemCall.SetResUid, Unchanged, (nint)ownUid, Unchanged),
                new(SystemCall.SetResGid, Unchanged, (nint)ownGid, Unchanged),
                new(SystemCall.SetGroups, own.Length, (nint)ownGroups),
            };
            var thread = new Thread(() => error = PerformBetween(taken, calls, count, given), StackBytes) { IsBackground = true, Name = "user's rights" };
            thread.Start();
            thread.Join();
        }

        if (error != Errno.None) throw new UnixException(error, $"take the ids of uid {Uid}");
    }

    // Compiled at once and for good, so that no call of it makes the runtime start its compiler's thread.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Errno PerformBetween(SystemCall* taken, SystemCall* calls, int count, SystemCall* given)
    {
        // Bound before the ids change: a call of a number that the kernel has none for, and where its error is read.
        _ = Libc.RawSystemCall(Unchanged, 0, 0, 0, 0);
        _ = Marshal.GetLastSystemError();

        Errno error = Perform(taken, 3);
        if (error == Errno.None) Perform(calls, count);

        // A thread that kept half of the user's ids would be neither's.
        if (Perform(given, 3) != Errno.None) Environment.FailFast("The ids of a thread could not be changed back.");
        return error;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Errno Perform(SystemCall* calls, int count)
    {
        for (int i = 0; i < count; i++)
        {
            SystemCall* call = calls + i;
            while (true)
            {
                call->Error = Libc.RawSystemCall(call->Number, call->First, call->Second, call->Third, call->Fourth) == -1
                    ? (Errno)Marshal.GetLastSystemError()
                    : Errno.None;
                if (call->Error != Errno.EINTR) break;
            }

            if (call->Error != Errno.None && !call->MayFail) return call->Error;
        }

        return Errno.None;
    }
}
