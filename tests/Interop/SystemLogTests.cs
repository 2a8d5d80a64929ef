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
        import socket, subprocess, sys
        here = sys.argv[1]
        log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        log.bind(here + "/log")
        done = subprocess.run(["unshare", "-m", "sh", here + "/namespace.sh"] + sys.argv[1:])
        log.setblocking(False)
        try:
            while True: print(log.recv(65536).decode())
        except BlockingIOError:
            sys.exit(done.returncode)
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
        Assert.Matches($@"^<{facility | error}>.* ssh\[\d+\]: Connection closed by UNKNOWN port 65535\n$", result.Ends(255).Output);
        Assert.Equal("", result.Error);
    }

    [Fact]
    public async Task Both_the_log_and_a_file_are_too_much()
    {
        RunResult result = await RunAsync(["-y", "-E", _directory["file"], "host", "true"]);
        Assert.Equal(("", "Can't specify both -y and -E\n"), (result.Ends(255).Output, result.Error));
    }

    private Task<RunResult> RunAsync(string[] arguments)
    {
        _directory.Write("namespace.sh", Namespace);
        return Run.CleanAsync("python3", [_directory.Write("listener.py", Listener), _directory.Path, Requires.PublishedTool("ssh"), "-F", "none", .. arguments]);
    }
}
