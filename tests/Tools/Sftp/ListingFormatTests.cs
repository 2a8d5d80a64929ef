using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Tools.FileTransfer;
using Nacre.Tools.Sftp;

namespace Nacre.Tests.Tools.Sftp;

public sealed class ListingFormatTests
{
    [Theory]
    [InlineData(0ul, "0B")]
    [InlineData(1023ul, "1023B")]
    [InlineData(4096ul, "4.0K")]
    [InlineData(3584ul, "3.5K")]
    [InlineData(200ul << 20, "200M")]
    public void Sizes_are_short(ulong bytes, string expected) => Assert.Equal(expected, ByteCount.Scaled(bytes));

    [Fact]
    public void A_long_line_takes_only_the_owners_from_the_server()
    {
        var attributes = new SftpAttributes { Permissions = 0x81a4, Size = 3, Uid = 5, Gid = 6, AccessTime = 0, ModificationTime = 1_000_000_000 };
        DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);
        (string? user, string? group) = ListingFormat.OwnersIn("drwxrwxrwx 1 root wheel 999 Jan 1 2000 evil");
        Assert.Equal("-rw-r--r--    ? root     wheel           3 Sep  9  2001 f", ListingFormat.Long("f", attributes, user, group, isScaled: false, now));
        Assert.Equal("-rw-r--r--    ? 5        6              3B Sep  9  2001 f", ListingFormat.Long("f", attributes, user: null, group: null, isScaled: true, now));
        Assert.Equal((null, null), ListingFormat.OwnersIn("too short a line"));
    }

    [Theory]
    [InlineData("", "Name")]
    [InlineData("1l", "Name long")]
    [InlineData("ln1h", "Name single scaled")]
    [InlineData("n", "Name long numeric")]
    [InlineData("ft", "Time")]
    [InlineData("Sfr", "AsItComes reversed")]
    [InlineData("aS", "Size all")]
    public void Later_letters_of_ls_overrule_earlier_ones(string flags, string expected)
    {
        ListingView view = ListingView.Of(flags);
        string found = $"{view.Order}{(view.IsLong ? " long" : "")}{(view.IsNumeric ? " numeric" : "")}{(view.IsSingle ? " single" : "")}{(view.IsScaled ? " scaled" : "")}{(view.ShowsAll ? " all" : "")}{(view.IsReversed ? " reversed" : "")}";
        Assert.Equal(expected, found);
    }

    [Fact]
    public void The_room_of_a_file_system_is_shown_in_three_ways()
    {
        var told = new FileSystemStatistics { FragmentSize = 4096, Blocks = 1000, FreeBlocks = 250, AvailableBlocks = 200, Files = 100, FreeFiles = 99, AvailableFiles = 98 };
        Assert.Equal("        4000         3000          800         1000          75%", DiskUsage.Lines(told, isScaled: false, isFiles: false)[1]);
        Assert.Equal("   3.9MB    2.9MB    800KB   1000KB          75%", DiskUsage.Lines(told, isScaled: true, isFiles: false)[1]);
        Assert.Equal("        100           1          98          99           1%", DiskUsage.Lines(told, isScaled: true, isFiles: true)[1]);
        Assert.EndsWith(" ERR", DiskUsage.Lines(new FileSystemStatistics(), isScaled: false, isFiles: false)[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Names_stand_in_as_many_columns_as_fit()
    {
        string[] names = ["a", "bb", "ccc", "d"];
        Assert.Equal(["a    bb   ", "ccc  d    "], ListingFormat.Columns(names, longest: 3, width: 10));
    }
}
