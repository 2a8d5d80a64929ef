using Nacre.Scp;
using Nacre.Sftp;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Scp;

/// <summary>A source, with a sink that speaks by a script and with our own.</summary>
public sealed class ScpSourceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_file_is_announced_sent_and_ended()
    {
        string path = _directory.Write("name", "hello");
        (ScpEar ear, string sent, string? end) = await ScpScript.SourceAsync("\0\0\0", path);
        Assert.Null(end);
        Assert.Equal("C0644 5 name\nhello\0", sent);
        Assert.Equal([(path, 5L, 5L)], ear.Files);
    }

    [Fact]
    public async Task A_tree_with_times_goes_in_order()
    {
        Directory.CreateDirectory(_directory["d/e"], (UnixFileMode)Convert.ToInt32("755", 8));
        _directory.Write("d/e/f", "x");
        foreach (string name in new[] { "d/e/f", "d/e", "d" })
        {
            File.SetLastWriteTimeUtc(_directory[name], DateTime.UnixEpoch.AddSeconds(5));
            File.SetLastAccessTimeUtc(_directory[name], DateTime.UnixEpoch.AddDays(40_000));
        }

        File.SetUnixFileMode(_directory["d"], (UnixFileMode)Convert.ToInt32("3755", 8));
        (_, string sent, string? end) = await ScpScript.SourceAsync(new string('\0', 10), _directory["d"] + "//", new ScpOptions { IsRecursive = true, KeepsAttributes = true });
        Assert.Null(end);
        Assert.StartsWith("T5 0 ", sent, StringComparison.Ordinal);
        Assert.Matches(@"^T5 0 \d+ 0\nD0755 0 d\nT5 0 \d+ 0\nD0755 0 e\nT5 0 3456000000 0\nC0644 1 f\nx\0E\nE\n$", sent);
    }

    [Theory]
    [InlineData("\u0001not now\n", "not now")]
    [InlineData("\u0002never\n", "never")]
    [InlineData("nonsense\n", "nonsense")]
    [InlineData("", "lost connection")]
    [InlineData("\0", "lost connection")]
    [InlineData("\0\u0002never\n", "never")]
    [InlineData("\0?what\n", "?what")]
    [InlineData("\0\0", "lost connection")]
    [InlineData("\0\0\u0001cut", "lost connection")]
    public async Task A_sink_that_gives_up_or_breaks_the_protocol_ends_the_conversation(string said, string expected)
    {
        (_, _, string? end) = await ScpScript.SourceAsync(said, _directory.Write("a", "x"));
        Assert.Equal(expected, end);
    }

    [Fact]
    public async Task A_sink_that_never_ends_its_words_is_not_listened_to_for_ever()
    {
        (_, _, string? end) = await ScpScript.SourceAsync("\0\u0001" + new string('x', ScpWire.MaxLineBytes + 1), _directory.Write("a", "x"));
        Assert.Equal("protocol error: record too long", end);
    }

    [Fact]
    public async Task A_file_that_the_sink_refuses_is_not_sent()
    {
        (ScpEar ear, string sent, string? end) = await ScpScript.SourceAsync("\0\u0001scp: a: Permission denied\n", _directory.Write("a", "x"));
        Assert.Null(end);
        Assert.Equal(["scp: a: Permission denied"], ear.Complaints);
        Assert.Equal("C0644 1 a\n", sent);
    }

    [Theory]
    [InlineData("missing", "No such file or directory")]
    [InlineData("dir", "not a regular file")]
    public async Task What_cannot_be_sent_is_told_to_both_ends(string name, string why)
    {
        Directory.CreateDirectory(_directory["dir"]);
        (ScpEar ear, string sent, string? end) = await ScpScript.SourceAsync("\0", _directory[name], new ScpOptions());
        Assert.Null(end);
        Assert.Equal([$"{_directory[name]}: {why}"], ear.Complaints);
        Assert.Equal($"\u0001scp: {_directory[name]}: {why}\n", sent);
    }

    [Fact]
    public async Task A_pipe_in_a_tree_is_passed_over_without_waiting_for_it()
    {
        Directory.CreateDirectory(_directory["d"]);
        _directory.Write("d/file", "x");
        (await Run.Async("/usr/bin/mkfifo", [_directory["d/pipe"]])).Ends();
        (ScpEar source, _) = await ScpScript.TogetherAsync([_directory["d"]], _directory["copy"]);
        Assert.Equal([$"{_directory["d/pipe"]}: not a regular file"], source.Complaints);
        Assert.Equal("x", File.ReadAllText(_directory["copy/file"]));
    }

    [Fact]
    public async Task A_tree_arrives_whole()
    {
        Directory.CreateDirectory(_directory["tree/a/b"]);
        Directory.CreateDirectory(_directory["tree/empty"]);
        string[] names = ["tree/none", "tree/a/one", "tree/a/b/large", "tree/ name with ' \" $ `", "tree/übel", "tree/tab\there"];
        int[] sizes = [0, 1, (3 << 20) + 7, 5, 6, 7];
        for (int i = 0; i < names.Length; i++) _directory.WriteRandom(names[i], sizes[i]);
        (ScpEar source, ScpEar sink) = await ScpScript.TogetherAsync([_directory["tree"]], _directory["copy"]);
        Assert.Empty(source.Complaints.Concat(sink.Complaints));
        Assert.True(Directory.Exists(_directory["copy/empty"]));
        foreach (string name in names) Assert.Equal(File.ReadAllBytes(_directory[name]), File.ReadAllBytes(_directory["copy" + name[4..]]));
        Assert.All(source.Files, file => Assert.Equal(file.Size, file.Moved));
        Assert.All(sink.Files, file => Assert.Equal(file.Size, file.Moved));
    }

    [Fact]
    public async Task A_name_with_a_line_end_arrives_written_out()
    {
        Directory.CreateDirectory(_directory["d"]);
        _directory.Write("d/a\nb", "x");
        (ScpEar source, ScpEar sink) = await ScpScript.TogetherAsync([_directory["d"]], _directory["copy"]);
        Assert.Empty(source.Complaints.Concat(sink.Complaints));
        Assert.Equal("x", File.ReadAllText(_directory[@"copy/a\^Jb"]));
    }

    [Fact]
    public async Task A_file_copied_onto_itself_stays_as_it_is()
    {
        byte[] content = File.ReadAllBytes(_directory.WriteRandom("same", 700_000));
        await ScpScript.TogetherAsync([_directory["same"]], _directory["same"]);
        Assert.Equal(content, File.ReadAllBytes(_directory["same"]));
    }

    [Theory]
    [InlineData("", "the file became shorter while it was sent")]
    [InlineData("Input/output error", "Input/output error")]
    public async Task A_file_that_fails_while_it_is_sent_is_filled_up_and_reported_and_the_next_one_comes(string fault, string told)
    {
        _directory.WriteRandom("a", 900_000);
        _directory.Write("b", "b");
        _directory.Open("target");
        var files = new FaultyFiles(new LocalFileSystem("/")) { ReadFault = (path, offset) => path.EndsWith("/a", StringComparison.Ordinal) && offset >= 300_000 ? fault : null };
        (ScpEar source, ScpEar sink) = await ScpScript.TogetherAsync([_directory["a"], _directory["b"]], _directory["target"], from: files);
        Assert.Equal([$"{_directory["a"]}: {told}"], source.Complaints);
        Assert.Equal([$"scp: {_directory["a"]}: {told}"], sink.Complaints);
        (byte[] original, byte[] copy) = (File.ReadAllBytes(_directory["a"]), File.ReadAllBytes(_directory["target/a"]));
        Assert.Equal(original[..300_000], copy[..300_000]);
        Assert.Equal(original.Length, copy.Length);
        Assert.Equal("b", File.ReadAllText(_directory["target/b"]));
    }
}
