using System.Text;
using Nacre.Server;

namespace Nacre.Tests.Server;

/// <summary>Which lines of .shosts and its kin let bo of client.example (192.0.2.7) in as al.</summary>
public sealed class RhostsFileTests
{
    [Theory]
    [InlineData("client.example bo", true)]
    [InlineData("CLIENT.Example\tbo", true)]
    [InlineData("  client.example   bo \r", true)]
    [InlineData("192.0.2.7 bo", true)]
    [InlineData("+client.example +bo", true)]
    [InlineData("@machines bo", true)]
    [InlineData("@addresses bo", true)]
    [InlineData("client.example @people", true)]
    [InlineData("other.example bo\nclient.example bo", true)]
    [InlineData("client.example bo\n-client.example bo", true)]
    [InlineData("client.example al", false)]
    [InlineData("client.example Bo", false)]
    [InlineData("client.example", false)]
    [InlineData("client.example. bo", false)]
    [InlineData("*.example bo", false)]
    [InlineData("# client.example bo", false)]
    [InlineData("NO_PLUS client.example bo", false)]
    [InlineData("client.example bo more", false)]
    [InlineData("+ bo", false)]
    [InlineData("client.example +", false)]
    [InlineData("+ +", false)]
    [InlineData("- -", false)]
    [InlineData("@nobody bo", false)]
    [InlineData("client.example @nobody", false)]
    [InlineData("@ @", false)]
    [InlineData("-client.example bo\nclient.example bo", false)]
    [InlineData("client.example -bo\nclient.example bo", false)]
    [InlineData("-@machines bo\nclient.example bo", false)]
    [InlineData("client.example\0 bo", false)]
    [InlineData("", false)]
    [InlineData("\v\n", false)]
    public void A_line_lets_in_whom_it_names(string file, bool isPermitted) => Assert.Equal(isPermitted, Permits(file));

    [Fact]
    public void A_line_without_a_user_is_for_the_user_of_the_same_name()
    {
        Assert.True(Permits("client.example", clientUser: "al"));
        Assert.False(Permits("client.example", clientUser: "bo"));
    }

    [Fact]
    public void A_line_has_a_limit()
    {
        string longest = "client.example bo".PadRight(RhostsFile.MaxLine);
        Assert.True(Permits(longest));
        Assert.False(Permits(longest + " "));
        Assert.True(Permits(longest + " \nclient.example bo"));
    }

    [Fact]
    public void What_is_not_used_is_said()
    {
        var said = new List<string>();
        Assert.False(Permits("a b c\n+ +\n-client.example bo\n", said: said));
        Assert.Equal(["Found garbage in file.", "Ignoring wild host/user names in file.", "Matched negative entry in file."], said);
    }

    private static bool Permits(string file, string clientUser = "bo", List<string>? said = null) => RhostsFile.Permits(
        Encoding.UTF8.GetBytes(file), "file", new RhostsVisit("client.example", "192.0.2.7", clientUser, "al", IsInNetgroup), (said ?? []).Add);

    private static bool IsInNetgroup(string group, string? host, string? user) => (group, host, user) switch
    {
        ("machines", "client.example", null) or ("addresses", "192.0.2.7", null) or ("people", null, "bo") => true,
        _ => false,
    };
}
