using System.Text;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Wire;

/// <summary>A-25: what a peer may do to a terminal or a log with its text, which is nothing.</summary>
public sealed class PrintableTests
{
    [Theory]
    [InlineData("plain text, ünd mehr: 漢字", "plain text, ünd mehr: 漢字")]
    [InlineData("\u001b[2J", @"\033[2J")]
    [InlineData("\u001b]0;title\u0007", @"\033]0;title\007")]
    [InlineData("a\r\nb\tc\0", @"a\015\012b\011c\000")]
    [InlineData("\u007f", @"\177")]
    [InlineData("\u009b1m", @"\302\2331m")]
    [InlineData("\u202egnp.exe", @"\342\200\256gnp.exe")]
    [InlineData("\u2028", @"\342\200\250")]
    public void Controls_and_overrides_become_octal(string text, string expected) => Assert.Equal(expected, Printable.Escape(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Bytes_that_are_no_UTF8_become_octal() =>
        Assert.Equal(@"a\377\300\257b\342\202", Printable.Escape([(byte)'a', 0xff, 0xc0, 0xaf, (byte)'b', 0xe2, 0x82]));

    [Fact]
    public void A_banner_keeps_its_lines_and_tabs_and_nothing_else()
    {
        byte[] text = Encoding.UTF8.GetBytes("one\r\ntwo\n\tthree\rover\u001b[m");
        Assert.Equal("one\r\ntwo\n\tthree\\015over\\033[m", new PeerText(text).Lines);
        Assert.Equal(@"one\015\012two\012\011three\015over\033[m", new PeerText(text).ToString());
    }
}
