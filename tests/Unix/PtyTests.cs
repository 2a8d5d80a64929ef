using System.Text;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class PtyTests
{
    [Fact]
    public async Task A_program_has_the_terminal_as_its_controlling_terminal()
    {
        using Pty pty = Pty.Open();
        pty.Size = new TerminalSize(132, 43, 1000, 500);
        Assert.Equal(new TerminalSize(132, 43, 1000, 500), pty.Size);

        string output = await RunAsync(pty, "tty; tty </dev/tty; stty size; ps -o tpgid= -p $$ | tr -d ' '; echo $$");
        string[] lines = output.Split("\r\n");

        Assert.Equal([pty.Name, "/dev/tty", "43 132"], lines[..3]);
        Assert.Equal(lines[4], lines[3]);
    }

    [Fact]
    public async Task The_end_of_the_last_process_is_the_end_of_the_stream()
    {
        using Pty pty = Pty.Open();
        Assert.Equal("bye\r\n", await RunAsync(pty, "echo bye"));
    }

    [Fact]
    public async Task What_is_typed_reaches_the_program_and_is_echoed()
    {
        using Pty pty = Pty.Open();
        ChildProcess child = Start(pty, "read line; echo \"[$line]\"");
        await using DescriptorStream stream = pty.OpenStream();
        await stream.WriteAsync("typed\r"u8.ToArray());

        Assert.Equal("typed\r\n[typed]\r\n", await new StreamReader(stream).ReadToEndAsync());
        Assert.Equal(0, (await child.Exited).Status);
    }

    [Fact]
    public async Task An_interrupt_character_is_a_signal_to_the_foreground()
    {
        using Pty pty = Pty.Open();
        ChildProcess child = Start(pty, "echo ready; exec sleep 1000");
        await using DescriptorStream stream = pty.OpenStream();
        await stream.ReadExactlyAsync(new byte[7]);
        await stream.WriteAsync(new byte[] { 3 });

        Assert.Equal(UnixSignal.INT, (await child.Exited).Signal);
    }

    [Fact]
    public async Task Closing_the_master_hangs_up_the_session()
    {
        using Pty pty = Pty.Open();
        ChildProcess child = Start(pty, "echo ready; exec sleep 1000");
        DescriptorStream stream = pty.OpenStream();
        await stream.ReadExactlyAsync(new byte[7]);
        await stream.DisposeAsync();

        Assert.Equal(UnixSignal.HUP, (await child.Exited).Signal);
    }

    [Fact]
    public async Task A_new_size_is_a_signal_to_the_foreground()
    {
        using Pty pty = Pty.Open();
        pty.Size = new TerminalSize(80, 24);
        Start(pty, "trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.01; done");
        await using DescriptorStream stream = pty.OpenStream();
        await stream.ReadExactlyAsync(new byte[7]);
        pty.Size = new TerminalSize(100, 50);

        Assert.Equal("50 100\r\n", await new StreamReader(stream).ReadToEndAsync());
    }

    [Fact]
    public void A_terminal_is_given_to_its_user()
    {
        Assert.SkipUnless(Users.IsRoot, "needs root: chown of a terminal");
        using Pty pty = Pty.Open();
        pty.GiveTo(12345, 12345);

        FileStatus status = FileStatus.OfPath(pty.Name);
        Assert.Equal(12345u, status.Uid);
        Assert.Equal(Users.FindGroup("tty")!.Gid, status.Gid);
        Assert.Equal(0b110_010_000u, status.Mode);
    }

    [Fact]
    public void A_size_beyond_what_a_window_can_have_is_cut()
    {
        var size = new TerminalSize(uint.MaxValue, 65536, 65535, 0);

        Assert.Equal((65535u, 65535u, 65535u), (size.Columns, size.Rows, size.PixelWidth));
    }

    internal static ChildProcess Start(Pty pty, string command) => Spawn.Start(new ProgramStart
    {
        Path = "/bin/sh",
        Arguments = ["sh", "-c", command],
        ControllingTerminal = pty.Name,
    });

    private static async Task<string> RunAsync(Pty pty, string command)
    {
        ChildProcess child = Start(pty, command);
        await using DescriptorStream stream = pty.OpenStream();
        var output = new MemoryStream();
        var buffer = new byte[1000];
        int count;
        while ((count = await stream.ReadAsync(buffer)) > 0)
            output.Write(buffer, 0, count);
        Assert.Equal(0, (await child.Exited).Status);
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
