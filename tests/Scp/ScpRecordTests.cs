using System.Text;
using Nacre.Scp;

namespace Nacre.Tests.Scp;

public sealed class ScpRecordTests
{
    [Theory]
    [InlineData("C0644 12 name")]
    [InlineData("C0000 0  name with blanks ")]
    [InlineData("C0777 9223372036854775807 x")]
    [InlineData("D0755 0 d")]
    [InlineData("T1700000000 0 1600000000 0")]
    [InlineData("T0 0 0 0")]
    [InlineData("E")]
    [InlineData("C0644 1 übel\t\u001b[31m")]
    public void What_is_read_is_written_the_same(string line)
    {
        Assert.True(ScpRecord.TryParse(Encoding.UTF8.GetBytes(line), out ScpRecord record, out _));
        Assert.Equal(line + "\n", Encoding.UTF8.GetString(record.Encode()));
    }

    [Fact]
    public void A_name_that_is_no_UTF8_keeps_its_bytes()
    {
        byte[] line = [.. "C0644 1 a"u8, 0xff, 0xc3, (byte)'b'];
        Assert.True(ScpRecord.TryParse(line, out ScpRecord record, out _));
        Assert.Equal([.. line, (byte)'\n'], record.Encode());
    }

    [Theory]
    [InlineData("C6755 1 x", 0x1ed)]
    [InlineData("D7777 0 x", 0x1ff)]
    public void Set_user_id_set_group_id_and_sticky_are_left_behind(string line, int permissions)
    {
        Assert.True(ScpRecord.TryParse(Encoding.ASCII.GetBytes(line), out ScpRecord record, out _));
        Assert.Equal((uint)permissions, record.Permissions);
    }

    [Theory]
    [InlineData("", "unexpected <newline>")]
    [InlineData("X", "expected control record")]
    [InlineData("EE", "expected control record")]
    [InlineData(" C0644 1 x", "expected control record")]
    [InlineData("c0644 1 x", "expected control record")]
    [InlineData("C", "bad mode")]
    [InlineData("C755 2 file", "bad mode")]
    [InlineData("C0648 1 x", "bad mode")]
    [InlineData("C-644 1 x", "bad mode")]
    [InlineData("C0644", "mode not delimited")]
    [InlineData("C06440 1 x", "mode not delimited")]
    [InlineData("C0644\t1 x", "mode not delimited")]
    [InlineData("C0644 ", "size not present")]
    [InlineData("C0644  1 x", "size not present")]
    [InlineData("C0644 -1 x", "size not present")]
    [InlineData("C0644 +1 x", "size not present")]
    [InlineData("C0644 x x", "size not present")]
    [InlineData("C0644 1", "size not delimited")]
    [InlineData("C0644 1\tx", "size not delimited")]
    [InlineData("C0644 0x10 x", "size not delimited")]
    [InlineData("C0644 9223372036854775808 x", "size out of range")]
    [InlineData("C0644 99999999999999999999999999 x", "size out of range")]
    [InlineData("D0755 z x", "size not present")]
    [InlineData("T", "mtime.sec not present")]
    [InlineData("T-1 0 1 0", "mtime.sec not present")]
    [InlineData("T1", "mtime.sec not delimited")]
    [InlineData("T1x", "mtime.sec not delimited")]
    [InlineData("T1 ", "mtime.usec not delimited")]
    [InlineData("T1 0", "mtime.usec not delimited")]
    [InlineData("T1 1000000 1 0", "mtime.usec not delimited")]
    [InlineData("T1 0 ", "atime.sec not present")]
    [InlineData("T1 0 1", "atime.sec not delimited")]
    [InlineData("T1 0 1 ", "atime.usec not delimited")]
    [InlineData("T1 0 1 0 ", "atime.usec not delimited")]
    [InlineData("T1 0 1 1000000", "atime.usec not delimited")]
    public void What_is_wrong_is_told_in_the_words_of_OpenSSH(string line, string expected)
    {
        Assert.False(ScpRecord.TryParse(Encoding.ASCII.GetBytes(line), out _, out string fault));
        Assert.Equal(expected, fault);
    }

    [Theory]
    [InlineData(0, 4294967295, true)]
    [InlineData(4294967295, 0, true)]
    [InlineData(4294967296, 0, false)]
    [InlineData(0, ulong.MaxValue, false)]
    public void Times_behind_2106_are_not_set(ulong modified, ulong accessed, bool areSet) =>
        Assert.Equal(areSet, new ScpTimes(modified, accessed).ToAttributes() is not null);

    [Theory]
    [InlineData("plain\\name", "plain\\name")]
    [InlineData("a\nb", @"a\^Jb")]
    [InlineData("a\n\\\t\u007f", "a\\^J\\\\\t\\^?")]
    [InlineData("\né", @"\^J\M-C\M-)")]
    [InlineData("\n\u0080", @"\^J\M-B\M^@")]
    public void A_name_with_a_line_end_is_written_out_as_vis_does(string name, string expected) => Assert.Equal(expected, VisibleName.Of(name));
}
