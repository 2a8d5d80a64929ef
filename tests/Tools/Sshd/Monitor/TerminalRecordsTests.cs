using System.Net;
using System.Text;
using Nacre.Protocol.Wire;
using Nacre.Tests.Config;
using Nacre.Tools.Sshd;
using Nacre.Tools.Sshd.Monitor;
using Nacre.Unix;

namespace Nacre.Tests.Tools.Sshd.Monitor;

/// <summary>A-10: what a session process says of terminals.</summary>
public sealed class TerminalRecordsTests : IDisposable
{
    private static readonly IPEndPoint Somewhere = new(IPAddress.Loopback, 22);

    private readonly string _directory = Directory.CreateTempSubdirectory("nacre").FullName;
    private readonly LoginRecords _files;
    private readonly ClientConnection _client = ClientConnection.Known(Somewhere, Somewhere, "host.example", ConfigBed.GoodServer(""));

    public TerminalRecordsTests()
    {
        _files = new LoginRecords { Present = Path.Join(_directory, "utmp"), Past = Path.Join(_directory, "wtmp"), Last = Path.Join(_directory, "lastlog"), Failed = "/nowhere" };
        File.WriteAllBytes(_files.Present, []);
        File.WriteAllBytes(_files.Past, []);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_login_at_a_terminal_of_the_users_own_is_recorded_and_so_is_its_end()
    {
        using Pty pty = Pty.Open();
        string line = pty.Name["/dev/".Length..];
        using var records = new TerminalRecords(Users.Current!, _files);

        Take(records, RecordKind.LogIn, line);
        Assert.Contains(line, Encoding.ASCII.GetString(File.ReadAllBytes(_files.Past)), StringComparison.Ordinal);
        long once = new FileInfo(_files.Past).Length;
        Take(records, RecordKind.LogOut, line);
        Assert.Equal(2 * once, new FileInfo(_files.Past).Length);
    }

    [Theory]
    [InlineData(12, "host.example")]
    [InlineData(11, "127.0.0.1")]
    [InlineData(0, "127.0.0.1")]
    public void A_name_that_is_longer_than_is_wanted_is_recorded_by_its_address(int longest, string recorded)
    {
        using Pty pty = Pty.Open();
        using var records = new TerminalRecords(Users.Current!, _files);
        _client.LongestRecordedHost = longest;

        Take(records, RecordKind.LogIn, pty.Name["/dev/".Length..]);

        Assert.Contains(recorded + "\0", Encoding.ASCII.GetString(File.ReadAllBytes(_files.Past)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pts/4294967295")]
    [InlineData("pts/../null")]
    [InlineData("null")]
    [InlineData("")]
    public void A_terminal_that_is_gone_or_none_is_not_recorded_and_its_end_neither(string line) => IsLeftOut(line, Users.Current!);

    [Fact]
    public void A_terminal_of_somebody_else_is_not_recorded_and_its_end_neither()
    {
        using Pty pty = Pty.Open();
        IsLeftOut(pty.Name["/dev/".Length..], new UserAccount("nobody-here", uint.MaxValue - 7, uint.MaxValue - 7, "", "/", ""));
    }

    [Fact]
    public void A_kind_of_record_that_there_is_none_of_is_a_violation()
    {
        using var records = new TerminalRecords(Users.Current!, _files);
        Assert.Equal(Violation.FieldMalformed, Assert.Throws<SshViolationException>(() => Take(records, RecordKind.LogOut + 1, "pts/0")).Violation);
    }

    private void IsLeftOut(string line, UserAccount account)
    {
        using var records = new TerminalRecords(account, _files);
        foreach (RecordKind kind in Enum.GetValues<RecordKind>()) Take(records, kind, line);
        Assert.Empty(File.ReadAllBytes(_files.Present));
        Assert.Empty(File.ReadAllBytes(_files.Past));
    }

    private void Take(TerminalRecords records, RecordKind kind, string line) =>
        records.Take(new RecordMessage { Kind = (uint)kind, ProcessId = 1, Line = Encoding.ASCII.GetBytes(line) }, _client);
}
