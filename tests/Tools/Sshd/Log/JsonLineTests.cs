using System.Text.Json;
using Nacre.Config.Values;
using Nacre.Tests.Config;
using Nacre.Tools.Sshd;
using Nacre.Tools.Sshd.Log;

namespace Nacre.Tests.Tools.Sshd.Log;

public sealed class JsonLineTests
{
    private static readonly DateTimeOffset Time = new(2026, 7, 14, 12, 30, 1, 250, TimeSpan.FromHours(2));

    [Fact]
    public void A_line_is_one_object_with_its_time_in_UTC() => Assert.Equal(
        """{"time":"2026-07-14T10:30:01.250000Z","program":"sshd","pid":42,"level":"info","message":"Connection closed by 192.0.2.7 port 4711"}""",
        JsonLine.Of(Time, LogLevel.Info, 42, "Connection closed by 192.0.2.7 port 4711"));

    [Theory]
    [InlineData("a\"b\\c")]
    [InlineData("one\nother\r\n\0")]
    [InlineData("\u202e\ud83d\ude00\u00e9")]
    public void Whatever_a_message_holds_is_read_back(string message)
    {
        string line = JsonLine.Of(Time, LogLevel.Error, 1, message);
        Assert.DoesNotContain('\n', line);
        using JsonDocument read = JsonDocument.Parse(line);
        Assert.Equal((message, "error"), (read.RootElement.GetProperty("message").GetString(), read.RootElement.GetProperty("level").GetString()));
    }

    [Fact]
    public void The_log_writes_objects_where_the_configuration_wants_them()
    {
        using var written = new StringWriter();
        using SshdLog log = SshdLog.To(LogLevel.Info, written);
        log.Obey(ConfigBed.GoodServer("LogFormat json\n"));
        log.Error("one");
        log.ForConnection().Info("two");
        log.Verbose("three");

        string[] lines = written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["one", "two"], lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("message").GetString()));
    }

    [Fact]
    public void What_is_not_OpenSSHs_is_dumped_where_it_is_said_only()
    {
        Assert.DoesNotContain(ConfigBed.GoodServer("").Dump(), line => line.StartsWith("logformat", StringComparison.Ordinal));
        Assert.Contains("logformat json", ConfigBed.GoodServer("LogFormat json\n").Dump());
    }
}
