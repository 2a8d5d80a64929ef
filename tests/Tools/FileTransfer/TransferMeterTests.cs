using Nacre.Tools.FileTransfer;

namespace Nacre.Tests.Tools.FileTransfer;

public sealed class TransferMeterTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_line_has_OpenSSHs_columns_and_leaves_one_free()
    {
        var line = new ProgressLine("name", 1024 * 1024) { Done = 512 * 1024 };
        string shown = line.At(2 * Second, 80);
        Assert.Equal("name".PadRight(45) + "  50%  512KB 256.0KB/s   00:02 ETA", shown);
        Assert.Equal(79, shown.Length);
        line.Done = 1024 * 1024;
        Assert.Equal("name".PadRight(45) + " 100% 1024KB 512.0KB/s   00:02    ", line.AtEnd(2 * Second, 80));
    }

    [Theory]
    [InlineData(0, "    ")]
    [InlineData(20, "")]
    [InlineData(36, "l")]
    [InlineData(40, "long ")]
    public void A_name_has_what_room_there_is(int columns, string start)
    {
        string shown = new ProgressLine("long name", 10) { Done = 5 }.At(Second, columns);
        Assert.StartsWith(start.Trim(), shown, StringComparison.Ordinal);
        Assert.True(shown.Length < Math.Max(1, columns));
    }

    [Fact]
    public void A_copy_that_goes_on_does_not_count_what_was_there()
    {
        var line = new ProgressLine("n", 3000 * 1024);
        line.Skip(1000 * 1024);
        line.Done = 1500 * 1024;
        Assert.EndsWith(" 50% 1500KB 500.0KB/s   00:03 ETA", line.At(Second, 80), StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_move_is_stalled()
    {
        var line = new ProgressLine("n", 1000);
        Assert.EndsWith("  --:-- ETA", line.At(Second, 80), StringComparison.Ordinal);
        line.Done = 500;
        line.At(2 * Second, 80);
        Assert.EndsWith(" ETA", line.At(4 * Second, 80), StringComparison.Ordinal);
        Assert.EndsWith("- stalled -", line.At(7 * Second, 80), StringComparison.Ordinal);
        line.Done = 600;
        Assert.EndsWith(" ETA", line.At(8 * Second, 80), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_file_leaves_its_line_and_the_first_that_began_is_shown_below()
    {
        using var output = new StringWriter();
        using (var meter = new TransferMeter(output, static () => 60, TimeProvider.System))
        {
            meter.Begin("/d/one", 10);
            meter.Begin("/d/two\u001b[2J", 10);
            meter.Advance("/d/two\u001b[2J", 10);
            meter.End("/d/two\u001b[2J");
            meter.Interrupt(() => output.Write("something else\n"));
            meter.Advance("/d/one", 10);
            meter.End("/d/one");
            meter.End("/d/unknown");
        }

        string[] lines = [.. output.ToString().Split('\n').Select(line => line.Split('\r')[^1].Split(' ')[0])];
        Assert.Equal([@"two\033[2J", "something", "one", ""], lines);
        Assert.DoesNotContain('\u001b', output.ToString());
    }

    [Fact]
    public void What_is_broken_off_leaves_its_line()
    {
        using var output = new StringWriter();
        var meter = new TransferMeter(output, static () => 60, TimeProvider.System);
        meter.Begin("one", 10);
        meter.Dispose();
        Assert.EndsWith("ETA\n", output.ToString(), StringComparison.Ordinal);
    }
}
