using Nacre.Tests.Interop;
using Nacre.Tools;
using Nacre.Tools.Shared;

namespace Nacre.Tests.Tools.Shared;

public sealed class LogFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_several_write_to_one_file_is_all_in_it()
    {
        using TextWriter one = LogFile.Append(_directory["log"]);
        using TextWriter other = LogFile.Append(_directory["log"]);
        one.Write("first\n");
        other.Write("second\n");
        one.Write("third\n");
        Assert.Equal("first\nsecond\nthird\n", File.ReadAllText(_directory["log"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory["log"]));
    }

    [Fact]
    public void A_file_that_is_cut_while_it_is_written_begins_anew()
    {
        using TextWriter log = LogFile.Append(_directory["log"]);
        log.Write("before\n");
        File.WriteAllText(_directory["log"], "");
        log.Write("after\n");
        Assert.Equal("after\n", File.ReadAllText(_directory["log"]));
    }

    [Fact]
    public void A_file_that_cannot_be_opened_is_named_with_the_reason()
    {
        string path = _directory["missing/log"];
        Assert.Equal($"Couldn't open logfile {path}: No such file or directory", Assert.Throws<FatalException>(() => LogFile.Append(path)).Message);
    }
}
