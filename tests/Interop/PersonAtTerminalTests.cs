using System.Globalization;

namespace Nacre.Tests.Interop;

/// <summary>A person's session: our ssh, as published, at a terminal, with Debian's sshd and with ours.</summary>
[Trait("Category", "Interop")]
[Trait("Category", "Slow")]
public abstract class PersonAtTerminalTests(SharedSshd server) : IAsyncLifetime
{
    private readonly TmuxPane _pane = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return _pane.DisposeAsync();
    }

    [Fact]
    public async Task Vim_writes_what_is_typed()
    {
        using var directory = new TemporaryDirectory();
        string file = Path.Join(directory.Open("far"), "letter");
        await LogInAsync();

        await _pane.EnterAsync($"vim -u NONE -N {file}");
        await _pane.UntilAsync("[New");
        await _pane.TypeAsync("ihello, world");
        await _pane.PressAsync("Escape");
        await _pane.EnterAsync(":wq");
        await _pane.UntilAsync("letter\nfar$");
        await _pane.EnterAsync("cat " + file + "; echo is'':''said");

        await _pane.UntilAsync("is:said");
        Assert.Equal("hello, world\n", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task The_far_terminal_is_resized_with_this_one()
    {
        await LogInAsync();
        await _pane.EnterAsync("stty size");
        await _pane.UntilAsync("\n24 80");

        await _pane.ResizeAsync(100, 30);
        await _pane.EnterAsync("until test \"$(stty size)\" = '30 100'; do :; done; stty size");

        await _pane.UntilAsync("\n30 100");
    }

    [Fact]
    public async Task Ctrl_C_interrupts_the_program_and_not_ssh()
    {
        await LogInAsync();
        await _pane.EnterAsync("echo sleep''ing; sleep 1000");
        await _pane.UntilAsync("sleeping");
        await _pane.PressAsync("C-c");
        await _pane.EnterAsync("echo back=$?");

        await _pane.UntilAsync("back=130");
    }

    [Fact]
    public async Task A_hundred_megabytes_of_yes_come_and_the_prompt_is_there_after_them()
    {
        await LogInAsync();
        await _pane.EnterAsync("yes | head -c 100000000; echo all'' of it");

        // The terminal itself draws fifty million lines, and that takes most of the time.
        await _pane.UntilAsync("\nall of it", TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task Ctrl_C_ends_an_endless_program()
    {
        await LogInAsync();
        await _pane.EnterAsync("yes");
        await _pane.UntilAsync("y\ny\ny\ny\ny\ny\n");
        await _pane.PressAsync("C-c");
        await _pane.EnterAsync("echo back=$?");

        await _pane.UntilAsync("back=130");
    }

    [Fact]
    public async Task Tilde_dot_ends_the_connection()
    {
        await LogInAsync();
        await _pane.PressAsync("Enter");
        await _pane.TypeAsync("~.");

        string screen = await _pane.UntilAsync("status=255");
        Assert.Contains("~.", screen, StringComparison.Ordinal);
        Assert.Contains("Connection to 127.0.0.1 closed.", screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EscapeChar_chooses_another_character_in_the_place_of_the_tilde()
    {
        await LogInAsync("-o", "EscapeChar=%");
        await _pane.EnterAsync("~.");
        await _pane.EnterAsync("echo al''ive");
        await _pane.UntilAsync("\nalive");
        await _pane.TypeAsync("%.");

        await _pane.UntilAsync("status=255");
    }

    [Fact]
    public async Task Tilde_dot_ends_a_connection_whose_program_does_not_answer()
    {
        await LogInAsync();
        await _pane.EnterAsync("stty -isig; echo st''uck; exec sleep 1000");
        await _pane.UntilAsync("stuck");
        await _pane.PressAsync("Enter");
        await _pane.TypeAsync("~.");

        await _pane.UntilAsync("status=255");
    }

    [Fact]
    public async Task The_shell_s_status_is_ssh_s_and_the_terminal_is_as_it_was()
    {
        await LogInAsync();
        await _pane.EnterAsync("exit 7");
        await _pane.UntilAsync("status=7");

        // The modes are those from before, so that what is typed is shown and lines end.
        await _pane.EnterAsync("echo a''live");
        await _pane.UntilAsync("\nalive");
    }

    [Fact]
    public async Task Tilde_Ctrl_Z_gives_the_shell_its_terminal_and_fg_goes_on()
    {
        await LogInAsync();
        await _pane.EnterAsync("kept=value");
        await _pane.TypeAsync("~");
        await _pane.PressAsync("C-z");
        await _pane.UntilAsync("Stopped");
        await _pane.EnterAsync("echo ne''ar");
        await _pane.UntilAsync("\nnear\n");
        await _pane.EnterAsync("fg");
        await _pane.PressAsync("Enter");
        await _pane.EnterAsync("echo kept=$kept");

        await _pane.UntilAsync("kept=value\n");
    }

    [Fact]
    public async Task The_other_sequences_say_what_they_are_to_say()
    {
        using var greeter = new Greeter("from afar\n");
        int port = FreePort.Take();
        await LogInAsync("-o", "EnableEscapeCommandline=yes", "-o", "PermitLocalCommand=yes");
        await EscapeAsync("~?", "this message");
        await EscapeAsync("~#", "#0 session:");
        await EscapeAsync("~v", "[LogLevel VERBOSE]");
        await EscapeAsync("~V", "[LogLevel INFO]");
        await EscapeAsync("~I", "Connection information for 127.0.0.1 pid ");
        await EscapeAsync("~B", "~B");
        await _pane.PressAsync("Enter");
        await _pane.TypeAsync("~R");
        await _pane.EnterAsync("echo re''keyed");
        await _pane.UntilAsync("\nrekeyed");
        await EscapeAsync("~C", "ssh> ");
        await _pane.EnterAsync(string.Create(CultureInfo.InvariantCulture, $"-L 127.0.0.1:{port}:127.0.0.1:{greeter.Port}"));
        await _pane.UntilAsync("Forwarding port.");
        Assert.Equal("from afar\n", await ReadAsync(port));
        await EscapeAsync("~C", "ssh> ");
        await _pane.EnterAsync(string.Create(CultureInfo.InvariantCulture, $"-KL 127.0.0.1:{port}"));
        await _pane.UntilAsync("Canceled forwarding.");
        await EscapeAsync("~C", "ssh> ");
        await _pane.EnterAsync("!echo lo''cal");
        await _pane.UntilAsync("\nlocal");
        await EscapeAsync("~~", "~");
        await _pane.PressAsync("C-u");
        await _pane.EnterAsync("echo far''ther");

        await _pane.UntilAsync("\nfarther");
    }

    [Fact]
    public async Task Tilde_C_is_off_until_it_is_wanted()
    {
        await LogInAsync();
        await EscapeAsync("~C", "commandline disabled");
    }

    [Fact]
    public async Task Tilde_ampersand_gives_the_shell_its_terminal_while_a_forwarded_connection_goes_on()
    {
        using var greeter = new HoldingGreeter("before\n", "after\n");
        int port = FreePort.Take();
        await LogInAsync("-L", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}:127.0.0.1:{greeter.Port}"));
        using var connection = new System.Net.Sockets.TcpClient();
        await connection.ConnectAsync("127.0.0.1", port);
        using var reader = new StreamReader(connection.GetStream());
        Assert.Equal("before", await reader.ReadLineAsync());
        await _pane.PressAsync("Enter");
        await _pane.TypeAsync("~&");
        await _pane.UntilAsync("[backgrounded]");
        await _pane.UntilAsync("Stopped");
        await _pane.EnterAsync("echo ne''ar");
        await _pane.UntilAsync("\nnear\n");

        greeter.Release();

        Assert.Equal("after", await reader.ReadLineAsync());
    }

    // What a sequence says may stand there from another one before.
    private async Task EscapeAsync(string sequence, string expected)
    {
        int before = await _pane.CountAsync(expected);
        await _pane.PressAsync("Enter");
        await _pane.TypeAsync(sequence);
        await _pane.UntilAsync(expected, times: before + 1);
    }

    private async Task LogInAsync(params string[] flags)
    {
        string arguments = string.Join(' ', ((string[])[.. await server.Sshd.ClientArgumentsAsync(), .. flags, server.Sshd.Destination]).Select(word => $"'{word}'"));
        await _pane.StartAsync($"""
            cat >"$0.go" <<'END'
            exec {Requires.PublishedTool("ssh")} -tt {arguments} "exec env PS1='far$ ' HISTFILE= bash --norc -i"
            END
            export GO="$0.go"
            exec bash --norc -i
            """);
        await _pane.UntilAsync("near$ ");
        await _pane.EnterAsync("sh $GO; echo status=$?");
        await _pane.UntilAsync("far$ ");
    }

    private static async Task<string> ReadAsync(int port)
    {
        using var connection = new System.Net.Sockets.TcpClient();
        await connection.ConnectAsync("127.0.0.1", port);
        using var reader = new StreamReader(connection.GetStream());
        return await reader.ReadToEndAsync();
    }

    /// <summary>With Debian's sshd.</summary>
    public sealed class WithStock(SharedSshd.Stock server) : PersonAtTerminalTests(server), IClassFixture<SharedSshd.Stock>;

    /// <summary>With our sshd.</summary>
    public sealed class WithOurs(SharedSshd.Ours server) : PersonAtTerminalTests(server), IClassFixture<SharedSshd.Ours>;

    /// <summary>Says one thing at once, and another when it is released.</summary>
    private sealed class HoldingGreeter : IDisposable
    {
        private readonly System.Net.Sockets.TcpListener _listener = new(System.Net.IPAddress.Loopback, 0);
        private readonly TaskCompletionSource _released = new();

        public HoldingGreeter(string first, string second)
        {
            _listener.Start();
            _ = ServeAsync(first, second);
        }

        public int Port => ((System.Net.IPEndPoint)_listener.LocalEndpoint).Port;

        public void Release() => _released.SetResult();

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync(string first, string second)
        {
            using System.Net.Sockets.Socket socket = await _listener.AcceptSocketAsync();
            await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(first));
            await _released.Task;
            await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(second));
        }
    }
}
