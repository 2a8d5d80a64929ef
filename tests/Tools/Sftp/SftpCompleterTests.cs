using Nacre.Sftp;
using Nacre.Tests.Interop;
using Nacre.Tests.Sftp;
using Nacre.Tools.FileTransfer;
using Nacre.Tools.LineEditor;
using Nacre.Tools.Sftp;

namespace Nacre.Tests.Tools.Sftp;

public sealed class SftpCompleterTests : IDisposable
{
    private readonly TemporaryDirectory _remote = new();
    private readonly TemporaryDirectory _local = new();

    public SftpCompleterTests()
    {
        Directory.CreateDirectory(_remote["dir"]);
        Directory.CreateDirectory(_remote["my dir"]);
        foreach (string name in (string[])["alpha", "alphabet", "beta one", "quo\"te", "st*r", ".hidden", "control\u0007", "zażółć", "dir/inner", "dir/inside", "my dir/x"]) _remote.Write(name, "");
        _local.Write("here", "");
    }

    public void Dispose()
    {
        _remote.Dispose();
        _local.Dispose();
    }

    [Theory]
    [InlineData("ls al", "pha", "alpha alphabet")]
    [InlineData("ls alphab", "et ", "")]
    [InlineData("get bet", "a\\ one ", "")]
    [InlineData("get beta\\ o", "ne ", "")]
    [InlineData("get \"bet", "a one\" ", "")]
    [InlineData("get 'beta o", "ne' ", "")]
    [InlineData("rm quo", "\\\"te ", "")]
    [InlineData("rm \"quo", "\\\"te\" ", "")]
    [InlineData("rm 'quo", "\"te' ", "")]
    [InlineData("rm st", "\\*r ", "")]
    [InlineData("rm 'st", "*r' ", "")]
    [InlineData("rm st\\*", "r ", "")]
    [InlineData("cd d", "ir/", "")]
    [InlineData("cd \"my", " dir/", "")]
    [InlineData("ls dir/in", "", "inner inside")]
    [InlineData("ls dir/inn", "er ", "")]
    [InlineData("ls za", "żółć ", "")]
    [InlineData("ls .h", "idden ", "")]
    [InlineData("ls c", "", "")]
    [InlineData("ls nothing", "", "")]
    [InlineData("ls a*b", "", "")]
    [InlineData("ls *ta", "", "")]
    [InlineData("rename alphabet alphab", "et ", "")]
    [InlineData("rename a b alphab", "", "")]
    [InlineData("chmod alphab", "", "")]
    [InlineData("chmod 600 alphab", "et ", "")]
    [InlineData("ls -l alphab", "et ", "")]
    [InlineData("pwd alphab", "", "")]
    [InlineData("nonsense alphab", "", "")]
    [InlineData("-get alphab", "et ", "")]
    public async Task A_remote_path_is_completed_and_quoted_as_its_word_is(string line, string insertion, string choices)
    {
        Completion found = await CompleteAsync(line, line.Length);
        Assert.Equal((insertion, choices), (found.Insertion, string.Join(' ', found.Choices)));
    }

    [Theory]
    [InlineData("put he", "re ")]
    [InlineData("lls he", "re ")]
    [InlineData("put alphab", "")]
    [InlineData("put here alphab", "et ")]
    [InlineData("get alpha he", "re ")]
    public async Task A_path_is_looked_for_at_the_side_that_it_is_of(string line, string insertion) =>
        Assert.Equal(insertion, (await CompleteAsync(line, line.Length)).Insertion);

    [Theory]
    [InlineData("lum", "ask ", "")]
    [InlineData("LUM", "ask ", "")]
    [InlineData("lm", "kdir ", "")]
    [InlineData("ren", "ame ", "")]
    [InlineData("ch", "", "chdir chgrp chmod chown")]
    [InlineData("lc", "", "lcd lchdir")]
    [InlineData("re", "", "reget rename reput")]
    [InlineData("\"pw", "d\" ", "")]
    [InlineData("xyz", "", "")]
    public async Task A_command_is_completed(string line, string insertion, string choices)
    {
        Completion found = await CompleteAsync(line, line.Length);
        Assert.Equal((insertion, choices), (found.Insertion, string.Join(' ', found.Choices)));
    }

    [Fact]
    public async Task An_empty_line_shows_all_commands() => Assert.Contains("lumask", (await CompleteAsync("", 0)).Choices);

    [Fact]
    public async Task An_empty_word_shows_all_names() =>
        Assert.Equal(["alpha", "alphabet", "beta one", "dir/", "my dir/", "quo\"te", "st*r", "zażółć"], (await CompleteAsync("ls ", 3)).Choices);

    [Fact]
    public async Task Before_another_word_there_is_no_second_blank_and_within_one_nothing()
    {
        Assert.Equal("et", (await CompleteAsync("ls alphab x", 9)).Insertion);
        Assert.Equal(Completion.None, await CompleteAsync("ls alphabet", 6));
    }

    private async Task<Completion> CompleteAsync(string line, int cursor)
    {
        await using SftpPair pair = await SftpPair.StartAsync(new LocalFileSystem(_remote.Path));
        var session = new SftpSession(pair.Client, _remote.Path, new Reporter(TextWriter.Null, TextWriter.Null));
        return await new SftpCompleter(new SftpCommands(session, new TransferOptions()), session, new Below(_local.Path)).CompleteAsync(line, cursor);
    }

    /// <summary>Local files seen from a directory that is not this process's.</summary>
    private sealed class Below(string directory) : IFileTree
    {
        private readonly LocalTree _tree = new();

        public Task<List<FileEntry>> ListAsync(string path) => _tree.ListAsync(Path.Join(directory, path));

        public Task<Nacre.Protocol.Sftp.SftpAttributes?> FindAsync(string path, bool followsLinks) => _tree.FindAsync(Path.Join(directory, path), followsLinks);
    }
}
