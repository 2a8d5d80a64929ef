using Nacre.Protocol.Keys;
using Nacre.Tools;
using Nacre.Tools.SshAgent;

namespace Nacre.Tests.Tools.SshAgent;

public sealed class AgentSettingsTests
{
    [Fact]
    public void Flags_are_read()
    {
        AgentSettings settings = AgentSettings.Parse(["-TU", "-a", "/s", "-E", "md5", "-O", "allow-remote-pkcs11", "-P", "/opt/*", "-t", "1h", "sh", "-c", "true"], shell: null);
        Assert.Equal("/s", settings.SocketPath);
        Assert.True(settings is { IsInTemporaryDirectory: true, LeavesStaleSockets: true, AllowsRemoteProviders: true, IsInForeground: false });
        Assert.Equal(FingerprintHash.Md5, settings.Hash);
        Assert.Equal("/opt/*", settings.AllowedProviders);
        Assert.Equal(TimeSpan.FromHours(1), settings.Lifetime);
        Assert.Equal(["sh", "-c", "true"], settings.Command);
        Assert.Null(AgentSettings.Parse(["-t", "0"], shell: null).Lifetime);
        Assert.Equal(2, AgentSettings.Parse(["-uu"], shell: null).Cleanings);
        Assert.True(AgentSettings.Parse(["-d"], shell: null) is { IsInForeground: true, IsDebugging: true });
    }

    [Theory]
    [InlineData(null, "", false)]
    [InlineData("/bin/bash", "", false)]
    [InlineData("/bin/tcsh", "", true)]
    [InlineData("/bin/tcsh", "-s", false)]
    [InlineData("/bin/bash", "-c", true)]
    public void Commands_are_for_the_shell_that_the_user_has(string? shell, string flag, bool isForCShell) =>
        Assert.Equal(isForCShell, AgentSettings.Parse(flag.Length == 0 ? [] : [flag], shell).IsForCShell);

    [Theory]
    [InlineData("", "ssh:*")]
    [InlineData("-O no-restrict-websafe", "*")]
    [InlineData("-O websafe-allow=ssh:*,example.org", "ssh:*,example.org")]
    public void Keys_for_some_applications_sign_anything(string arguments, string expected) =>
        Assert.Equal(expected, AgentSettings.Parse(arguments.Length == 0 ? [] : arguments.Split(' '), shell: null).SafeApplications);

    [Theory]
    [InlineData("-cs")]
    [InlineData("-dD")]
    [InlineData("-DD")]
    [InlineData("-s true")]
    [InlineData("-D true")]
    [InlineData("-k true")]
    [InlineData("-t soon")]
    [InlineData("-x")]
    public void What_makes_no_sense_is_explained(string arguments) => Assert.Throws<UsageException>(() => AgentSettings.Parse(arguments.Split(' '), shell: null));

    [Theory]
    [InlineData("-E sha3")]
    [InlineData("-O new-option")]
    [InlineData("-O websafe-allow")]
    [InlineData("-P a -P b")]
    public void A_wrong_value_is_fatal(string arguments) => Assert.Equal(255, Assert.Throws<FatalException>(() => AgentSettings.Parse(arguments.Split(' '), shell: null)).Status);
}
