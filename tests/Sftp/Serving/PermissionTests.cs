using Nacre.Protocol.Sftp;
using Nacre.Sftp;
using Nacre.Sftp.Serving;
using Nacre.Tests.Interop;

namespace Nacre.Tests.Sftp.Serving;

/// <summary>What a session may do: every row of the table in a session that only shows, and denied and allowed one by one (P-SFTP-10).</summary>
public sealed class PermissionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> Names => [.. SftpServer.RequestNames];

    public static TheoryData<SftpOpenFlags> ChangingFlags => [.. Enumerable.Range(0, 64).Select(flags => (SftpOpenFlags)flags).Where(flags => (flags & ~(SftpOpenFlags.Read | SftpOpenFlags.Exclusive)) != 0)];

    public PermissionTests() => SampleRequests.Prepare(_directory);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_session_that_may_do_anything_is_refused_nothing(string name)
    {
        (RawSftp raw, SampleRequests samples, _) = await StartAsync(new SftpServerOptions());
        Assert.Equal(SftpStatusCode.Ok, await raw.OutcomeAsync(samples.Of(name)));
        await raw.EndAsync();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_session_that_only_shows_changes_nothing_and_shows_all(string name)
    {
        ServedRequest row = RequestTable.All.Single(row => row.Name == name);
        (RawSftp raw, SampleRequests samples, Dictionary<string, string> extensions) = await StartAsync(new SftpServerOptions { IsReadOnly = true });
        string before = Snapshot();
        SftpStatusCode code = await raw.OutcomeAsync(samples.Of(name));
        Assert.Equal(row.Effect == RequestEffect.Changes ? SftpStatusCode.PermissionDenied : SftpStatusCode.Ok, code);
        if (row.Extension.Length > 0) Assert.Equal(row.Effect == RequestEffect.Shows, extensions.ContainsKey(row.AdvertisedAs));
        await raw.EndAsync();
        Assert.Equal(before, Snapshot());
    }

    [Theory]
    [MemberData(nameof(ChangingFlags))]
    public async Task A_session_that_only_shows_opens_nothing_to_change_it(SftpOpenFlags flags)
    {
        (RawSftp raw, _, _) = await StartAsync(new SftpServerOptions { IsReadOnly = true });
        string before = Snapshot();
        Assert.Equal(SftpStatusCode.PermissionDenied, await raw.OutcomeAsync(SampleRequests.Open("file", flags)));
        Assert.Equal(SftpStatusCode.PermissionDenied, await raw.OutcomeAsync(SampleRequests.Open("new", flags)));
        await raw.EndAsync();
        Assert.Equal(before, Snapshot());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_request_that_is_denied_is_refused_and_not_told_of_and_the_others_are_done(string denied)
    {
        (RawSftp raw, SampleRequests samples, Dictionary<string, string> extensions) = await StartAsync(new SftpServerOptions { DeniedRequests = [denied] });
        foreach (string name in SftpServer.RequestNames.Order(StringComparer.Ordinal).OrderBy(Order))
        {
            SftpStatusCode code = await raw.OutcomeAsync(samples.Of(name));
            if (name == denied) Assert.Equal(SftpStatusCode.PermissionDenied, code);
            else Assert.NotEqual(SftpStatusCode.PermissionDenied, code);
        }

        ServedRequest row = RequestTable.All.Single(row => row.Name == denied);
        bool isOnlyOne = RequestTable.All.Count(each => each.AdvertisedAs == row.AdvertisedAs) == 1;
        if (row.Extension.Length > 0) Assert.Equal(!isOnlyOne, extensions.ContainsKey(row.AdvertisedAs));
        await raw.EndAsync();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Of_one_allowed_request_all_others_are_refused(string allowed)
    {
        (RawSftp raw, SampleRequests samples, Dictionary<string, string> extensions) = await StartAsync(new SftpServerOptions { AllowedRequests = [allowed] });
        foreach (string name in SftpServer.RequestNames)
        {
            SftpStatusCode code = await raw.OutcomeAsync(samples.Of(name));
            if (name == allowed) Assert.NotEqual(SftpStatusCode.PermissionDenied, code);
            else Assert.Equal(SftpStatusCode.PermissionDenied, code);
        }

        Assert.InRange(extensions.Count, 0, 1);
        await raw.EndAsync();
    }

    [Fact]
    public async Task What_is_denied_is_denied_although_it_is_allowed()
    {
        (RawSftp raw, SampleRequests samples, _) = await StartAsync(new SftpServerOptions { AllowedRequests = ["stat"], DeniedRequests = ["stat"] });
        Assert.Equal(SftpStatusCode.PermissionDenied, await raw.OutcomeAsync(samples.Of("stat")));
        await raw.EndAsync();
    }

    [Fact]
    public void Every_request_is_declared_once()
    {
        Assert.Equal(RequestTable.All.Length, RequestTable.All.Select(row => row.Name).Distinct().Count());
        Assert.All(RequestTable.All, row => Assert.Equal(row.Extension.Length > 0, row.Type == SftpMessageType.Extended));
        IEnumerable<SftpMessageType> requests = Enum.GetValues<SftpMessageType>().Where(type => type is not (SftpMessageType.Init or SftpMessageType.Version or SftpMessageType.Extended) && (byte)type < 100);
        Assert.Equal(requests.Order(), RequestTable.All.Where(row => row.Extension.Length == 0).Select(row => row.Type).Order());
    }

    [Fact]
    public async Task Extensions_are_told_of_with_the_versions_of_OpenSSH()
    {
        var raw = new RawSftp(new LocalFileSystem(_directory.Path));
        Dictionary<string, string> extensions = await raw.BeginAsync();
        Assert.Equal(
            [
                ("posix-rename@openssh.com", "1"), ("statvfs@openssh.com", "2"), ("fstatvfs@openssh.com", "2"), ("hardlink@openssh.com", "1"), ("fsync@openssh.com", "1"),
                ("lsetstat@openssh.com", "1"), ("limits@openssh.com", "1"), ("expand-path@openssh.com", "1"), ("copy-data", "1"), ("home-directory", "1"),
                ("users-groups-by-id@openssh.com", "1"), ("check-file", "sha256,sha512"),
            ],
            extensions.Select(pair => (pair.Key, pair.Value)));
        await raw.EndAsync();
    }

    // Files that later samples need go last, and handles after them.
    private static int Order(string name) => name switch { "rename" or "posix-rename" => 1, "close" => 2, _ => 0 };

    private async Task<(RawSftp Raw, SampleRequests Samples, Dictionary<string, string> Extensions)> StartAsync(SftpServerOptions options)
    {
        var raw = new RawSftp(new LocalFileSystem(_directory.Path), options);
        Dictionary<string, string> extensions = await raw.BeginAsync();
        return (raw, await SampleRequests.OpenAsync(raw, options.IsReadOnly), extensions);
    }

    private string Snapshot() => string.Join('\n', Directory.EnumerateFileSystemEntries(_directory.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(path => $"{path} {File.GetUnixFileMode(path)} {File.GetLastWriteTimeUtc(path):O} {(File.Exists(path) ? File.ReadAllText(path) : "")}"));
}
