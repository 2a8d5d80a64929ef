namespace Nacre.Tests.Interop;

/// <summary>ssh -y: what is told goes to the system's log, here one that a test has put in its place.</summary>
/// <remarks>A mount namespace of its own has another /dev, in which the log is a socket of the test's; nothing of that is seen outside it.</remarks>
[Trait("Category", "Interop")]
public sealed class SystemLogTests : IDisposable
{
    private const string Namespace = """
        set -e
        here=$1; shift
        mkdir $here/dev
        mount --rbind /dev $here/dev
        mount -t tmpfs tmpfs /dev
        for each in null zero random urandom tty; do touch /dev/$each; mount --bind $here/dev/$each /dev/$each; done
        ln -s $here/log /dev/log
        exec "$@"
        """;

    private const string Listener = """
        import select, socket, subprocess, sys
        here = sys.argv[1]
        log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        log.bind(here + "/log")
        child = subprocess.Popen(["unshare", "-m", "sh", here + "/namespace.sh"] + sys.argv[1:])
        while child.poll() is None or select.select([log], [], [], 0)[0]:
            if select.select([log], [], [], 0.05)[0]: print(log.recv(65536).decode())
        sys.exit(child.returncode)
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("-y", 1 << 3)]
    [InlineData("-y -oSyslogFacility=local3", 19 << 3)]
    public async Task What_ssh_tells_goes_to_the_log_and_not_to_the_person(string flags, int facility)
    {
        RunResult result = await RunAsync([.. flags.Split(' '), "-oProxyCommand=false", "host", "true"]);

        const int error = 3;
        string head = $@"<{facility | error}>.* ssh\[\d+\]: ";
        Assert.Matches($@"^{head}kex_exchange_identification: Connection closed by remote host\n{head}Connection closed by UNKNOWN port 65535\n$", result.Ends(255).Output);
        Assert.Equal("", result.Error);
    }

    [Fact]
    public async Task Both_the_log_and_a_file_are_too_much()
    {
        RunResult result = await RunAsync(["-y", "-E", _directory["file"], "host", "true"]);
        Assert.Equal(("", "Can't specify both -y and -E\n"), (result.Ends(255).Output, result.Error));
    }

    [Fact]
    public async Task The_lines_of_a_session_are_under_its_own_number()
    {
        Assert.SkipUnless(TestUser.IsRoot, "needs root: a session has a process of its own only there");
        await using OurSshd other = await OurSshd.StartAsync();
        string port = FreePort.Take().ToString(System.Globalization.CultureInfo.InvariantCulture);
        string config = _directory.Write("config", $"PidFile none\n{(await File.ReadAllTextAsync(other.ConfigFile, TestContext.Current.CancellationToken)).Replace($"Port {other.Port}", $"Port {port}", StringComparison.Ordinal)}");
        string script = _directory.Write("script", """
            "$1" -D -f "$2" & server=$!
            shift 2
            until "$@"; do kill -0 $server || exit; done
            kill $server
            wait $server
            """);

        string told = (await InNamespaceAsync(
            ["sh", script, Requires.PublishedTool("sshd"), config, "ssh", "-q", "-p", port, .. (await other.ClientArgumentsAsync()).Select(argument => argument.Replace("Checking=yes", "Checking=no", StringComparison.Ordinal)), other.Destination, "true"])).Output;

        string child = System.Text.RegularExpressions.Regex.Match(told, @"sshd\[(\d+)\]: User child is on pid (?<child>\d+)\n").Groups["child"].Value;
        Assert.Contains($"sshd[{child}]: Starting session: command for {other.User} ", told, StringComparison.Ordinal);
        Assert.DoesNotContain($"sshd[{child}]: Accepted", told, StringComparison.Ordinal);
    }

    private Task<RunResult> RunAsync(string[] arguments) => InNamespaceAsync([Requires.PublishedTool("ssh"), "-F", "none", .. arguments]);

    private Task<RunResult> InNamespaceAsync(params string[] command)
    {
        _directory.Write("namespace.sh", Namespace);
        return Run.CleanAsync("python3", [_directory.Write("listener.py", Listener), _directory.Path, .. command]);
    }
}
