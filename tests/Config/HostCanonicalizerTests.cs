using Nacre.Config;
using Nacre.Config.Values;

namespace Nacre.Tests.Config;

/// <summary>CanonicalizeHostname and the keywords around it, with a resolver of our own.</summary>
public class HostCanonicalizerTests
{
    /// <summary>Names that exist, and the name behind each.</summary>
    private sealed class Names(params (string Name, string Canonical)[] known) : IHostLookup
    {
        public List<string> Asked { get; } = [];

        public bool TryResolve(string name, AddressFamilyChoice family, out string canonicalName, out string error)
        {
            Asked.Add(name);
            int found = Array.FindIndex(known, entry => entry.Name == name);
            canonicalName = found < 0 ? "" : known[found].Canonical;
            error = found < 0 ? "Name or service not known" : "";
            return found >= 0;
        }
    }

    private static ClientConfig? Read(string file, string host, Names names, ConfigDiagnostics? diagnostics = null) =>
        ConfigBed.Client(file, diagnostics ?? [], host, lookup: names);

    [Theory]
    [InlineData("web", "web.b.example")]
    [InlineData("WEB", "web.b.example")]
    [InlineData("other", "other")]
    [InlineData("db.a.example.", "db.a.example")]
    [InlineData("web.b.example", "web.b.example")]
    public void A_short_name_is_looked_for_in_the_domains(string host, string canonical)
    {
        var names = new Names(("web.b.example.", ""), ("web.c.example.", ""), ("db.a.example.", ""));
        ClientConfig? config = Read("CanonicalizeHostname yes\nCanonicalDomains a.example b.example c.example\n", host, names);
        Assert.Equal(canonical, config!.Hostname);
        Assert.Equal(host, config.OriginalHost);
    }

    [Theory]
    [InlineData("web", 1)]
    [InlineData("web.lab", 1)]
    [InlineData("web.lab.x", 0)]
    public void A_name_with_more_dots_than_CanonicalizeMaxDots_is_complete(string host, int lookups)
    {
        var names = new Names();
        Read("CanonicalizeHostname yes\nCanonicalDomains example\n", host, names);
        Assert.Equal(lookups, names.Asked.Count);
    }

    [Fact]
    public void The_configuration_is_read_again_for_the_canonical_name()
    {
        ClientConfig? config = Read("""
            CanonicalizeHostname yes
            CanonicalDomains example
            Host *.example
              Port 99
            Match canonical host web.example originalhost web
              User bob
            Match !canonical
              StdinNull yes
            """, "web", new Names(("web.example.", "")));
        Assert.Equal((99, "bob", true, "web.example"), (config!.Port, config.User, config.StdinNull, config.Hostname));
    }

    [Fact]
    public void Without_CanonicalizeHostname_Match_final_sees_the_name_of_Hostname()
    {
        ClientConfig? config = Read("Match final\n  User last\nHost bar\n  Port 3\nHost foo\n  Hostname bar\n", "foo", new Names());
        Assert.Equal(("bar", "last", 3), (config!.Hostname, config.User, config.Port));
    }

    [Theory]
    [InlineData("127.1", "127.0.0.1")]
    [InlineData("0x7f.1", "127.0.0.1")]
    [InlineData("::0:1", "::1")]
    [InlineData("fe80::1%LO", "fe80::1%LO")]
    [InlineData("1.2.3.4.example", "1.2.3.4.example")]
    [InlineData("0xcafe.example", "0xcafe.example")]
    public void An_address_has_one_way_to_be_written_and_is_not_looked_up(string host, string written)
    {
        var names = new Names();
        Assert.Equal(written, Read("", host, names)!.Hostname);
        Assert.Empty(names.Asked);
    }

    [Fact]
    public void A_name_that_is_found_nowhere_may_be_an_error()
    {
        var diagnostics = new ConfigDiagnostics();
        Assert.Null(Read("CanonicalizeHostname yes\nCanonicalDomains example\nCanonicalizeFallbackLocal no\n", "web", new Names(), diagnostics));
        Assert.Equal("ssh: Could not resolve host \"web\"", diagnostics[^1].Text);
    }

    [Theory]
    [InlineData("*.a.example:*.b.example", "www.b.example")]
    [InlineData("*.x.example:*.b.example", "web.a.example")]
    [InlineData("*.a.example:*.x.example *.A.example:*.B.example,c", "www.b.example")]
    public void An_alias_is_followed_when_a_rule_permits_it(string rules, string canonical)
    {
        var names = new Names(("web.a.example.", "www.b.example"), ("web.a.example", "WWW.b.example."));
        Assert.Equal(canonical, Read($"CanonicalizeHostname yes\nCanonicalDomains a.example\nCanonicalizePermittedCNAMEs {rules}\n", "web", names)!.Hostname);
        Assert.Equal(canonical, Read($"CanonicalizePermittedCNAMEs {rules}\n", "web.a.example", names)!.Hostname);
    }

    [Fact]
    public void Rules_for_aliases_need_a_name_that_exists()
    {
        var diagnostics = new ConfigDiagnostics();
        Assert.Null(Read("CanonicalizePermittedCNAMEs *:*\n", "web", new Names(), diagnostics));
        Assert.Equal("ssh: Could not resolve hostname web: Name or service not known", diagnostics[^1].Text);
    }

    [Theory]
    [InlineData("yes", "ProxyJump gate", "web")]
    [InlineData("yes", "ProxyCommand nc %h %p", "web")]
    [InlineData("yes", "ProxyCommand none", "web.example")]
    [InlineData("always", "ProxyJump gate", "web.example")]
    public void Behind_a_proxy_only_always_makes_names_canonical(string choice, string proxy, string expected) =>
        Assert.Equal(expected, Read($"CanonicalizeHostname {choice}\nCanonicalDomains example\n{proxy}\n", "web", new Names(("web.example.", "")))!.Hostname);

    [Theory]
    [InlineData("-oProxyCommand=x")]
    [InlineData("a;b")]
    [InlineData("a b")]
    public void A_name_from_the_resolver_that_a_shell_could_act_on_is_refused(string alias)
    {
        var diagnostics = new ConfigDiagnostics();
        Assert.Null(Read("CanonicalizePermittedCNAMEs *:*\n", "web", new Names(("web", alias)), diagnostics));
        Assert.Equal("hostname contains invalid characters", diagnostics[^1].Text);
    }
}
