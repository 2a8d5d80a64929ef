using System.Text;
using Nacre.Sftp;
using Nacre.Tests.Interop;
using Nacre.Tools.FileTransfer;
using Nacre.Tools.Sftp;

namespace Nacre.Tests.Tools.Sftp;

/// <summary>The same batches through OpenSSH's sftp and through ours, at OpenSSH's server: what is printed and what is left must be the same.</summary>
[Trait("Category", "Interop")]
public sealed class StockBatchTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("ls\nls -1\nls -a\nls .*\nls -lh d\nls -l\nls -ld")]
    [InlineData("ls .\nls ..\nls d/..\nls -1r\nls -1 d/*\nls /\nls -la d\nls -1 d/../a")]
    [InlineData("ls {a,b}\nls [ab]\nls [!a]\nls [^a]\nls [[:alpha:]]\nls \"[ab]\"\nls ?\nls \"{a,b}\"\nls missing")]
    [InlineData("ls \"a\\\"q\"\nls a\\\"q\nls 'a\"q'\nls \"it's\"\nls it\\'s\nls 'it\\'s'\nls 'q r'\nls q\\ r")]
    [InlineData("ls back\\\\sl\nls \"back\\\\sl\"\nls \"back\\sl\"\nls 'st*r'\nls st\\*r\nls \"we[i]rd\"\nls we\\[i\\]rd\nls we[i]rd")]
    [InlineData("mkdir \"x\\*y\"\nmkdir x\\*z\nmkdir \"x\\y\"\nmkdir x\\w\nmkdir \"m\\\"n\"\nmkdir 'p q'r\"s t\"\nls -1\nmkdir d\nrmdir missing\nrmdir d")]
    [InlineData("cd missing\ncd a\ncd d\npwd\nls -1 ..\nls -1 ../a\ncd\npwd\ncd ''\nchdir ..\npwd")]
    [InlineData("get missing\nget missing*\nget \"x\\y\"\nget x\\*y\nget * /missing\nget d\nget a d\nget -z a\nget")]
    [InlineData("get d/y\nget d/y other\nget \"q r\" 'copy of it'\nget * d\nget -r d e\nget -P d/y f")]
    [InlineData("put missing\nput d\nput -z a\nput * a\nput d/y\nput d/y other\nput a\\\"q d\nput 'we[i]rd' d\nput ? d")]
    [InlineData("rename missing a\nrename a z\nrename -l z b\nrename z b\nrename a\nln b l1\nln -s b l2\nsymlink b l3\nsymlink b l3\nln missing l4\nls -1 l*")]
    [InlineData("copy a a2\ncp d/y a3\ncp d a4\ncp missing a5\ncp a\nls -l a*")]
    [InlineData("rm missing*\nrm d\nrm a*\nrm \"st*r\"\nrm\nls")]
    [InlineData("chmod 4755 a\nchmod 600 *\nchmod 8 a\nchmod 644\nchmod -z 6 a\nchmod -h 640 a\nchmod 600 missing\nls -l\nchown x a\nchgrp -1 a")]
    [InlineData("df -x\ndf /proc\ndf -h /proc\ndf -i /proc\nversion\nbye -x\nprogress\nnonsense\n\"un\nls a#b\nlumask 22\nlumask -h 77\nlumask 9")]
    [InlineData("lls\nlls -a d\n!echo hi\n!exit 3\n!echo \"un\nlcd d\nlcd /missing\nlcd ''\nlmkdir /missing/x\nlmkdir\nlmkdir .")]
    [InlineData("@ls -1\n\tls -1\n - ls\n@-ls -1 a\n# comment\n   # another\n-\n@\n\nDIR -1\ndir -x\nls -- -1\nls -x")]
    [InlineData("lchdir d\nlpwd\nlcd ..\nlpwd\nmget d/y\nmget d/* .\nmput y copy\nreget d/y new\nreget missing\nreput missing\nreget -a d/y fresh\nexit\nls")]
    [InlineData("pwd\nquit\nls")]
    [InlineData("ls a\nBYE\nls")]
    public async Task A_batch_prints_what_OpenSSHs_prints(string commands)
    {
        (RunResult stock, string stockTree) = await RunAsync(isOurs: false, commands);
        (RunResult ours, string ourTree) = await RunAsync(isOurs: true, commands);
        Assert.Equal(stock.Output, ours.Output);
        Assert.Equal(Complaints(stock), Complaints(ours));
        Assert.Equal(stock.ExitStatus, ours.ExitStatus);
        Assert.Equal(stockTree, ourTree);
    }

    [Fact]
    public void Every_command_is_in_a_batch()
    {
        HashSet<string> named = ["help", "?"];
        foreach (InlineDataAttribute row in typeof(StockBatchTests).GetMethod(nameof(A_batch_prints_what_OpenSSHs_prints))!.GetCustomAttributes(typeof(InlineDataAttribute), inherit: false).Cast<InlineDataAttribute>())
        {
            foreach (string line in ((string)row.Data[0]!).Split('\n')) named.Add(line.StartsWith('!') ? "!" : line.Split(' ')[0].ToLowerInvariant());
        }

        Assert.Empty(new SftpCommands(new SftpSession(null!, "/", new Reporter(TextWriter.Null, TextWriter.Null)), new TransferOptions()).Names.Except(named));
    }

    [Theory]
    [InlineData("help\n")]
    [InlineData("?\n")]
    public async Task The_help_names_all_that_OpenSSHs_does(string command)
    {
        byte[] batch = Encoding.UTF8.GetBytes("@" + command);
        string server = Requires.Program("sftp-server");
        string stock = (await Run.Async("sftp", ["-b", "-", "-D", server], batch)).Ends().Output;
        string ours = (await Run.Async(OurTools.Executable, ["sftp", "-b", "-", "-D", server], batch)).Ends().Output;
        Assert.Equal(stock, ours.Replace("rename [-l] oldpath newpath  ", "rename oldpath newpath       ", StringComparison.Ordinal));
    }

    private async Task<(RunResult Run, string Tree)> RunAsync(bool isOurs, string commands)
    {
        // Both see the same path, which they print, and no line of it ends the batch.
        string work = _directory["work"];
        Directory.CreateDirectory(_directory["work/d/sub"]);
        foreach (string name in (string[])["a", "b", "q r", ".hidden", "d/x", "we[i]rd", "st*r", "a\"q", "back\\sl", "it's"]) _directory.Write("work/" + name, "");
        _directory.Write("work/d/y", "hello\n");
        File.CreateSymbolicLink(_directory["work/link"], "a");
        foreach (string path in Directory.EnumerateFileSystemEntries(work, "*", SearchOption.AllDirectories)) File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        byte[] batch = Encoding.UTF8.GetBytes(string.Concat(commands.Split('\n').Select(line => $"-{line}\n")));
        string server = Requires.Program("sftp-server");
        RunResult run = isOurs
            ? await Run.Async(OurTools.Executable, ["sftp", "-b", "-", "-D", server], batch, directory: work)
            : await Run.Async("sftp", ["-b", "-", "-D", server], batch, directory: work);
        string tree = string.Join('\n', Directory.EnumerateFileSystemEntries(work, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => $"{path} {new FileInfo(path).LinkTarget ?? File.GetUnixFileMode(path).ToString()}"));
        Directory.Delete(work, recursive: true);
        return (run, tree);
    }

    // OpenSSH doubles the backslashes of its complaints, and leaves out of some what they are about.
    private static string Complaints(RunResult run) =>
        string.Join('\n', run.Error.ReplaceLineEndings("\n").Replace(@"\\", @"\", StringComparison.Ordinal).Split('\n')
            .Where(line => !line.StartsWith("stat remote", StringComparison.Ordinal) && !line.StartsWith("remote statvfs", StringComparison.Ordinal) && !line.StartsWith("download ", StringComparison.Ordinal)));
}
