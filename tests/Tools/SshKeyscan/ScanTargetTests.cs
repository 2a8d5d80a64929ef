using Nacre.Tools.SshKeyscan;

namespace Nacre.Tests.Tools.SshKeyscan;

public sealed class ScanTargetTests
{
    [Theory]
    [InlineData("host", "host", "host")]
    [InlineData("  host  ", "host", "host")]
    [InlineData("10.0.0.1,10.0.0.2 name,other", "10.0.0.1|10.0.0.2", "name,other")]
    [InlineData("host name # comment", "host", "name")]
    [InlineData("host\tname\r", "host", "name")]
    [InlineData("fe80::1%lo", "fe80::1%lo", "fe80::1%lo")]
    public void A_line_names_addresses_and_what_they_are_printed_under(string line, string addresses, string names)
    {
        ScanTarget target = Assert.Single(ScanTarget.Of(line));

        Assert.Equal((addresses, names), (string.Join('|', target.Addresses), target.Names));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("# nothing")]
    [InlineData(",")]
    public void A_line_that_names_nothing_is_passed_over(string line) => Assert.Empty(ScanTarget.Of(line));

    [Theory]
    [InlineData("10.0.0.254/30", "10.0.0.254 10.0.0.255")]
    [InlineData("10.0.0.255/32", "10.0.0.255")]
    [InlineData("10.0.0.0/31", "10.0.0.0 10.0.0.1")]
    [InlineData("10.0.255.254/15", "10.0.255.254 10.0.255.255 10.1.0.0")]
    [InlineData("2001:db8::fffe/111", "2001:db8::fffe 2001:db8::ffff 2001:db8::1:0")]
    public void A_network_stands_for_its_addresses_from_the_given_one_on(string network, string first)
    {
        string[] expected = first.Split(' ');

        Assert.Equal(expected, ScanTarget.Of(network).Take(expected.Length).Select(target => target.Names));
    }

    [Fact]
    public void A_network_ends_with_its_last_address() => Assert.Equal(256, ScanTarget.Of("192.0.2.0/24").Count());

    [Fact]
    public void The_largest_network_is_not_kept_in_memory() => Assert.Equal("::", ScanTarget.Of("::/0").First().Names);

    [Theory]
    [InlineData("10.0.0.1/33")]
    [InlineData("host/24")]
    [InlineData("10.0.0.1/")]
    [InlineData("10.0.0.1/-1")]
    public void What_is_no_network_is_taken_for_a_name(string text) => Assert.Equal(text, Assert.Single(ScanTarget.Of(text)).Names);
}
