using Nacre.Tests.Interop;
using Nacre.Tools.SshCopyId;

namespace Nacre.Tests.Tools.SshCopyId;

public sealed class KeySourceTests
{
    [Fact]
    public void The_file_that_was_written_last_is_the_default_unless_it_is_a_certificate()
    {
        using var home = new TemporaryDirectory();
        Directory.CreateDirectory(home[".ssh"]);
        Write(home, "id_old.pub", 1);
        Write(home, "id_new.pub", 2);
        Write(home, "id_new-cert.pub", 3);
        Write(home, "other.pub", 4);
        Write(home, "id_new", 5);

        Assert.Equal(home[".ssh/id_new.pub"], KeySource.Newest(home.Path));
    }

    [Fact]
    public void A_home_without_keys_has_no_default()
    {
        using var home = new TemporaryDirectory();

        Assert.Null(KeySource.Newest(home.Path));
    }

    private static void Write(TemporaryDirectory home, string name, int day) =>
        File.SetLastWriteTimeUtc(home.Write($".ssh/{name}", ""), DateTime.UnixEpoch.AddDays(day));
}
