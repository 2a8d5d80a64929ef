using Nacre.Tests.Interop;
using Nacre.Tools.Sshd.Logins;
using Nacre.Unix;

namespace Nacre.Tests.Tools.Sshd.Logins;

public sealed class ChrootPathTests
{
    [Fact]
    public void Directories_that_are_root_s_alone_may_be_a_root()
    {
        Assert.Null(ChrootPath.FindFault("/"));
        Assert.Null(ChrootPath.FindFault("/usr"));
        Assert.Null(ChrootPath.FindFault("/usr/lib"));
        Assert.Null(ChrootPath.FindFault("/usr/lib/"));
    }

    [Fact]
    public void What_others_may_write_or_is_no_directory_may_not()
    {
        Assert.Equal("chroot path \"tmp\" does not begin at root", ChrootPath.FindFault("tmp"));
        Assert.Equal("bad ownership or modes for chroot directory \"/tmp\"", ChrootPath.FindFault("/tmp"));
        Assert.Equal("bad ownership or modes for chroot directory component \"/tmp\"", ChrootPath.FindFault("/tmp/x"));
        Assert.Equal("chroot path \"/etc/passwd\" is not a directory", ChrootPath.FindFault("/etc/passwd"));
        Assert.StartsWith("stat(\"/usr/no-such-thing\"): ", ChrootPath.FindFault("/usr/no-such-thing"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_that_belongs_to_somebody_else_may_not()
    {
        Assert.SkipUnless(TestUser.IsRoot, "needs root: gives a directory away");
        string directory = Path.Join("/var/lib", $"nacre-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Path.Join(directory, "below"));
        try
        {
            Assert.Null(ChrootPath.FindFault(Path.Join(directory, "below")));
            Libc.Check(Libc.chown(directory, (uint)TestUser.Id, 0), "chown");
            Assert.Equal($"bad ownership or modes for chroot directory component \"{directory}\"", ChrootPath.FindFault(Path.Join(directory, "below")));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
