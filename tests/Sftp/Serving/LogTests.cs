using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Sftp.Serving;

/// <summary>Who hears what of a session. That the words are OpenSSH's, line by line, is tested against its server.</summary>
public sealed class LogTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<(SftpLogLevel Level, string Line)> _lines = [];

    public LogTests() => SampleRequests.Prepare(_directory);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task At_the_level_that_is_usual_nothing_is_said()
    {
        await RunAllAsync(new SftpServerOptions { Log = Add });
        Assert.Empty(_lines);
    }

    [Theory]
    [InlineData(SftpLogLevel.Info)]
    [InlineData(SftpLogLevel.Verbose)]
    [InlineData(SftpLogLevel.Debug1)]
    [InlineData(SftpLogLevel.Debug2)]
    [InlineData(SftpLogLevel.Debug3)]
    public async Task No_line_is_above_the_level(SftpLogLevel level)
    {
        await RunAllAsync(new SftpServerOptions { Log = Add, LogLevel = level });
        Assert.NotEmpty(_lines);
        Assert.All(_lines, line => Assert.True(line.Level <= level, line.Line));
    }

    [Fact]
    public async Task What_the_client_calls_files_reaches_no_log_unescaped()
    {
        var raw = new RawSftp(new LocalFileSystem(_directory.Path), new SftpServerOptions { Log = Add, LogLevel = SftpLogLevel.Debug3 });
        await raw.BeginAsync();
        byte[] name = "a\nsession closed\e[2J\u202e\x7f"u8.ToArray();
        name[^1] = 0xff;
        await raw.OutcomeAsync(RawSftp.Encode(new SftpOpen { Path = name, Flags = (uint)SftpOpenFlags.Read, Attributes = new SftpAttributes() }));
        await raw.OutcomeAsync(RawSftp.Encode(new SftpExtended { Name = "x\n\e[2J"u8 }));
        await raw.EndAsync();
        Assert.Contains(_lines, line => line.Line.Contains(@"open ""a\012session closed\033[2J\342\200\256\377"" flags READ", StringComparison.Ordinal));
        Assert.All(_lines, line => Assert.All(line.Line, each => Assert.InRange(each, ' ', '~')));
    }

    [Fact]
    public async Task What_is_open_when_the_session_ends_is_told_of_with_what_was_moved()
    {
        var raw = new RawSftp(new LocalFileSystem(_directory.Path), new SftpServerOptions { Log = Add, LogLevel = SftpLogLevel.Info });
        await raw.BeginAsync();
        SampleRequests samples = await SampleRequests.OpenAsync(raw);
        await raw.AskAsync(samples.Of("read"));
        await raw.AskAsync(samples.Of("write"));
        await raw.AskAsync(samples.Of("copy-data"));
        await raw.EndAsync();
        Assert.Equal(
            ["forced close \"file\" bytes read 13 written 1", "forced close \"other\" bytes read 0 written 9", "forced closedir \"d\""],
            _lines.Select(line => line.Line).Where(line => line.StartsWith("forced", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_refusal_says_why()
    {
        var options = new SftpServerOptions { Log = Add, LogLevel = SftpLogLevel.Verbose, IsReadOnly = true, DeniedRequests = ["stat"], AllowedRequests = ["stat", "open", "write"] };
        await RunAllAsync(options);
        foreach (string line in new[] { "Refusing write request in read-only mode", "Refusing denylisted stat request", "Refusing non-allowlisted lstat request" })
        {
            Assert.Contains((SftpLogLevel.Verbose, line), _lines);
        }
    }

    private void Add(SftpLogLevel level, string line) => _lines.Add((level, line));

    private async Task RunAllAsync(SftpServerOptions options)
    {
        var raw = new RawSftp(new LocalFileSystem(_directory.Path), options);
        await raw.BeginAsync();
        SampleRequests samples = await SampleRequests.OpenAsync(raw);
        foreach (string name in SftpServer.RequestNames) await raw.AskAsync(samples.Of(name));
        await raw.EndAsync();
    }
}
