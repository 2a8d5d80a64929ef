using System.Globalization;

namespace Nacre.Tests.Interop;

/// <summary>Our sshd, as published, with the programs that people move files with: lftp, rclone, sshfs and curl.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class FileClientTests(FileClientTests.Server server) : IClassFixture<FileClientTests.Server>
{
    private const int Size = 3_000_001;
    private const string OddName = "it's a \"file\" (größer).txt";

    private string Port => server.Sshd.Port.ToString(CultureInfo.InvariantCulture);

    [Fact]
    public async Task Lftp_mirrors_a_tree_up_and_down()
    {
        using var directory = Tree();
        string connect = "ssh -a -x " + string.Join(' ', await server.Sshd.ClientArgumentsAsync());
        string script = directory.Write("script", $"""
            set sftp:connect-program '{connect}'
            set cmd:fail-exit yes
            open sftp://{TestUser.Name}@127.0.0.1
            mirror -R {directory["tree"]} {directory["far"]}/tree
            cls -1 {directory["far"]}/tree
            mirror {directory["far"]}/tree {directory["back"]}
            mv {directory["far"]}/tree/first {directory["far"]}/tree/renamed
            chmod 600 {directory["far"]}/tree/renamed
            rm -r {directory["far"]}/tree/deep

            """);

        RunResult result = await Run.CleanAsync("lftp", ["--norc", "-f", script], home: directory.Path);

        Assert.Contains("first", result.Ends().Output, StringComparison.Ordinal);
        await EqualAsync(directory);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory["far/tree/renamed"]));
        Assert.False(Directory.Exists(directory["far/tree/deep"]));
    }

    [Fact]
    public async Task Rclone_copies_a_tree_up_and_down_and_finds_it_equal()
    {
        using var directory = Tree();
        string remote = $":sftp,host=127.0.0.1,port={Port},user={TestUser.Name},key_file='{await StockKeys.UserAsync("ed25519")}',known_hosts_file='{server.Sshd.KnownHosts}':";

        foreach (string[] arguments in (string[][])[
            ["copy", directory["tree"], $"{remote}{directory["far"]}/tree"],
            ["check", "--download", directory["tree"], $"{remote}{directory["far"]}/tree"],
            ["check", directory["tree"], $"{remote}{directory["far"]}/tree"],
            ["copy", $"{remote}{directory["far"]}/tree", directory["back"]],
            ["about", $"{remote}{directory["far"]}"],
            ["purge", $"{remote}{directory["far"]}/tree"]])
        {
            (await Run.CleanAsync("rclone", ["--config", directory["rclone.conf"], "--retries", "1", .. arguments], home: directory.Path)).Ends();
        }

        await EqualAsync(directory);
        Assert.False(Directory.Exists(directory["far/tree"]));
    }

    [Fact]
    public async Task Curl_puts_and_gets_by_sftp()
    {
        using var directory = Tree();
        string url = $"sftp://{TestUser.Name}@127.0.0.1:{Port}/{directory["far"]}";

        (await CurlAsync(directory, "--ftp-create-dirs", "-T", directory["tree/first"], $"{url}/made/here")).Ends();
        (await CurlAsync(directory, "-o", directory["back"], $"{url}/made/here")).Ends();
        (await CurlAsync(directory, "-r", "5-14", "-o", directory["range"], $"{url}/made/here")).Ends();
        RunResult listing = await CurlAsync(directory, $"{url}/made/");
        (await CurlAsync(directory, "-Q", $"rm {directory["far"]}/made/here", "-o", directory["rest"], $"{url}/made/")).Ends();

        byte[] first = await File.ReadAllBytesAsync(directory["tree/first"]);
        (await Run.CleanAsync("cmp", [directory["tree/first"], directory["back"]])).Ends();
        Assert.Equal(first[5..15], await File.ReadAllBytesAsync(directory["range"]));
        Assert.Matches($"-rw[-rwx]+ +1 +{TestUser.Name} .* {Size} .* here\n", listing.Ends().Output);
        Assert.False(File.Exists(directory["far/made/here"]));
    }

    [Fact]
    public async Task Curl_puts_and_gets_by_scp_with_our_scp_at_the_far_end()
    {
        using var directory = Tree();
        string url = $"scp://{TestUser.Name}@127.0.0.1:{Port}/{directory["far"]}";

        (await CurlAsync(directory, "-T", directory["tree/first"], $"{url}/here")).Ends();
        (await CurlAsync(directory, "-o", directory["back"], $"{url}/here")).Ends();
        RunResult missing = await CurlAsync(directory, "-o", directory["none"], $"{url}/missing");
        RunResult which = await server.Sshd.StockSshAsync("command -v scp");

        (await Run.CleanAsync("cmp", [directory["tree/first"], directory["back"]])).Ends();
        Assert.NotEqual(0, missing.ExitStatus);
        Assert.Equal(Requires.PublishedTool("scp") + "\n", which.Ends().Output);
    }

    [Fact]
    public async Task Sshfs_mounts_a_directory_that_is_used_like_any_other()
    {
        Assert.SkipUnless(File.Exists("/dev/fuse"), "This machine has no /dev/fuse: nothing can be mounted.");
        using var directory = Tree();
        Directory.CreateDirectory(directory["mount"]);
        string ssh = "ssh " + string.Join(' ', await server.Sshd.ClientArgumentsAsync());

        // The mount is gone with this shell's end, whatever fails.
        const string script = """
            trap 'cd /; fusermount3 -u "$1" || umount "$1"' EXIT
            sshfs -o "ssh_command=$2" "$3" "$1"
            cp -r "$4" "$1/tree"
            cmp "$4/first" "$1/tree/first"
            mv "$1/tree/first" "$1/tree/second"
            ln -s second "$1/tree/link"
            test "$(readlink "$1/tree/link")" = second
            cmp "$4/first" "$1/tree/link"
            echo appended >> "$1/tree/second"
            truncate -s 7 "$1/tree/second"
            test "$(stat -c %s "$1/tree/second")" = 7
            chmod 640 "$1/tree/second"
            test "$(stat -c %a "$1/tree/second")" = 640
            df "$1" > /dev/null
            find "$1/tree" -type f | wc -l
            rm -r "$1/tree"
            test ! -e "$1/tree"
            """;
        RunResult result = await Run.CleanAsync(
            "bash", ["-ec", script, "bash", directory["mount"], ssh, $"{server.Sshd.Destination}:{directory["far"]}", directory["tree"]], home: directory.Path);

        Assert.Equal("4\n", result.Ends().Output);
        Assert.Empty(Directory.GetFileSystemEntries(directory["far"]));
    }

    private static TemporaryDirectory Tree()
    {
        var directory = new TemporaryDirectory();
        directory.Open("far");
        Directory.CreateDirectory(directory["tree/deep/deeper"]);
        directory.WriteRandom("tree/first", Size);
        directory.WriteRandom("tree/empty", 0);
        directory.WriteRandom($"tree/{OddName}", 100_000);
        directory.WriteRandom("tree/deep/deeper/last", 1);
        return directory;
    }

    private static async Task EqualAsync(TemporaryDirectory directory) =>
        (await Run.CleanAsync("diff", ["-r", directory["tree"], directory["back"]])).Ends();

    private async Task<RunResult> CurlAsync(TemporaryDirectory directory, params string[] arguments)
    {
        Directory.CreateDirectory(directory[".ssh"]);
        File.Copy(server.Sshd.KnownHosts, directory[".ssh/known_hosts"], overwrite: true);
        string key = await StockKeys.UserAsync("ed25519");
        return await Run.CleanAsync("curl", ["-sS", "--key", key, "--pubkey", key + ".pub", .. arguments], home: directory.Path);
    }

    /// <summary>An sshd whose users find our tools first.</summary>
    public sealed class Server : IAsyncLifetime
    {
        internal OurSshd Sshd { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            Sshd = await OurSshd.StartAsync($"SetEnv PATH={Path.GetDirectoryName(Requires.PublishedTool("scp"))}:/usr/bin:/bin");

        public ValueTask DisposeAsync() => Sshd.DisposeAsync();
    }
}
