using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Authentication;

/// <summary>The limits of a login: how several join, and how they go from process to process.</summary>
public sealed class LoginPermissionsTests
{
    private static LoginPermissions Everything => LoginPermissions.Everything;

    [Fact]
    public void What_is_permitted_together_is_what_each_permits_A06()
    {
        LoginPermissions first = Everything with { PermitOpen = [new("a", 0), new("*", 80), new("b", 1)], Terminal = false };
        LoginPermissions second = Everything with { PermitOpen = [new("a", 22), new("b", 2), new("c", 80)], UserRc = false };
        LoginPermissions both = first.And(second)!;
        Assert.Equal([new("a", 22), new("c", 80)], both.PermitOpen);
        Assert.Equal(both.PermitOpen, second.And(first)!.PermitOpen);
        Assert.False(both.Terminal || both.UserRc);
        Assert.Equal(first.PermitOpen, first.And(Everything)!.PermitOpen);
        Assert.Equal(first.PermitOpen, Everything.And(first)!.PermitOpen);
        Assert.Empty(first.And(Everything with { PermitOpen = [] })!.PermitOpen!);
    }

    [Fact]
    public void Patterns_of_places_to_listen_are_never_joined_to_a_wider_one_A06()
    {
        LoginPermissions first = Everything with { PermitListen = [new("10.*", 0), new("*", 80)] };
        LoginPermissions second = Everything with { PermitListen = [new("10.0.0.1", 22), new("1*.1", 0)] };
        Assert.Equal([new("10.0.0.1", 22), new("1*.1", 80)], first.And(second)!.PermitListen);

        // A host to connect to is no pattern, whatever it looks like.
        LoginPermissions literal = Everything with { PermitOpen = [new("10.*", 0)] };
        Assert.Empty(literal.And(Everything with { PermitOpen = [new("10.0.0.1", 0)] })!.PermitOpen!);
    }

    [Fact]
    public void Different_interfaces_or_commands_cannot_be_forced_together_A06()
    {
        Assert.Null((Everything with { TunnelUnit = 1 }).And(Everything with { TunnelUnit = 2 }));
        Assert.Equal(1, (Everything with { TunnelUnit = 1 }).And(Everything)!.TunnelUnit);
        Assert.Null((Everything with { Command = "a" }).And(Everything with { Command = "b" }));
    }

    [Fact]
    public void All_limits_arrive_as_they_were_sent()
    {
        var sent = new LoginPermissions
        {
            Command = "run \u00e9",
            Terminal = false,
            AgentForwarding = false,
            PermitOpen = [new("a", 0), new("::1", 65535)],
            PermitListen = [],
            TunnelUnit = LoginPermissions.AnyTunnelUnit,
            Environment = [new("A", "b c"), new("A", "")],
        };
        LoginPermissions got = LoginPermissionsFields.Read(LoginPermissionsFields.Write(sent));
        Assert.Equal(sent with { PermitOpen = null, PermitListen = null, Environment = [] }, got with { PermitOpen = null, PermitListen = null, Environment = [] });
        Assert.Equal(sent.PermitOpen, got.PermitOpen);
        Assert.Empty(got.PermitListen!);
        Assert.Equal(sent.Environment, got.Environment);
        foreach (LoginPermissions plain in new[] { Everything, LoginPermissions.Nothing })
        {
            LoginPermissions again = LoginPermissionsFields.Read(LoginPermissionsFields.Write(plain));
            Assert.Equal(plain, again with { Environment = [] });
            Assert.Empty(again.Environment);
        }
    }

    [Fact]
    public void What_is_no_limit_is_refused()
    {
        byte[] bytes = LoginPermissionsFields.Write(Everything with { PermitOpen = [new("a", 1)], TunnelUnit = 1 });
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<SshViolationException>(() => LoginPermissionsFields.Read(bytes.AsSpan(0, length)));
        }

        PermittedEndpoint[] most = [.. Enumerable.Repeat(new PermittedEndpoint("h", 1), LoginPermissionsFields.MaxEndpoints)];
        Assert.Equal(most.Length, LoginPermissionsFields.Read(LoginPermissionsFields.Write(Everything with { PermitOpen = most })).PermitOpen!.Count);
        Assert.Throws<SshViolationException>(() => LoginPermissionsFields.Read(LoginPermissionsFields.Write(Everything with { PermitOpen = [.. most, most[0]] })));
        Assert.Throws<SshViolationException>(() => LoginPermissionsFields.Read(LoginPermissionsFields.Write(Everything with { PermitListen = [new("h", 65536)] })));
        KeyValuePair<string, string>[] variables = [.. Enumerable.Repeat(new KeyValuePair<string, string>("A", "b"), LoginPermissionsFields.MaxVariables)];
        Assert.Equal(variables.Length, LoginPermissionsFields.Read(LoginPermissionsFields.Write(Everything with { Environment = variables })).Environment.Count);
        Assert.Throws<SshViolationException>(() => LoginPermissionsFields.Read(LoginPermissionsFields.Write(Everything with { Environment = [.. variables, variables[0]] })));
    }
}
