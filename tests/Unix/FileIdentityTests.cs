using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class FileIdentityTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("nacre").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void A_file_that_only_root_may_read_is_refused_while_a_user_s_rights_are_assumed()
    {
        Assert.SkipUnless(Users.IsRoot, "needs root: takes on a user's rights");
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_001_001);
        string secret = Path.Join(directory, "secret");
        File.WriteAllText(secret, "root's");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead);

        using (FileIdentity.Assume(Users.Find("nobody")!))
        {
            Assert.Equal(Errno.EACCES, Assert.Throws<UnixException>(() => FileSafety.Read(secret, 100, out _)).Errno);
        }

        Assert.Equal("root's"u8.ToArray(), FileSafety.Read(secret, 100, out _));
    }

    [Fact]
    public async Task Other_threads_keep_their_rights()
    {
        Assert.SkipUnless(Users.IsRoot, "needs root: takes on a user's rights");
        string secret = Path.Join(directory, "secret");
        File.WriteAllText(secret, "root's");
        File.SetUnixFileMode(secret, UnixFileMode.UserRead);
        using var isAssumed = new ManualResetEventSlim();
        using var isRead = new ManualResetEventSlim();
        Task other = Task.Factory.StartNew(
            () =>
            {
                using FileIdentity identity = FileIdentity.Assume(Users.Find("nobody")!);
                isAssumed.Set();
                isRead.Wait(TestContext.Current.CancellationToken);
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        isAssumed.Wait(TestContext.Current.CancellationToken);
        Assert.Equal("root's"u8.ToArray(), FileSafety.Read(secret, 100, out _));
        isRead.Set();
        await other;
    }
}
