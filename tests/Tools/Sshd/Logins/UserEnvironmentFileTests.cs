using Nacre.Config.Values;
using Nacre.Tools.Sshd;
using Nacre.Tools.Sshd.Logins;

namespace Nacre.Tests.Tools.Sshd.Logins;

public sealed class UserEnvironmentFileTests
{
    [Fact]
    public void Lines_set_variables_and_all_else_is_said_to_be_wrong()
    {
        (string read, string logged) = Parse(" \tA=1\n# B=2\n\nC=x=y\nD\n=E\nF=\r\nA=2", UserEnvironment.All);

        Assert.Equal("A=1 C=x=y F= A=2", read);
        Assert.Equal("Bad line 5 in the-file\r\nBad line 6 in the-file\r\n", logged);
    }

    [Fact]
    public void Only_what_the_configuration_permits_is_set() =>
        Assert.Equal("LANG=C LC_ALL=C", Parse("LANG=C\nLD_PRELOAD=/tmp/x.so\nLC_ALL=C", new UserEnvironment("LANG,LC_*")).Read);

    [Fact]
    public void The_variables_are_as_many_as_the_limit_and_no_more()
    {
        string lines = string.Concat(Enumerable.Range(0, UserEnvironmentFile.MaxVariables).Select(n => $"V{n}=1\n"));

        (string whole, string silence) = Parse(lines, UserEnvironment.All);
        (string cut, string logged) = Parse(lines + "ONE=more\n", UserEnvironment.All);

        Assert.Equal(UserEnvironmentFile.MaxVariables, whole.Split(' ').Length);
        Assert.Equal("", silence);
        Assert.Equal(whole, cut);
        Assert.Contains("sets more than", logged, StringComparison.Ordinal);
    }

    private static (string Read, string Logged) Parse(string text, UserEnvironment permitted)
    {
        var lines = new StringWriter();
        using SshdLog log = SshdLog.To(LogLevel.Info, lines);
        return (string.Join(' ', UserEnvironmentFile.Parse(text, "the-file", permitted, log).Select(each => $"{each.Key}={each.Value}")), lines.ToString());
    }
}
