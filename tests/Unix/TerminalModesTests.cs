using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class TerminalModesTests
{
    [Fact]
    public void Every_mode_survives_encoding_and_applying()
    {
        using Pty pty = Pty.Open();
        Termios original = pty.Modes;
        (byte Opcode, uint Value)[] pairs = TerminalModes.Encode(original);

        var rebuilt = default(Termios);
        foreach ((byte opcode, uint value) in pairs)
            Assert.True(TerminalModes.TryApply(opcode, value, ref rebuilt));

        Assert.Equal(pairs, TerminalModes.Encode(rebuilt));
        Assert.Equal(TerminalModes.Opcodes, pairs.Select(pair => pair.Opcode));
    }

    [Fact]
    public void Each_flag_is_one_bit_that_is_set_and_cleared_alone()
    {
        foreach (byte opcode in TerminalModes.Opcodes.Where(opcode => opcode is >= 30 and < 90 or 92 or 93))
        {
            var modes = default(Termios);
            Assert.True(TerminalModes.TryApply(opcode, 1, ref modes));
            Assert.Equal([opcode], SetFlags(modes));
            Assert.True(TerminalModes.TryApply(opcode, 0, ref modes));
            Assert.Empty(SetFlags(modes));
        }
    }

    [Theory]
    [InlineData(3, 127, 127)]
    [InlineData(3, 255, 0)]
    [InlineData(1, 256, 0)]
    public void A_control_character_of_255_is_none(byte opcode, uint value, byte expected)
    {
        var modes = default(Termios);
        Assert.True(TerminalModes.TryApply(opcode, value, ref modes));

        ControlCharacter place = opcode == 1 ? ControlCharacter.VINTR : ControlCharacter.VERASE;
        Assert.Equal(expected, modes.Characters[(int)place]);
        Assert.Equal(expected == 0 ? 255u : expected, TerminalModes.Encode(modes).Single(pair => pair.Opcode == opcode).Value);
    }

    [Theory]
    [InlineData(1, 0, 0x20)]
    [InlineData(0, 1, 0x30)]
    [InlineData(1, 1, 0x30)] // as OpenSSH says eight bits
    public void A_character_size_is_a_choice_and_not_a_flag(uint seven, uint eight, uint expected)
    {
        var modes = default(Termios);
        TerminalModes.TryApply(90, seven, ref modes);
        TerminalModes.TryApply(91, eight, ref modes);

        Assert.Equal(expected, (uint)(modes.Control & ControlModes.CSIZE));
    }

    [Theory]
    [InlineData(11)] // VDSUSP
    [InlineData(15)] // VFLUSH
    [InlineData(17)] // VSTATUS
    [InlineData(0)]
    [InlineData(127)]
    [InlineData(159)]
    [InlineData(255)]
    public void An_opcode_without_a_place_changes_nothing(byte opcode)
    {
        var modes = default(Termios);
        Assert.False(TerminalModes.TryApply(opcode, 1, ref modes));
        Assert.Equal(TerminalModes.Encode(default), TerminalModes.Encode(modes));
    }

    [Theory]
    [InlineData(9600)]
    [InlineData(38400)]
    [InlineData(115200)]
    [InlineData(4000000)]
    [InlineData(31250)]
    public void A_speed_is_set_and_read_back(uint speed)
    {
        using Pty pty = Pty.Open();
        Termios modes = pty.Modes;
        TerminalModes.TryApply(TerminalModes.OutputSpeed, speed, ref modes);
        pty.Modes = modes;

        Assert.Equal(speed, pty.Modes.OutputSpeed);
        Assert.Equal(speed, pty.Modes.InputSpeed);
    }

    [Fact]
    public async Task Programs_see_the_modes_that_were_applied()
    {
        using Pty pty = Pty.Open();
        Termios modes = pty.Modes;
        TerminalModes.TryApply(TerminalModes.OutputSpeed, 57600, ref modes);
        TerminalModes.TryApply(53, 0, ref modes); // ECHO
        TerminalModes.TryApply(42, 1, ref modes); // IUTF8
        TerminalModes.TryApply(1, 7, ref modes); // VINTR
        TerminalModes.TryApply(2, 255, ref modes); // VQUIT
        pty.Modes = modes;

        ChildProcess child = PtyTests.Start(pty, "stty -a");
        await using DescriptorStream stream = pty.OpenStream();
        string output = await new StreamReader(stream).ReadToEndAsync();
        await child.Exited;

        Assert.Contains("speed 57600 baud", output, StringComparison.Ordinal);
        Assert.Contains(" -echo ", output, StringComparison.Ordinal);
        Assert.Matches("[^-]iutf8", output);
        Assert.Contains("intr = ^G", output, StringComparison.Ordinal);
        Assert.Contains("quit = <undef>", output, StringComparison.Ordinal);
    }

    private static IEnumerable<byte> SetFlags(Termios modes) =>
        TerminalModes.Encode(modes).Where(pair => pair.Opcode is >= 30 and < 128 && pair.Value == 1).Select(pair => pair.Opcode);
}
