using Microsoft.Win32.SafeHandles;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class LauncherTests
{
    [Fact]
    public void A_plan_survives_being_arguments()
    {
        var plan = new LaunchPlan
        {
            Program = "/bin/sh",
            Arguments = ["-sh", "--", "u=1", ""],
            Uid = 1000,
            Gid = 4_000_000_000,
            User = "a=b",
            Root = "/srv/a b",
            Directory = "/home",
            FallbackDirectory = "/",
            OpenFiles = 1024,
            FileModeMask = 18,
            GainsNoPrivileges = true,
            TakesTerminal = true,
            HasVeiledEnvironment = true,
        };
        plan.Arguments.Add([0xff]);
        CStrings written = plan.ToArguments("nacre");
        LaunchPlan read = Parse(written);

        Assert.Equal(Bytes(written), Bytes(read.ToArguments("nacre")));
        Assert.Equal((1000u, 4_000_000_000u, "a=b", 1024ul), (read.Uid, read.Gid, read.User, read.OpenFiles));
        Assert.Equal(Bytes(plan.Arguments), Bytes(read.Arguments));
        Assert.True(read.HasVeiledEnvironment);
    }

    [Fact]
    public void A_veiled_environment_names_no_variable_of_the_user_s_and_comes_back_whole()
    {
        CStrings environment = ["LD_PRELOAD=/tmp/x.so", "DOTNET_STARTUP_HOOKS=/tmp/x", "EMPTY=", "no variable"];
        environment.Add([(byte)'A', (byte)'=', 0xff]);
        CStrings veiled = LaunchPlan.Veil(environment);

        Assert.Null(veiled.Find("LD_PRELOAD"));
        Assert.Null(veiled.Find("DOTNET_STARTUP_HOOKS"));
        Assert.Equal(Bytes(environment), Bytes(LaunchPlan.Unveil(veiled)));
        veiled.Add("PLAIN=left out");
        Assert.Equal(Bytes(environment), Bytes(LaunchPlan.Unveil(veiled)));
    }

    [Fact]
    public void An_empty_plan_survives_being_arguments()
    {
        LaunchPlan read = Parse(new LaunchPlan { Program = "/bin/true", Arguments = ["true"] }.ToArguments("nacre"));

        Assert.Null(read.Uid);
        Assert.Null(read.Root);
        Assert.False(read.GainsNoPrivileges || read.TakesTerminal);
    }

    [Theory]
    [InlineData("--")]
    [InlineData("--", "/bin/sh")]
    [InlineData("/bin/sh", "--", "/bin/sh", "sh")]
    [InlineData("u=1", "--", "/bin/sh", "sh")]
    [InlineData("z=1", "--", "/bin/sh", "sh")]
    [InlineData("u=-1", "g=1", "--", "/bin/sh", "sh")]
    [InlineData("u=1", "g=1")]
    public void What_is_no_plan_is_refused(params string[] arguments)
    {
        Assert.Throws<FormatException>(() => LaunchPlan.Parse(Strings(arguments)));
    }

    [Fact]
    public async Task A_program_runs_as_the_user_with_bytes_that_are_no_text()
    {
        Assert.SkipUnless(Users.IsRoot, "needs root: becomes another user");
        UserAccount nobody = Users.Find("nobody")!;
        var plan = new LaunchPlan
        {
            Program = "/bin/sh",
            Arguments = ["-sh", "-c", "id -u; id -g; id -G; pwd; umask; ulimit -Sn; grep -E 'Sig(Ign|Blk)|NoNew' /proc/self/status; printf '%s' \"$0$1\"", "x"],
            Uid = nobody.Uid,
            Gid = nobody.Gid,
            User = nobody.Name,
            Directory = "/usr",
            OpenFiles = 77,
            FileModeMask = 0b010_111,
            GainsNoPrivileges = true,
        };
        plan.Arguments.Add([0xfe, 0xff]);

        (ChildExit exit, byte[] output) = await RunAsync(plan);
        Assert.Equal(0, exit.Status);
        Assert.Equal([(byte)'x', 0xfe, 0xff], output[^3..]);
        string[] lines = System.Text.Encoding.Latin1.GetString(output).Split('\n');
        Assert.Equal($"{nobody.Uid}|{nobody.Gid}|{nobody.Gid}|/usr|0027|77", string.Join('|', lines[..6]));
        Assert.Equal("SigBlk:\t0000000000000000|SigIgn:\t0000000000000000|NoNewPrivs:\t1", string.Join('|', lines[6..9]));
    }

    [Fact]
    public async Task A_home_that_is_not_there_is_told_and_the_fallback_taken()
    {
        var plan = new LaunchPlan { Program = "/bin/pwd", Arguments = ["pwd"], Directory = "/nowhere", FallbackDirectory = "/" };

        (ChildExit exit, byte[] output) = await RunAsync(plan);
        Assert.Equal("Could not chdir to home directory /nowhere: No such file or directory\n/\n", System.Text.Encoding.UTF8.GetString(output));
        Assert.Equal(0, exit.Status);
    }

    [Fact]
    public async Task A_program_runs_within_its_root_directory()
    {
        Assert.SkipUnless(Users.IsRoot, "needs root: chroot");
        string root = Directory.CreateTempSubdirectory("nacre").FullName;
        var plan = new LaunchPlan { Program = "/bin/pwd", Arguments = ["pwd"], Root = root };
        (ChildExit exit, byte[] output) = await RunAsync(plan);
        Directory.Delete(root);

        // Nothing is there: that it is not found is how we know.
        Assert.Equal("/bin/pwd: No such file or directory\n", System.Text.Encoding.UTF8.GetString(output));
        Assert.Equal(1, exit.Status);
    }

    [Fact]
    public async Task A_terminal_on_standard_input_becomes_the_controlling_terminal()
    {
        using Pty pty = Pty.Open();
        using SafeFileHandle terminal = File.OpenHandle(pty.Name, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var plan = new LaunchPlan { Program = "/bin/sh", Arguments = ["sh", "-c", "tty </dev/tty"], TakesTerminal = true };
        var form = new ProgramStart { Path = "", Arguments = [], Input = terminal, LeadsSession = true };

        (ChildExit exit, byte[] output) = await RunAsync(plan, form);
        Assert.Equal("/dev/tty\n", System.Text.Encoding.UTF8.GetString(output));
        Assert.Equal(0, exit.Status);
    }

    private static Task<(ChildExit Exit, byte[] Output)> RunAsync(LaunchPlan plan) =>
        RunAsync(plan, new ProgramStart { Path = "", Arguments = [] });

    private static async Task<(ChildExit Exit, byte[] Output)> RunAsync(LaunchPlan plan, ProgramStart form)
    {
        (SafeFileHandle reading, SafeFileHandle writing) = Descriptors.CreatePipe();
        ChildProcess child;
        using (writing)
        {
            ProgramStart role = ChildRole.Start("launch", form);
            child = Spawn.Start(new ProgramStart
            {
                Path = role.Path,
                Arguments = plan.ToArguments(role.Path),
                Environment = role.Environment,
                Input = form.Input,
                Output = writing,
                Error = writing,
                LeadsSession = form.LeadsSession,
            });
        }
        await using var stream = new DescriptorStream(reading);
        var output = new MemoryStream();
        await stream.CopyToAsync(output);
        return (await child.Exited, output.ToArray());
    }

    private static LaunchPlan Parse(CStrings arguments)
    {
        Assert.Equal("nacre", arguments.First());
        Assert.Equal(LaunchPlan.Verb, arguments.ElementAt(1));
        var rest = new CStrings();
        for (int i = 2; i < arguments.Count; i++)
            rest.Add(arguments[i]);
        return LaunchPlan.Parse(rest);
    }

    private static CStrings Strings(string[] texts)
    {
        var strings = new CStrings();
        foreach (string text in texts)
            strings.Add(text);
        return strings;
    }

    private static List<byte[]> Bytes(CStrings strings) => [.. Enumerable.Range(0, strings.Count).Select(i => strings[i].ToArray())];
}
