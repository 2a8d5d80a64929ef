using System.Net;
using Nacre.Tests.Interop;
using Nacre.Unix;

namespace Nacre.Tests.Unix;

public sealed class LoginRecordsTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 1, TimeSpan.Zero);

    private readonly string _directory = Directory.CreateTempSubdirectory("nacre").FullName;
    private readonly LoginRecords _records;

    public LoginRecordsTests()
    {
        _records = new LoginRecords { Present = Make("utmp"), Past = Make("wtmp"), Last = Make("lastlog"), Failed = Make("btmp") };
        File.SetUnixFileMode(_records.Failed, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_login_and_its_end_are_what_utmpdump_reads()
    {
        var login = new LoginRecord(4711, "pts/7", "someone", "host.example", IPAddress.Parse("192.0.2.7"), Noon);

        _records.LogIn(login, 1000);
        _records.SetProcess(login with { Pid = 4712 });
        string present = await DumpAsync(_records.Present);
        _records.LogOut(login with { Pid = 4712, Time = Noon.AddHours(1) });

        Assert.Equal("[7] [04712] [ts/7] [someone ] [pts/7       ] [host.example        ] [192.0.2.7      ] [2026-11-22T12:00:01,000000+00:00]\n", present);
        Assert.Equal("[8] [04712] [ts/7] [        ] [pts/7       ] [                    ] [0.0.0.0        ] [2026-11-22T13:00:01,000000+00:00]\n", await DumpAsync(_records.Present));
        string[] past = (await DumpAsync(_records.Past)).Split('\n');
        Assert.StartsWith("[7] [04711] [ts/7] [someone ]", past[0], StringComparison.Ordinal);
        Assert.StartsWith("[8] [04712] [ts/7] [        ]", past[1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_login_is_found_by_the_next()
    {
        Assert.Null(_records.FindLast(3));

        _records.LogIn(new LoginRecord(1, "pts/1", "someone", "there", null, Noon), 3);

        Assert.Equal(new LastLogin(Noon, "pts/1", "there"), _records.FindLast(3));
        Assert.Null(_records.FindLast(2));
        Assert.Null(_records.FindLast(4));
    }

    [Fact]
    public void What_is_too_long_for_a_field_fills_it()
    {
        var login = new LoginRecord(1, new string('l', 33), new string('u', 33), new string('h', 257), IPAddress.IPv6Loopback, Noon);

        _records.LogIn(login, 0);

        Assert.Equal(new LastLogin(Noon, new string('l', 32), new string('h', 256)), _records.FindLast(0));
    }

    [Fact]
    public async Task An_attempt_is_remembered_in_a_file_that_only_root_and_its_group_read()
    {
        Assert.SkipUnless(Users.IsRoot, "needs root: only a file of root's is written");
        var attempt = new LoginRecord(9, "ssh:notty", "nobody-here", "192.0.2.9", IPAddress.Parse("192.0.2.9"), Noon);

        Assert.Null(_records.Fail(attempt));
        Assert.Null(_records.Fail(attempt));
        File.SetUnixFileMode(_records.Failed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        Assert.Equal($"Excess permission or bad ownership on file {_records.Failed}", _records.Fail(attempt));
        Assert.Equal(2, (await DumpAsync(_records.Failed)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => line.StartsWith("[6] [00009] [    ] [nobody-here]", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_machine_that_keeps_no_records_fails_nothing()
    {
        var login = new LoginRecord(1, "pts/1", "someone", "there", null, Noon);
        var none = new LoginRecords { Present = "/nowhere/utmp", Past = "/nowhere/wtmp", Last = "/nowhere/lastlog", Failed = "/nowhere/btmp" };

        none.LogIn(login, 1);
        none.LogOut(login);

        Assert.Null(none.FindLast(1));
        Assert.Null(none.Fail(login));
    }

    private static async Task<string> DumpAsync(string file) => (await Run.CleanAsync("/usr/bin/utmpdump", [file])).Ends().Output;

    private string Make(string name)
    {
        string path = Path.Join(_directory, name);
        File.WriteAllBytes(path, []);
        return path;
    }
}
