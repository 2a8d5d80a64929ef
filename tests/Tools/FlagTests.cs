using Nacre.Tools;

namespace Nacre.Tests.Tools;

public sealed class FlagTests
{
    private static readonly FlagTable Table = new(
        "tool",
        [new("", "qvbo", "host [command]"), new("l", "bv"), new("o", "q")],
        new('q', null, "Says less."),
        new('v', null, "Says more."),
        new('l', null, "Lists."),
        new('b', "bits", "The size."),
        new('o', "option", "An option."));

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("-q host -v", "q=", 1)]
    [InlineData("-qv -b 3 host", "q= v= b=3", 3)]
    [InlineData("-b3", "b=3", 1)]
    [InlineData("-qb3v -v", "q= b=3v v=", 2)]
    [InlineData("-qb 3v", "q= b=3v", 2)]
    [InlineData("-b -q -v", "b=-q v=", 3)]
    [InlineData("-b -- -v", "b=-- v=", 3)]
    [InlineData("-q -- -v", "q=", 2)]
    [InlineData("- -v", "", 0)]
    [InlineData("-o a=b -o c=d x", "o=a=b o=c=d", 4)]
    public void Flags_are_read_as_getopt_reads_them(string line, string expected, int position)
    {
        var reader = new FlagReader(Table, line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        List<string> uses = [];
        while (reader.TryRead(out FlagUse use)) uses.Add($"{use.Letter}={use.Value}");
        Assert.Equal(expected, string.Join(' ', uses));
        Assert.Equal(position, reader.Position);
        Assert.False(reader.TryRead(out _));
    }

    [Theory]
    [InlineData("-x", "unknown option -- x")]
    [InlineData("-qx", "unknown option -- x")]
    [InlineData("--verbose", "unknown option -- -")]
    [InlineData("-b", "option requires an argument -- b")]
    [InlineData("-q -vb", "option requires an argument -- b")]
    public void What_is_wrong_with_a_flag_is_said_in_the_words_of_OpenSSH(string line, string message)
    {
        var reader = new FlagReader(Table, line.Split(' '));
        UsageException wrong = Assert.Throws<UsageException>(() =>
        {
            while (reader.TryRead(out _))
            {
                // The last one throws.
            }
        });
        var error = new StringWriter();
        Table.Explain(wrong, error);
        Assert.StartsWith(message + "\nusage: tool [-qv] [-b bits]", error.ToString().ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_is_called_what_it_is_in_each_way_to_call_a_tool()
    {
        var table = new FlagTable("tool", [new("", "b"), new("l", "b") { Values = { ['b'] = "bottom" } }], new('l', null, "Lists."), new('b', "bits", "The size."));
        Assert.Equal("usage: tool [-b bits]\n       tool -l [-b bottom]\n", table.Usage);
    }

    [Fact]
    public void A_flag_may_have_a_word_and_one_that_is_hidden_is_read_all_the_same()
    {
        var table = new FlagTable("tool", [new("", "qa", "file")], new Flag('q', null, "Says less."), new Flag('a', null, "Goes on.") { Word = "resume" }, new Flag('t', null, "For programs.") { IsHidden = true });
        var reader = new FlagReader(table, ["-qt", "--resume", "-a", "--", "--resume"]);
        List<char> letters = [];
        while (reader.TryRead(out FlagUse use)) letters.Add(use.Letter);
        Assert.Equal(['q', 't', 'a', 'a'], letters);
        Assert.Equal("usage: tool [-q] [-a|--resume] file\n", table.Usage);
    }

    [Fact]
    public void A_value_may_be_empty_when_it_is_a_word_of_its_own()
    {
        var reader = new FlagReader(Table, ["-b", "", "-v"]);
        Assert.True(reader.TryRead(out FlagUse use));
        Assert.Equal(new FlagUse('b', "", Argument: 1), use);
        Assert.True(reader.TryRead(out use));
        Assert.Equal('v', use.Letter);
    }

    [Fact]
    public void Reading_can_go_on_after_an_operand()
    {
        string[] arguments = ["-q", "host", "-v", "command", "-b"];
        var first = new FlagReader(Table, arguments);
        Assert.True(first.TryRead(out _));
        Assert.False(first.TryRead(out _));
        var second = new FlagReader(Table, arguments, first.Position + 1);
        Assert.True(second.TryRead(out FlagUse use));
        Assert.Equal('v', use.Letter);
        Assert.False(second.TryRead(out _));
        Assert.Equal(["command", "-b"], second.Rest);
    }

    [Fact]
    public void The_usage_names_each_way_and_wraps_before_the_80th_column()
    {
        Assert.Equal("usage: tool [-qv] [-b bits] [-o option] host [command]\n       tool -l [-b bits] [-v]\n       tool -o option [-q]\n", Table.Usage);
        var wide = new FlagTable("tool", [new("", "b", string.Join(' ', Enumerable.Repeat("operand", 12)))], new Flag('b', "bits", "The size."));
        Assert.All(wide.Usage.Split('\n'), line => Assert.True(line.Length < 80));
        Assert.Equal(
            "usage: tool [-b bits] operand operand operand operand operand operand operand\n            operand operand operand operand operand\n", wide.Usage);
    }

    [Fact]
    public void Each_tool_declares_a_flag_once_and_names_all_but_the_hidden_ones_in_its_usage()
    {
        foreach (FlagTable table in Nacre.Tools.Program.Applets.Where(applet => applet.Flags is not null).Select(applet => applet.Flags!()))
        {
            string named = string.Concat(table.Synopses.Select(way => way.Required + way.Optional));
            Assert.Equal(table.Flags.Count, table.Flags.DistinctBy(flag => flag.Letter).Count());
            Assert.All(named, letter => Assert.NotNull(table.Find(letter)));
            Assert.All(table.Flags, flag => Assert.True(flag.IsHidden || named.Contains(flag.Letter), $"the usage of {table.Program} leaves out -{flag.Letter}"));
        }
    }
}
