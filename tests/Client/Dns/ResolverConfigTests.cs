using System.Net;
using Nacre.Client.Dns;

namespace Nacre.Tests.Client.Dns;

public sealed class ResolverConfigTests
{
    [Fact]
    public void Servers_and_options_are_read_and_the_rest_is_passed_over()
    {
        ResolverConfig config = ResolverConfig.Parse("""
            # nameserver 192.0.2.9
            ; nameserver 192.0.2.9
            search example.org
            nameserver 192.0.2.1
            nameserver	2001:db8::1  # here
            nameserver nonsense
            options ndots:2 timeout:3 attempts:4 trust-ad rotate
            """, environmentOptions: null);
        Assert.Equal([new IPEndPoint(IPAddress.Parse("192.0.2.1"), 53), new IPEndPoint(IPAddress.Parse("2001:db8::1"), 53)], config.Servers);
        Assert.Equal((TimeSpan.FromSeconds(3), 4, true), (config.Timeout, config.Attempts, config.TrustsAuthentication));
    }

    [Fact]
    public void Nothing_said_means_this_machine_and_no_trust_in_what_it_calls_authenticated()
    {
        ResolverConfig config = ResolverConfig.Parse("", null);
        Assert.Equal([new IPEndPoint(IPAddress.Loopback, 53)], config.Servers);
        Assert.Equal((TimeSpan.FromSeconds(5), 2, false), (config.Timeout, config.Attempts, config.TrustsAuthentication));
    }

    [Fact]
    public void Numbers_have_limits_and_the_environment_has_the_last_word()
    {
        ResolverConfig config = ResolverConfig.Parse("options timeout:99999999999 attempts:0\noptions timeout:100 attempts:", "attempts:100 trust-ad");
        Assert.Equal((TimeSpan.FromSeconds(30), 5, true), (config.Timeout, config.Attempts, config.TrustsAuthentication));
        Assert.Equal(3, ResolverConfig.Parse("nameserver 1.1.1.1\nnameserver 1.1.1.2\nnameserver 1.1.1.3\nnameserver 1.1.1.4\n", null).Servers.Count);
    }
}
