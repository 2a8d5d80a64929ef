using System.Text;
using Nacre.Tools.LineEditor;

namespace Nacre.Tests.Tools.LineEditor;

/// <summary>What is typed goes in as bytes, and the screen of a terminal that obeys what comes out is looked at.</summary>
public sealed class LineEditTests
{
    private const string Left = "\u001b[D", Right = "\u001b[C", Up = "\u001b[A", Down = "\u001b[B";

    private readonly History _history = new();
    private readonly KeyDecoder _keys = new();

    [Theory]
    [InlineData("abc", "abc", 3)]
    [InlineData("abc\u0001x", "xabc", 1)]
    [InlineData("abc\u0001\u0005x", "abcx", 4)]
    [InlineData("abc\u0002\u0002x", "axbc", 2)]
    [InlineData("abc" + Left + Left + Right + "x", "abxc", 3)]
    [InlineData("abc\u001b[Hx\u001b[Fy", "xabcy", 5)]
    [InlineData("abc\u001b[1~x\u001b[4~y", "xabcy", 5)]
    [InlineData("abc\u001bOHx\u001bOFy", "xabcy", 5)]
    [InlineData("abc\u007f\b", "a", 1)]
    [InlineData("abc\u0001\u0004", "bc", 0)]
    [InlineData("abc\u0001\u001b[3~", "bc", 0)]
    [InlineData("one two three\u0017", "one two ", 8)]
    [InlineData("one two  \u0017", "one ", 4)]
    [InlineData("one two\u001bb\u001bbx", "xone two", 1)]
    [InlineData("one two\u0001\u001b[1;5C-", "one- two", 4)]
    [InlineData("one two\u0001\u001bd", " two", 0)]
    [InlineData("one two\u001b[D\u001b[D\u000b", "one t", 5)]
    [InlineData("one two\u001b[D\u001b[D\u0015", "wo", 0)]
    [InlineData("one two\u0015x\u0019", "xone two", 8)]
    [InlineData("ab\u0014", "ba", 2)]
    [InlineData("abc\u0001\u0006\u0014", "bac", 2)]
    [InlineData("a\u0014", "a", 1)]
    [InlineData("a\u001b[99;99~\u001bzb", "ab", 2)]
    public void Keys_change_the_line(string typed, string text, int cursor)
    {
        LineEdit edit = Type(typed);
        Assert.Equal((text, cursor), (edit.Text, edit.Cursor));
    }

    [Theory]
    [InlineData("zażółć\u007f\u007f", "zażó")]
    [InlineData("日本語\u0002\u0002x", "日x本語")]
    [InlineData("e\u0301x\u0002\u007f", "x")]
    [InlineData("a\U0001f600b\u0002\u007f", "ab")]
    public void A_character_is_one_whatever_bytes_it_takes(string typed, string text) => Assert.Equal(text, Type(typed).Text);

    [Fact]
    public void Bytes_may_come_one_by_one_and_what_is_no_text_is_dropped()
    {
        var edit = new LineEdit("> ", _history);
        edit.Start();
        foreach (byte each in (byte[])[0xff, .. "ż\u001b[D"u8, 0xc5, .. "x"u8]) Take(edit, [each]);
        Assert.Equal("xż", edit.Text);
    }

    [Fact]
    public void Earlier_lines_come_back_and_the_draft_stays()
    {
        Type("one\r");
        Type("two\r");
        Type("two\r");
        Type(" \r");
        Assert.Equal("one", Type($"draft{Up}{Up}{Up}").Text);
        Assert.Equal("two", Type($"draft{Up}{Up}\u000e").Text);
        Assert.Equal("draft", Type($"draft\u0010{Up}{Down}{Down}{Down}").Text);
    }

    [Fact]
    public void The_oldest_lines_are_forgotten()
    {
        for (int i = 0; i <= History.MostLines; i++) _history.Add($"line {i}");
        Assert.Equal("line 1", Type(string.Concat(Enumerable.Repeat(Up, History.MostLines + 5))).Text);
    }

    [Theory]
    [InlineData("abc\r", nameof(EditResult.Accepted))]
    [InlineData("abc\n", nameof(EditResult.Accepted))]
    [InlineData("abc\u0003", nameof(EditResult.Interrupted))]
    [InlineData("\u0004", nameof(EditResult.Ended))]
    [InlineData("a\u0004", nameof(EditResult.GoesOn))]
    [InlineData("a\t", nameof(EditResult.WantsCompletion))]
    public void A_line_ends_in_its_ways(string typed, string result)
    {
        var edit = new LineEdit("> ", _history);
        edit.Start();
        Assert.Equal(result, Take(edit, Encoding.UTF8.GetBytes(typed)).ToString());
    }

    [Theory]
    [InlineData("abc", "> abc_")]
    [InlineData("abc\u0002\u0002", "> a_bc")]
    [InlineData("abcdefgh", "> abcdefgh|_")]
    [InlineData("abcdefghij", "> abcdefgh|ij_")]
    [InlineData("abcdefghij\u0001", "> _abcdefgh|ij")]
    [InlineData("abcdefghij\u0002\u0002", "> abcdefgh|_ij")]
    [InlineData("abcdefghij\u0015x", "> x_")]
    [InlineData("abcdefg日本", "> abcdefg|日本_")]
    [InlineData("ab\u001b[D\u001b[D\u001b[3~\u001b[3~", "> _")]
    public void The_screen_shows_the_line_and_the_cursor(string typed, string expected)
    {
        var edit = new LineEdit("> ", _history) { Columns = 10 };
        edit.TakeOutput();
        var screen = new Screen(10);
        edit.Start();
        foreach (Rune rune in typed.EnumerateRunes())
        {
            Take(edit, Encoding.UTF8.GetBytes(rune.ToString()));
            screen.Write(edit.TakeOutput());
        }

        Assert.Equal(expected, screen.ToString());
    }

    [Fact]
    public void What_ends_a_line_leaves_the_cursor_below_it()
    {
        Assert.Equal("> abcdefgh|ij|_", Shown("abcdefghij\u0001\r"));
        Assert.Equal("> abc^C|_", Shown("abc\u0002\u0003"));
        Assert.Equal("> abc_", Shown("junk\u0015abc\u000c"));
    }

    [Fact]
    public void A_completion_is_inserted_and_its_choices_are_shown_above()
    {
        var edit = new LineEdit("> ", _history) { Columns = 20 };
        edit.TakeOutput();
        var screen = new Screen(20);
        edit.Start();
        Take(edit, "get fo end\u001b[D\u001b[D\u001b[D\u001b[D"u8);
        edit.Complete("o.", ["foo.a   foo.b", "foo.c"]);
        screen.Write(edit.TakeOutput());
        Assert.Equal(("get foo. end", 8), (edit.Text, edit.Cursor));
        Assert.Equal("> get fo end|foo.a   foo.b|foo.c|> get foo._ end", screen.ToString());
    }

    [Fact]
    public void What_a_name_brings_along_is_shown_escaped()
    {
        var edit = new LineEdit("> ", _history) { Columns = 40 };
        edit.Complete("a\u001b]0;x\u0007b", []);
        string output = edit.TakeOutput();
        Assert.Contains(@"a\033]0;x\007b", output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u0007', output);
    }

    [Fact]
    public void A_narrower_terminal_gets_the_line_anew()
    {
        var edit = new LineEdit("> ", _history) { Columns = 40 };
        edit.Complete("abcdefghij", []);
        edit.TakeOutput();
        edit.Columns = 8;
        var screen = new Screen(8);
        screen.Write(edit.TakeOutput());
        Assert.Equal("> abcdef|ghij_", screen.ToString());
    }

    private string Shown(string typed)
    {
        var edit = new LineEdit("> ", _history) { Columns = 10 };
        edit.TakeOutput();
        var screen = new Screen(10);
        edit.Start();
        Take(edit, Encoding.UTF8.GetBytes(typed));
        screen.Write(edit.TakeOutput());
        return screen.ToString();
    }

    private LineEdit Type(string typed)
    {
        var edit = new LineEdit("> ", _history);
        edit.Start();
        Take(edit, Encoding.UTF8.GetBytes(typed));
        return edit;
    }

    private EditResult Take(LineEdit edit, ReadOnlySpan<byte> bytes)
    {
        EditResult last = EditResult.GoesOn;
        _keys.Add(bytes);
        while (_keys.TryTake(out Key key)) last = edit.Take(key);
        return last;
    }
}
