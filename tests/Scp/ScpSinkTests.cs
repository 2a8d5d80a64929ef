using System.Text;
using Nacre.Scp;
using Nacre.Sftp;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Scp;

/// <summary>A sink and whatever a source may say to it. The directory that holds the target is searched for what does not belong there.</summary>
public sealed class ScpSinkTests : IDisposable
{
    private static readonly UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryDirectory _directory = new();
    private readonly string _target;

    public ScpSinkTests() => _target = _directory.Open("target");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_file_goes_into_the_directory()
    {
        (ScpEar ear, string answers, string? end) = await SinkAsync("C0600 5 name\nhello\0");
        Assert.Null(end);
        Assert.Equal("\0\0\0", answers);
        Assert.Equal("hello", File.ReadAllText(_directory["target/name"]));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_directory["target/name"]));
        Assert.Equal([(_directory["target/name"], 5L, 5L)], ear.Files);
    }

    [Theory]
    [InlineData("D0700 0 sub\nC0600 5 name\nhello\0E\n", null)]
    [InlineData("D0700 0 sub\nC0600 5 name\nhello\0", "lost connection")]
    [InlineData("D0700 0 sub\nC0600 5 name\nhell", "lost connection")]
    public async Task A_source_that_leaves_is_judged_by_what_it_has_said(string said, string? expected)
    {
        (_, string? end) = await ScpScript.DeafAsync(Encoding.UTF8.GetBytes(said), _target);
        Assert.Equal(expected, end);
        Assert.StartsWith("hell", File.ReadAllText(_directory["target/sub/name"]));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/abs")]
    [InlineData("a/../../b")]
    [InlineData("a/b")]
    [InlineData("/")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("x\0y")]
    [InlineData("\0")]
    public async Task A_name_that_leads_elsewhere_makes_nothing(string name)
    {
        foreach (string record in new[] { $"C0600 1 {name}\nx\0", $"D0700 0 {name}\nC0600 1 in\nx\0E\n" })
        {
            (_, string answers, string? end) = await SinkAsync(record);
            Assert.Equal($"error: unexpected filename: {name}", end);
            Assert.Equal($"\0\u0001scp: error: unexpected filename: {name}\n", answers);
            AssertOnly();
        }
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/abs")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    public async Task A_name_that_leads_elsewhere_makes_nothing_in_a_directory_either(string name)
    {
        foreach (string record in new[] { $"C0600 1 {name}\nx\0", $"D0700 0 {name}\nE\n" })
        {
            (_, _, string? end) = await SinkAsync("D0700 0 d\n" + record);
            Assert.Equal($"error: unexpected filename: {name}", end);
            AssertOnly("target/d");
        }
    }

    [Theory]
    [InlineData(@"C:\x")]
    [InlineData(@"..\x")]
    [InlineData("x:ads")]
    [InlineData("CON")]
    [InlineData("...")]
    [InlineData("..x")]
    [InlineData("~")]
    [InlineData("-rf")]
    [InlineData("a\tb\u001b[2J")]
    public async Task A_name_that_is_strange_elsewhere_is_a_name(string name)
    {
        (_, _, string? end) = await SinkAsync($"C0600 1 {name}\nx\0");
        Assert.Null(end);
        AssertOnly($"target/{name}");
    }

    [Fact]
    public async Task A_name_longer_than_any_record_ends_the_conversation()
    {
        (_, _, string? end) = await SinkAsync($"C0600 1 {new string('x', 65536)}\nx\0");
        Assert.Equal("protocol error: record too long", end);
        AssertOnly();
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public async Task A_record_may_be_as_long_as_the_limit(int more, bool isRead)
    {
        string start = "C0600 1 ";
        (ScpEar ear, _, string? end) = await SinkAsync(start + new string('x', ScpWire.MaxLineBytes - start.Length + more) + "\n");
        Assert.Equal(isRead ? null : "protocol error: record too long", end);
        Assert.Equal(isRead ? 1 : 0, ear.Complaints.Count);
        AssertOnly();
    }

    [Fact]
    public async Task Directories_without_end_are_refused_where_a_path_becomes_too_long()
    {
        (ScpEar ear, _, string? end) = await SinkAsync(string.Concat(Enumerable.Repeat($"D0700 0 {new string('d', 200)}\n", 30)));
        Assert.Equal("lost connection", end);
        Assert.All(ear.Complaints, line => Assert.EndsWith(": name too long", line, StringComparison.Ordinal));
        Assert.NotEmpty(ear.Complaints);
    }

    [Theory]
    [InlineData("\n", "protocol error: unexpected <newline>")]
    [InlineData("C0600 1 a\nx\0\n", "protocol error: unexpected <newline>")]
    [InlineData("bash: scp: command not found\n", "bash: scp: command not found")]
    [InlineData("C0600 1 a\nx\0bash: scp: command not found\n", "protocol error: expected control record")]
    [InlineData("E\n", "protocol error: expected control record")]
    [InlineData("D0700 0 d\nE\nE\n", "protocol error: expected control record")]
    [InlineData("T1 0 1 0\nT1 0 1 0\n", "protocol error: expected control record")]
    [InlineData("D0700 0 d\nT1 0 1 0\nE\n", "protocol error: expected control record")]
    [InlineData("C0800 1 a\n", "protocol error: bad mode")]
    [InlineData("C0600x1 a\n", "protocol error: mode not delimited")]
    [InlineData("C0600 1\n", "protocol error: size not delimited")]
    [InlineData("C0600 9223372036854775808 a\n", "protocol error: size out of range")]
    [InlineData("T1 0 1\n", "protocol error: atime.sec not delimited")]
    [InlineData("C0600 1 a", "lost connection")]
    [InlineData("C0600 5 a\nxyz", "lost connection")]
    [InlineData("C0600 5 a\nxyzzy", "lost connection")]
    [InlineData("C0600 1 a\nx\u0001", "lost connection")]
    [InlineData("T1 0 1 0\n", "lost connection")]
    [InlineData("D0700 0 d\n", "lost connection")]
    [InlineData("D0700 0 d\nC0600 1 a\nx\0", "lost connection")]
    [InlineData("C0600 1 a\nxno answer\n", "no answer")]
    [InlineData("C0600 1 a\nx\u0002enough\n", "enough")]
    [InlineData("\u0002scp: enough\n", "scp: enough")]
    public async Task A_source_that_breaks_the_protocol_ends_the_conversation(string said, string expected)
    {
        (_, _, string? end) = await SinkAsync(said);
        Assert.Equal(expected, end);
    }

    [Fact]
    public async Task A_warning_is_no_end()
    {
        (ScpEar ear, string answers, string? end) = await SinkAsync("\u0001scp: x: Permission denied\nC0600 1 a\nx\u0001scp: a: went bad\nC0600 1 b\ny\0");
        Assert.Null(end);
        Assert.Equal(["scp: x: Permission denied", "scp: a: went bad"], ear.Complaints);
        Assert.Equal("\0\0\0\0\0", answers);
        AssertOnly("target/a", "target/b");
    }

    [Fact]
    public async Task A_directory_is_refused_where_none_was_asked_for()
    {
        (_, string answers, string? end) = await SinkAsync("D0700 0 d\nE\n", new ScpOptions());
        Assert.Equal("protocol error: received directory without -r", end);
        Assert.Equal("\0\u0001scp: protocol error: received directory without -r\n", answers);
        AssertOnly();
    }

    [Theory]
    [InlineData(".bashrc", false)]
    [InlineData("wanted", true)]
    public async Task A_name_that_was_not_asked_for_is_refused(string name, bool isTaken)
    {
        var requested = RequestedNames.Of("dir/wanted", isRecursive: true);
        (_, _, string? end) = await SinkAsync($"C0600 1 {name}\nx\0", requested: requested);
        Assert.Equal(isTaken ? null : "protocol error: filename does not match request", end);
        (_, _, end) = await SinkAsync($"D0700 0 {name}\nC0600 1 any\nx\0E\n", requested: RequestedNames.Of("want*", isRecursive: true), target: _directory.Open("other"));
        Assert.Equal(isTaken ? null : "protocol error: filename does not match request", end);
        if (isTaken) AssertOnly("other", "other/wanted", "other/wanted/any", "target/wanted");
        else AssertOnly("other");
    }

    [Theory]
    [InlineData("missing", "No such file or directory")]
    [InlineData("file", "Not a directory")]
    public async Task A_target_that_must_be_a_directory_is_looked_at_first(string name, string why)
    {
        _directory.Write("file", "kept");
        (_, string answers, string? end) = await SinkAsync("C0600 1 a\nx\0", new ScpOptions { TargetIsDirectory = true }, target: _directory[name]);
        Assert.Equal($"{_directory[name]}: {why}", end);
        Assert.Equal($"\u0001scp: {_directory[name]}: {why}\n", answers);
        Assert.Equal("kept", File.ReadAllText(_directory["file"]));
    }

    [Fact]
    public async Task A_directory_that_is_a_file_here_is_passed_over()
    {
        File.WriteAllText(_directory["target/d"], "kept");
        (ScpEar ear, string answers, string? end) = await SinkAsync("D0700 0 d\nC0600 1 after\nx\0");
        Assert.Null(end);
        Assert.Equal([$"{_directory["target/d"]}: Not a directory"], ear.Complaints);
        Assert.Equal($"\0\u0001scp: {_directory["target/d"]}: Not a directory\n\0\0", answers);
        AssertOnly("target/d", "target/after");
    }

    [Fact]
    public async Task A_directory_may_come_twice()
    {
        (_, _, string? end) = await SinkAsync("D0700 0 d\nC0600 1 a\nx\0E\nD0700 0 d\nC0600 1 b\ny\0E\n");
        Assert.Null(end);
        AssertOnly("target/d", "target/d/a", "target/d/b");
    }

    [Fact]
    public async Task A_longer_file_is_cut_and_one_that_cannot_be_written_takes_its_bytes_along()
    {
        File.WriteAllText(_directory["target/long"], "something longer");
        Directory.CreateDirectory(_directory["target/dir"]);
        (ScpEar ear, _, string? end) = await SinkAsync("C0600 1 dir\nC0600 3 long\nnew\0");
        Assert.Null(end);
        Assert.Equal([$"{_directory["target/dir"]}: Is a directory"], ear.Complaints);
        Assert.Equal("new", File.ReadAllText(_directory["target/long"]));
    }

    [Fact]
    public async Task A_disk_that_is_full_fails_one_file_and_not_the_next()
    {
        var files = new FaultyFiles(new LocalFileSystem("/")) { WriteFault = path => path.EndsWith("/a", StringComparison.Ordinal) ? "No space left on device" : null };
        File.WriteAllText(_directory["a"], new string('a', 600_000));
        File.WriteAllText(_directory["b"], "b");
        (ScpEar source, ScpEar sink) = await ScpScript.TogetherAsync([_directory["a"], _directory["b"]], _target, to: files);
        string line = $"{_directory["target/a"]}: No space left on device";
        Assert.Equal([line], sink.Complaints);
        Assert.Equal([$"scp: {line}"], source.Complaints);
        Assert.Equal("b", File.ReadAllText(_directory["target/b"]));
    }

    [Fact]
    public async Task Modes_and_times_are_kept_when_they_are_to_be()
    {
        (_, _, string? end) = await SinkAsync(
            "T1500000000 0 1400000000 0\nD6511 0 d\nT1300000000 0 1200000000 0\nC4444 1 f\nx\0E\n", new ScpOptions { IsRecursive = true, KeepsAttributes = true });
        Assert.Null(end);
        Assert.Equal((UnixFileMode)Convert.ToInt32("511", 8), File.GetUnixFileMode(_directory["target/d"]));
        Assert.Equal((UnixFileMode)Convert.ToInt32("444", 8), File.GetUnixFileMode(_directory["target/d/f"]));
        Assert.Equal(1_500_000_000, new DateTimeOffset(Directory.GetLastWriteTimeUtc(_directory["target/d"])).ToUnixTimeSeconds());
        Assert.Equal(1_300_000_000, new DateTimeOffset(File.GetLastWriteTimeUtc(_directory["target/d/f"])).ToUnixTimeSeconds());
        Assert.Equal(1_200_000_000, new DateTimeOffset(File.GetLastAccessTimeUtc(_directory["target/d/f"])).ToUnixTimeSeconds());
        File.SetUnixFileMode(_directory["target/d"], (UnixFileMode)Convert.ToInt32("700", 8));
    }

    [Fact]
    public async Task What_cannot_be_written_at_the_source_can_be_filled_here_and_is_closed_then()
    {
        (_, _, string? end) = await SinkAsync("D0500 0 d\nC0400 1 f\nx\0E\n");
        Assert.Null(end);
        Assert.Equal((UnixFileMode)Convert.ToInt32("500", 8), File.GetUnixFileMode(_directory["target/d"]));
        Assert.Equal((UnixFileMode)Convert.ToInt32("400", 8), File.GetUnixFileMode(_directory["target/d/f"]));
        File.SetUnixFileMode(_directory["target/d"], (UnixFileMode)Convert.ToInt32("700", 8));
    }

    private Task<(ScpEar Ear, string Answers, string? End)> SinkAsync(string said, ScpOptions? options = null, RequestedNames? requested = null, string? target = null) =>
        ScpScript.SinkAsync(Encoding.UTF8.GetBytes(said), target ?? _target, options, requested);

    private void AssertOnly(params string[] names) => Assert.Equal(
        ((string[])["target", .. names]).Order(StringComparer.Ordinal),
        Directory.EnumerateFileSystemEntries(_directory.Path, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(_directory.Path, path)).Order(StringComparer.Ordinal));
}
