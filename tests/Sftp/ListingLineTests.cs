using Nacre.Protocol.Sftp;
using Nacre.Sftp;

namespace Nacre.Tests.Sftp;

/// <summary>The line of ls -l: each letter, each column, each form of the time.</summary>
public sealed class ListingLineTests
{
    private static readonly Clock At2020 = new();

    [Theory]
    [InlineData("100644", "-rw-r--r--")]
    [InlineData("040755", "drwxr-xr-x")]
    [InlineData("120777", "lrwxrwxrwx")]
    [InlineData("060660", "brw-rw----")]
    [InlineData("020620", "crw--w----")]
    [InlineData("010600", "prw-------")]
    [InlineData("140755", "srwxr-xr-x")]
    [InlineData("000000", "?---------")]
    [InlineData("104755", "-rwsr-xr-x")]
    [InlineData("104644", "-rwSr--r--")]
    [InlineData("102755", "-rwxr-sr-x")]
    [InlineData("102644", "-rw-r-Sr--")]
    [InlineData("041777", "drwxrwxrwt")]
    [InlineData("041776", "drwxrwxrwT")]
    public void The_mode_is_told_by_letters(string octal, string letters) =>
        Assert.StartsWith(letters + "    1 ", Line(new SftpAttributes { Permissions = Convert.ToUInt32(octal, 8) }), StringComparison.Ordinal);

    [Theory]
    [InlineData(1577836800u, "Jan  1 00:00")]
    [InlineData(1577836801u, "Jan  1  2020")]
    [InlineData(1562068801u, "Jul  2 12:00")]
    [InlineData(1562068800u, "Jul  2  2019")]
    [InlineData(0u, "Jan  1  1970")]
    [InlineData(uint.MaxValue, "Feb  7  2106")]
    public void A_time_of_the_last_half_year_has_its_hour_and_any_other_its_year(uint time, string text) =>
        Assert.Equal($"-rw-r--r--    1 root     0               5 {text} name", Line(new SftpAttributes { Permissions = 0x81a4, Uid = 0, Gid = 0, Size = 5, ModificationTime = time }, user: "root"));

    [Fact]
    public void What_is_wider_than_its_column_is_not_cut() =>
        Assert.Equal(
            "-rw-r--r--  12345 a-long-user a-long-group 18446744073709551615 Jan  1  1970 name",
            new ListingLine(At2020).Of("name", new SftpAttributes { Permissions = 0x81a4, Size = ulong.MaxValue }, 12345, "a-long-user", "a-long-group"));

    private static string Line(SftpAttributes attributes, string? user = null) => new ListingLine(At2020).Of("name", attributes, 1, user, group: null);

    private sealed class Clock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
