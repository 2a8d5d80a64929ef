using System.Globalization;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

/// <summary>Whose the sockets are that a process was started with, and how many.</summary>
public sealed class PassedSocketsTests
{
    private static string Own => Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(null, 0)]
    [InlineData("", 0)]
    [InlineData("-1", 0)]
    [InlineData("x", 0)]
    [InlineData("0", 0)]
    [InlineData("2", 2)]
    [InlineData("64", 64)]
    public void They_are_as_many_as_the_variable_says(string? count, int expected) => Assert.Equal(expected, PassedSockets.Count(Own, count));

    [Fact]
    public void There_are_not_more_than_are_taken()
    {
        string many = (PassedSockets.Most + 1).ToString(CultureInfo.InvariantCulture);
        Assert.Throws<InvalidDataException>(() => PassedSockets.Count(Own, many));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("1")]
    [InlineData("x")]
    public void Another_process_s_are_left_alone(string? pid) => Assert.Equal(0, PassedSockets.Count(pid, "1"));
}
