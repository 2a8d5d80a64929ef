using System.Text;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class TerminalTests
{
    [Fact]
    public void Raw_mode_passes_every_byte_and_goes_back_to_what_was()
    {
        using Pty pty = Pty.Open();
        int descriptor = (int)pty.Master.DangerousGetHandle();
        Termios before = pty.Modes;
        before.Input |= InputModes.IUTF8;
        pty.Modes = before;

        using (RawMode raw = RawMode.TryEnter(descriptor)!)
        {
            Termios during = pty.Modes;
            Assert.Equal(InputModes.IGNPAR | InputModes.IUTF8, during.Input & ~(InputModes.IMAXBEL | InputModes.PARMRK));
            Assert.Equal((LocalModes)0, during.Local & (LocalModes.ISIG | LocalModes.ICANON | LocalModes.ECHO | LocalModes.IEXTEN));
            Assert.Equal((OutputModes)0, during.Output & OutputModes.OPOST);
            Assert.Equal((1, 0), (during.Characters[(int)ControlCharacter.VMIN], during.Characters[(int)ControlCharacter.VTIME]));

            raw.Leave();
            Assert.Equal(TerminalModes.Encode(before), TerminalModes.Encode(pty.Modes));
            raw.Enter();
            Assert.Equal((LocalModes)0, pty.Modes.Local & LocalModes.ICANON);
        }
        Assert.Equal(TerminalModes.Encode(before), TerminalModes.Encode(pty.Modes));
    }

    [Fact]
    public void What_is_no_terminal_has_no_raw_mode_and_no_size()
    {
        using var file = File.OpenHandle("/dev/null");
        int descriptor = (int)file.DangerousGetHandle();

        Assert.Null(RawMode.TryEnter(descriptor));
        Assert.False(TerminalSize.TryOf(descriptor, out _));
        Assert.False(Descriptors.IsTerminal(descriptor));
    }

    [Fact]
    public async Task A_passphrase_is_read_without_echo()
    {
        using Pty pty = Pty.Open();
        ChildProcess child = Ask(pty);
        await using DescriptorStream stream = pty.OpenStream();
        Assert.Equal("Secret please: ", await ReadAsync(stream, 15));
        Assert.Equal((LocalModes)0, pty.Modes.Local & LocalModes.ECHO);

        await stream.WriteAsync("sésame\r"u8.ToArray());
        Assert.Equal("\r\ngot [sésame]\r\n", await new StreamReader(stream).ReadToEndAsync());
        Assert.Equal(0, (await child.Exited).Status);
    }

    [Fact]
    public async Task A_passphrase_that_is_too_long_is_cut_off()
    {
        using Pty pty = Pty.Open();
        ChildProcess child = Ask(pty);
        await using DescriptorStream stream = pty.OpenStream();
        await ReadAsync(stream, 15);

        await stream.WriteAsync(Encoding.ASCII.GetBytes(new string('x', Terminal.LongestAnswer) + "y\r"));
        Assert.Equal($"\r\ngot [{new string('x', Terminal.LongestAnswer)}]\r\n", await new StreamReader(stream).ReadToEndAsync());
        await child.Exited;
    }

    [Fact]
    public async Task An_interrupt_at_the_prompt_ends_the_process_and_brings_the_echo_back()
    {
        using Pty pty = Pty.Open();
        ChildProcess child = Ask(pty);
        await using DescriptorStream stream = pty.OpenStream();
        await ReadAsync(stream, 15);
        await stream.WriteAsync(new byte[] { 3 });

        ChildExit exit = await child.Exited;
        Assert.True(exit.Signal == UnixSignal.INT || exit.Status == 130, exit.ToString());
        Assert.Equal(LocalModes.ECHO, pty.Modes.Local & LocalModes.ECHO);
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    [InlineData("HUP")]
    [InlineData("QUIT")]
    public async Task A_signal_that_ends_the_process_brings_its_terminal_back_from_raw_mode(string name)
    {
        using Pty pty = Pty.Open();
        var before = TerminalModes.Encode(pty.Modes);
        ChildProcess child = Spawn.Start(ChildRole.Start("raw", new ProgramStart { Path = "", Arguments = [], ControllingTerminal = pty.Name }));
        await using DescriptorStream stream = pty.OpenStream();
        Assert.Equal("raw", await ReadAsync(stream, 3));
        Assert.NotEqual(before, TerminalModes.Encode(pty.Modes));

        child.Signal(Enum.Parse<UnixSignal>(name));
        ChildExit exit = await child.Exited;
        Assert.NotEqual(0, exit.ShellStatus);
        Assert.Equal(before, TerminalModes.Encode(pty.Modes));
    }

    [Fact]
    public async Task A_process_that_is_suspended_at_the_prompt_has_its_echo_and_prompts_again_when_continued()
    {
        using Pty pty = Pty.Open();
        ChildProcess child = Ask(pty);
        await using DescriptorStream stream = pty.OpenStream();
        await ReadAsync(stream, 15);
        await stream.WriteAsync(new byte[] { 26 });
        await UntilStoppedAsync(child);
        Assert.Equal(LocalModes.ECHO, pty.Modes.Local & LocalModes.ECHO);

        child.Signal(UnixSignal.CONT);
        Assert.Equal("Secret please: ", await ReadAsync(stream, 15));
        Assert.Equal((LocalModes)0, pty.Modes.Local & LocalModes.ECHO);
        await stream.WriteAsync("again\r"u8.ToArray());
        Assert.Equal("\r\ngot [again]\r\n", await new StreamReader(stream).ReadToEndAsync());
        Assert.Equal(0, (await child.Exited).Status);
    }

    [Fact]
    public async Task The_end_of_input_at_the_prompt_is_no_answer()
    {
        using Pty pty = Pty.Open();
        ChildProcess child = Ask(pty);
        await using DescriptorStream stream = pty.OpenStream();
        await ReadAsync(stream, 15);
        await stream.WriteAsync(new byte[] { 4 });

        Assert.Equal("\r\nno answer\r\n", await new StreamReader(stream).ReadToEndAsync());
        await child.Exited;
    }

    [Fact]
    public async Task Without_a_terminal_there_is_no_answer()
    {
        (var reading, var writing) = Descriptors.CreatePipe();
        ChildProcess child;
        using (writing)
        {
            var form = new ProgramStart { Path = "", Arguments = [], Output = writing, LeadsSession = true };
            child = Spawn.Start(ChildRole.Start("read-passphrase", form));
        }
        await using var stream = new DescriptorStream(reading);
        Assert.Equal("no answer\n", await new StreamReader(stream).ReadToEndAsync());
        await child.Exited;
    }

    [Fact]
    public async Task Watched_signals_are_handed_out_and_do_nothing_else()
    {
        using var watch = new SignalWatch(UnixSignal.WINCH, UnixSignal.USR1);
        foreach (UnixSignal signal in (UnixSignal[])[UnixSignal.WINCH, UnixSignal.USR1])
        {
            Libc.Check(Libc.kill(Libc.getpid(), (int)signal), "signal this process");
            Assert.Equal(signal, await watch.NextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        }
    }

    private static ChildProcess Ask(Pty pty) => Spawn.Start(
        ChildRole.Start("read-passphrase", new ProgramStart { Path = "", Arguments = [], ControllingTerminal = pty.Name }));

    /// <summary>The kernel tells nobody but a waiting parent that a process has stopped; its state is asked until it has.</summary>
    private static async Task UntilStoppedAsync(ChildProcess child)
    {
        while (!File.ReadAllText($"/proc/{child.Pid}/stat").Contains(") T ", StringComparison.Ordinal))
        {
            Assert.False(child.Exited.IsCompleted, "The process ended instead of stopping.");
            await Task.Yield();
        }
    }

    private static async Task<string> ReadAsync(DescriptorStream stream, int count)
    {
        var buffer = new byte[count];
        await stream.ReadExactlyAsync(buffer);
        return Encoding.UTF8.GetString(buffer);
    }
}
