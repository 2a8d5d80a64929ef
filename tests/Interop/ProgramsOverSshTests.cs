namespace Nacre.Tests.Interop;

/// <summary>Programs that call an ssh, with ours: git, rsync and ansible.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public sealed class ProgramsOverSshTests(SharedSshd.Stock server) : IClassFixture<SharedSshd.Stock>
{
    [Fact]
    public async Task Git_clones_and_pushes()
    {
        using var directory = new TemporaryDirectory();
        string far = directory.Open("far");
        (await server.Sshd.OurSshAsync($"git init -q --bare {far}/all.git")).Ends();
        Dictionary<string, string?> environment = Environment(await SshAsync(directory));
        string here = directory["here"];

        (await GitAsync(environment, directory.Path, "clone", "-q", $"{server.Sshd.Destination}:{far}/all.git", here)).Ends();
        directory.WriteRandom("here/large", 5_000_000);
        (await GitAsync(environment, here, "add", "large")).Ends();
        (await GitAsync(environment, here, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-q", "-m", "All of it")).Ends();
        (await GitAsync(environment, here, "push", "-q", "origin", "HEAD:main")).Ends();
        (await GitAsync(environment, directory.Path, "clone", "-q", "-b", "main", $"ssh://{server.Sshd.Destination}:{server.Sshd.Port}{far}/all.git", directory["again"])).Ends();

        Assert.Equal(await File.ReadAllBytesAsync(directory["here/large"]), await File.ReadAllBytesAsync(directory["again/large"]));
    }

    [Fact]
    public async Task Rsync_copies_both_ways_and_sends_only_what_changed()
    {
        using var directory = new TemporaryDirectory();
        string far = directory.Open("far");
        Directory.CreateDirectory(directory["tree/deep"]);
        directory.WriteRandom("tree/first", 3_000_000);
        directory.WriteRandom("tree/deep/second", 1);
        string ssh = await SshAsync(directory);

        (await Run.CleanAsync("rsync", ["-a", "-e", ssh, directory["tree"], $"{server.Sshd.Destination}:{far}/"])).Ends();
        directory.WriteRandom("tree/deep/second", 2);
        RunResult second = await Run.CleanAsync("rsync", ["-a", "-v", "-e", ssh, directory["tree"], $"{server.Sshd.Destination}:{far}/"]);
        (await Run.CleanAsync("rsync", ["-a", "-e", ssh, $"{server.Sshd.Destination}:{far}/tree/", directory["back"]])).Ends();

        Assert.Contains("deep/second", second.Ends().Output, StringComparison.Ordinal);
        Assert.DoesNotContain("first", second.Output, StringComparison.Ordinal);
        foreach (string name in (string[])["first", "deep/second"])
        {
            Assert.Equal(await File.ReadAllBytesAsync(directory["tree/" + name]), await File.ReadAllBytesAsync(directory["back/" + name]));
        }
    }

    [Fact]
    public async Task Ansible_pings_and_copies()
    {
        using var directory = new TemporaryDirectory();
        string far = directory.Open("far");
        string file = directory.WriteRandom("file", 100_000);
        string[] arguments = await server.Sshd.ClientArgumentsAsync();
        string inventory = directory.Write("inventory", $"""
            [all]
            there ansible_host=127.0.0.1 ansible_port={server.Sshd.Port} ansible_user={server.Sshd.User} ansible_remote_tmp={far} ansible_python_interpreter=/usr/bin/python3

            """);
        var environment = new Dictionary<string, string?>
        {
            ["ANSIBLE_SSH_EXECUTABLE"] = Requires.PublishedTool("ssh"),
            ["ANSIBLE_SSH_ARGS"] = string.Join(' ', arguments.Where((_, i) => i is not (2 or 3))),
            ["ANSIBLE_SFTP_BATCH_MODE"] = "True",
            ["ANSIBLE_SSH_TRANSFER_METHOD"] = "piped",
            ["ANSIBLE_LOCAL_TEMP"] = directory["local"],
            ["ANSIBLE_HOME"] = directory["home"],
            ["LC_ALL"] = "C.UTF-8",
        };

        RunResult ping = await Run.Async("ansible", ["all", "-i", inventory, "-m", "ping"], environment: environment, directory: directory.Path);
        RunResult copy = await Run.Async("ansible", ["all", "-i", inventory, "-m", "copy", "-a", $"src={file} dest={far}/copied"], environment: environment, directory: directory.Path);

        Assert.Contains("\"pong\"", ping.Ends().Output, StringComparison.Ordinal);
        Assert.Contains("\"changed\": true", copy.Ends().Output, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllBytesAsync(file), await File.ReadAllBytesAsync($"{far}/copied"));
    }

    private static Dictionary<string, string?> Environment(string ssh) => new()
    {
        ["GIT_SSH_COMMAND"] = ssh,
        ["GIT_CONFIG_NOSYSTEM"] = "1",
        ["GIT_CONFIG_GLOBAL"] = "/dev/null",
    };

    private static Task<RunResult> GitAsync(Dictionary<string, string?> environment, string directory, params string[] arguments) =>
        Run.Async("git", arguments, environment: environment, directory: directory);

    // As one word: none of the arguments has a blank in it.
    private async Task<string> SshAsync(TemporaryDirectory directory)
    {
        string program = directory.Write("ssh", $"#!/bin/sh\nexec '{Requires.PublishedTool("ssh")}' {string.Join(' ', await server.Sshd.ClientArgumentsAsync())} \"$@\"\n");
        File.SetUnixFileMode(program, File.GetUnixFileMode(program) | UnixFileMode.UserExecute);
        return program;
    }
}
