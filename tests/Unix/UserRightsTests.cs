using System.Net.Sockets;
using Nacre.Tests.Interop;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

/// <summary>Sockets that root makes and connects with a user's rights. Where the tests are not root there is one user, and no rights to take on.</summary>
public sealed class UserRightsTests : IDisposable
{
    private const string User = "nobody";

    private readonly TemporaryDirectory _directory = new();
    private readonly UserAccount _account = Users.Find(User) ?? throw new InvalidOperationException($"This machine has no user {User}.");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Only_root_has_the_rights_of_others_to_take_on()
    {
        Assert.Equal(Users.IsRoot, UserRights.Of(_account) is not null);
        Assert.Null(UserRights.Of(Users.Current!));
    }

    [Fact]
    public void A_socket_in_a_users_name_is_the_users_and_so_is_a_connection_to_it()
    {
        UserAccount owner = Users.IsRoot ? _account : Users.Current!;
        UserRights? rights = UserRights.Of(_account);
        string path = Path.Join(_directory.Open("open"), "socket");
        const uint mode = 0b110_000_000;
        using Socket listening = UnixSocket.Listen(path, mode, replaces: false, rights);
        Assert.True(FileStatus.TryOfPath(path, out FileStatus status));
        Assert.Equal((owner.Uid, owner.Gid, mode, true), (status.Uid, status.Gid, status.Mode, status.IsSocket));

        using Socket connected = UnixSocket.Connect(path, rights);
        using Socket accepted = listening.Accept();
        Assert.Equal((owner.Uid, owner.Gid), (PeerCredentials.Of(accepted).Uid, PeerCredentials.Of(accepted).Gid));
        Assert.Equal(Users.IsRoot ? 0 : owner.Uid, Users.EffectiveUid);

        UnixSocket.Remove(path, UnixSocket.IdentityOf(path), rights);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void What_a_user_may_not_do_is_not_done_in_the_users_name()
    {
        UserRights? rights = UserRights.Of(_account);
        string closed = Path.Join(_directory.Path, "closed");
        Directory.CreateDirectory(closed, Users.IsRoot ? UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute : UnixFileMode.None);
        string path = Path.Join(closed, "socket");
        Assert.Equal(Errno.EACCES, Assert.Throws<UnixException>(() => UnixSocket.Listen(path, 0b110_000_000, replaces: true, rights)).Errno);
        Assert.Equal(Errno.EACCES, Assert.Throws<UnixException>(() => UnixSocket.Connect(path, rights)).Errno);

        // The directory is left as the test's own, to be removed.
        File.SetUnixFileMode(closed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task Other_threads_are_who_they_were_all_the_time()
    {
        UserRights? rights = UserRights.Of(_account);
        string directory = _directory.Open("open");
        using var stop = new CancellationTokenSource();
        uint own = Users.EffectiveUid;
        Task<bool> watching = Task.Factory.StartNew(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    if (Users.EffectiveUid != own) return false;
                }

                return true;
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        for (int i = 0; i < 20; i++) UnixSocket.Listen(Path.Join(directory, $"s{i}"), 0b110_000_000, replaces: false, rights).Dispose();
        await stop.CancelAsync();
        Assert.True(await watching);
    }

    [Fact]
    public void A_call_that_fails_ends_the_row_unless_it_may()
    {
        Span<SystemCall> calls = [new(SystemCall.UnlinkAt, -1) { MayFail = true }, new(SystemCall.UnlinkAt, -1), new(SystemCall.UnlinkAt, -1) { MayFail = true }];
        Errno error = UserRights.Make(null, calls);
        Assert.Equal(Errno.EFAULT, error);
        Assert.Equal((Errno.EFAULT, Errno.EFAULT, Errno.None), (calls[0].Error, calls[1].Error, calls[2].Error));
    }
}
