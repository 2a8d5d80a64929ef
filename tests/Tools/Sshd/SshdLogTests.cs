using Nacre.Config.Values;
using Nacre.Protocol.Algorithms.KeyExchanges;
using Nacre.Tests.Config;
using Nacre.Tools.Sshd;

namespace Nacre.Tests.Tools.Sshd;

public sealed class SshdLogTests : IDisposable
{
    private readonly StringWriter _written = new();

    public void Dispose() => _written.Dispose();

    [Fact]
    public void A_Match_block_changes_how_much_is_told_of_one_connection()
    {
        var config = ConfigBed.GoodServer("LogLevel ERROR\nMatch User bob\nLogLevel VERBOSE\n");
        using SshdLog log = SshdLog.To(LogLevel.Error, _written);
        log.Obey(config);
        SshdLog one = log.ForConnection(), other = log.ForConnection();
        one.Obey(config.ForConnection(new() { User = "bob" }), config);
        other.Obey(config.ForConnection(new() { User = "alice" }), config);
        one.Verbose("of bob");
        other.Verbose("of alice");
        log.Info("of all");
        Assert.Equal("of bob\r\n", _written.ToString());
    }

    [Fact]
    public void A_level_of_the_command_line_stays_where_no_Match_block_changes_it()
    {
        var config = ConfigBed.GoodServer("LogLevel QUIET\nMatch User bob\nMaxSessions 1\n");
        using SshdLog log = SshdLog.To(LogLevel.Debug1, _written);
        SshdLog one = log.ForConnection();
        one.Obey(config.ForConnection(new() { User = "bob" }), config);
        one.Write(1, "told");
        Assert.Equal("debug1: told\r\n", _written.ToString());
    }

    [Fact]
    public void A_place_of_LogVerbose_tells_everything()
    {
        using SshdLog log = SshdLog.To(LogLevel.Info, _written);
        log.Obey(ConfigBed.GoodServer("LogVerbose other.cs:*,SshdLogTests.cs:A_place_*():*\n"));
        Assert.True(log.IsOn(3));
        log.Write(3, "told");
        ((Nacre.Protocol.Wire.ITrace)log).Write(2, "elsewhere", file: "/src/third.cs");
        string line = Assert.Single(_written.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("debug3: SshdLogTests.cs:A_place_of_LogVerbose_tells_everything():", line, StringComparison.Ordinal);
        Assert.EndsWith(": told", line, StringComparison.Ordinal);
    }

    [Fact]
    public void The_published_groups_serve_where_ModuliFile_cannot()
    {
        using SshdLog log = SshdLog.To(LogLevel.Info, _written);
        (byte[] prime, _) = new GroupFile("/nonexistent/moduli", log).Choose(2048, 2048, 4096);
        Assert.Equal(RfcModuli.Instance.Choose(2048, 2048, 4096).Prime, prime);
        Assert.StartsWith("WARNING: could not open /nonexistent/moduli", _written.ToString(), StringComparison.Ordinal);
    }
}
