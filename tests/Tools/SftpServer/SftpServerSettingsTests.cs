using Nacre.Config.Values;
using Nacre.Tools;
using Nacre.Tools.SftpServer;

namespace Nacre.Tests.Tools.SftpServer;

/// <summary>The flags of sftp-server and internal-sftp.</summary>
public sealed class SftpServerSettingsTests
{
    [Fact]
    public void Every_flag_is_taken()
    {
        SftpServerSettings settings = Parse("-eR -d /srv/%u -f LOCAL3 -l debug2 -P remove,rmdir -p open,close -u 027 host more");
        Assert.Equal((true, true, "/srv/%u", LogFacility.Local3, LogLevel.Debug2, 23u), (settings.LogsToStandardError, settings.IsReadOnly, settings.StartDirectory, settings.Facility, settings.Level, settings.Umask));
        Assert.Equal(["remove", "rmdir"], settings.DeniedRequests);
        Assert.Equal(["open", "close"], settings.AllowedRequests);
        Assert.False(settings.ListsRequests);
    }

    [Fact]
    public void Without_flags_only_errors_are_logged_to_AUTH_and_everything_is_allowed()
    {
        SftpServerSettings settings = Parse("");
        Assert.Equal((LogLevel.Error, LogFacility.Auth, false, false), (settings.Level, settings.Facility, settings.LogsToStandardError, settings.IsReadOnly));
        Assert.Equal((null, null, null, null), (settings.StartDirectory, settings.Umask, settings.AllowedRequests, settings.DeniedRequests));
    }

    [Theory]
    [InlineData("QUIET", LogLevel.Quiet)]
    [InlineData("FATAL", LogLevel.Fatal)]
    [InlineData("ERROR", LogLevel.Error)]
    [InlineData("INFO", LogLevel.Info)]
    [InlineData("VERBOSE", LogLevel.Verbose)]
    [InlineData("DEBUG", LogLevel.Debug1)]
    [InlineData("DEBUG1", LogLevel.Debug1)]
    [InlineData("debug3", LogLevel.Debug3)]
    public void Levels_have_the_names_of_OpenSSH(string name, object level) => Assert.Equal(level, Parse($"-l {name}").Level);

    [Theory]
    [InlineData("-l LOUD", 1, "Invalid log level \"LOUD\"")]
    [InlineData("-f MOON", 1, "Invalid log facility \"MOON\"")]
    [InlineData("-Q ciphers", 1, "Invalid query type")]
    [InlineData("-u 1000", 255, "Invalid umask \"1000\"")]
    [InlineData("-u 8", 255, "Invalid umask \"8\"")]
    [InlineData("-u 77777777777777777777", 255, "Invalid umask \"77777777777777777777\"")]
    [InlineData("-u -1", 255, "Invalid umask \"-1\"")]
    [InlineData("-p a -p b", 255, "Permitted requests already set")]
    [InlineData("-P a -P b", 255, "Refused requests already set")]
    public void A_value_that_makes_no_sense_is_fatal(string line, int status, string message)
    {
        FatalException fatal = Assert.Throws<FatalException>(() => Parse(line));
        Assert.Equal((status, message), (fatal.Status, fatal.Message));
    }

    [Theory]
    [InlineData("-h")]
    [InlineData("-x")]
    [InlineData("-d")]
    public void Help_and_what_is_no_flag_show_the_usage(string line) => Assert.Throws<UsageException>(() => Parse(line));

    [Theory]
    [InlineData("0", 0u)]
    [InlineData("0022", 18u)]
    [InlineData("777", 511u)]
    public void A_umask_is_octal(string text, uint mask) => Assert.Equal(mask, Parse($"-u {text}").Umask);

    private static SftpServerSettings Parse(string line) => SftpServerSettings.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
