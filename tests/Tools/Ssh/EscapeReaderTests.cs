using System.Text;
using Nacre.Tools.Ssh;

namespace Nacre.Tests.Tools.Ssh;

public sealed class EscapeReaderTests
{
    [Theory]
    [InlineData("~.", "", nameof(EscapeAction.Disconnect))]
    [InlineData("~B", "", nameof(EscapeAction.Break))]
    [InlineData("~C", "", nameof(EscapeAction.CommandLine))]
    [InlineData("~R", "", nameof(EscapeAction.Rekey))]
    [InlineData("~V", "", nameof(EscapeAction.LessVerbose))]
    [InlineData("~v", "", nameof(EscapeAction.MoreVerbose))]
    [InlineData("~\u001a", "", nameof(EscapeAction.Suspend))]
    [InlineData("~#", "", nameof(EscapeAction.ListConnections))]
    [InlineData("~&", "", nameof(EscapeAction.Background))]
    [InlineData("~I", "", nameof(EscapeAction.Information))]
    [InlineData("~?", "", nameof(EscapeAction.Help))]
    [InlineData("ls\r~.", "ls\r", nameof(EscapeAction.Disconnect))]
    [InlineData("ls\n~.", "ls\n", nameof(EscapeAction.Disconnect))]
    [InlineData("~~", "~", nameof(EscapeAction.None))]
    [InlineData("~x", "~x", nameof(EscapeAction.None))]
    [InlineData("~~.", "~.", nameof(EscapeAction.None))]
    [InlineData("a~.", "a~.", nameof(EscapeAction.None))]
    [InlineData("~", "", nameof(EscapeAction.None))]
    [InlineData("plain\r", "plain\r", nameof(EscapeAction.None))]
    public void What_is_typed_goes_on_without_the_sequences_and_they_are_told(string typed, string expected, string action)
    {
        var reader = new EscapeReader((byte)'~');
        byte[] kept = new byte[64];

        (int read, int written, EscapeAction told) = reader.Filter(Encoding.ASCII.GetBytes(typed), kept);

        Assert.Equal((typed.Length, expected, action), (read, Encoding.ASCII.GetString(kept, 0, written), told.ToString()));
    }

    [Fact]
    public void A_sequence_may_come_byte_by_byte_and_another_may_follow_it_at_once()
    {
        var reader = new EscapeReader((byte)'~');
        byte[] kept = new byte[8];
        Assert.Equal((1, 0, EscapeAction.None), reader.Filter("~"u8, kept));
        Assert.Equal((1, 0, EscapeAction.Help), reader.Filter("?~"u8, kept));
        Assert.Equal((2, 0, EscapeAction.Disconnect), reader.Filter("~."u8, kept));
    }

    [Fact]
    public void The_character_may_be_another_and_the_help_has_it()
    {
        var reader = new EscapeReader((byte)'^');
        byte[] kept = new byte[8];
        Assert.Equal((2, 0, EscapeAction.Disconnect), reader.Filter("^."u8, kept));
        Assert.Contains("\r\n ^.  - terminate connection", reader.HelpWithout(), StringComparison.Ordinal);
        Assert.DoesNotContain('~', reader.HelpWithout());
    }

    [Fact]
    public void Every_action_is_in_the_help()
    {
        string help = new EscapeReader((byte)'~').HelpWithout();
        Assert.Equal(Enum.GetValues<EscapeAction>().Length - 1, help.Split("\r\n ~").Length - 2);
    }

    [Fact]
    public void What_cannot_be_asked_for_is_not_in_the_help()
    {
        string help = new EscapeReader((byte)'~').HelpWithout(EscapeAction.CommandLine, EscapeAction.Suspend);
        Assert.DoesNotContain("command line", help, StringComparison.Ordinal);
        Assert.DoesNotContain("suspend", help, StringComparison.Ordinal);
        Assert.Contains("~R  - request rekey", help, StringComparison.Ordinal);
    }
}
