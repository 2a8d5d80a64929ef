using System.Text;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Protocol.Keys;
using Nacre.Server;
using Nacre.Tests.Authentication;
using Nacre.Tests.Config;
using Nacre.Tests.Interop;
using Nacre.Tests.Keys;
using Nacre.Tools.Sshd;
using Nacre.Tools.Sshd.Authorisation;
using Nacre.Unix;

namespace Nacre.Tests.Tools.Sshd;

/// <summary>The programs that look up keys and principals, run as the user of the tests; that root becomes another user, a test with sshd shows.</summary>
public sealed class LookupCommandTests
{
    private static readonly UserAccount Me = Users.Find(Environment.UserName)!;
    private readonly StringWriter _log = new();

    [Fact]
    public async Task Its_output_are_lines_of_keys()
    {
        AuthorizedKeysFile? printed = await RunAsync("/bin/echo %u '%t x' \"%f\" %%");
        PublicKey key = TestKeys.A.PublicKey;
        Assert.Equal($"{Me.Name} ssh-ed25519 x {key.Fingerprint} %\n", Encoding.UTF8.GetString(printed!.Contents.Span));
        Assert.Equal("(command)", printed.Name);
    }

    [Fact]
    public async Task Without_arguments_it_gets_the_users_name() =>
        Assert.Equal($"{Me.Name}\n", Encoding.UTF8.GetString((await RunAsync("/bin/echo"))!.Contents.Span));

    [Fact]
    public async Task Its_environment_is_its_own()
    {
        string[] lines = Encoding.UTF8.GetString((await RunAsync("/usr/bin/env -u nothing"))!.Contents.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["HOME", "LOGNAME", "PATH", "USER"], lines.Select(line => line.Split('=')[0]).Where(name => name != "LANG").Order(StringComparer.Ordinal));
        Assert.Contains("PATH=/usr/bin:/bin:/usr/sbin:/sbin", lines);
    }

    [Theory]
    [InlineData("/bin/false x", "AuthorizedKeysCommand /bin/false failed, status 1")]
    [InlineData("/bin/sh -c 'echo key; kill -9 $$'", "AuthorizedKeysCommand /bin/sh exited on signal KILL")]
    [InlineData("echo x", "Unsafe AuthorizedKeysCommand \"echo\": path is not absolute")]
    [InlineData("/nonexistent x", "Unsafe AuthorizedKeysCommand \"/nonexistent\": no such file")]
    [InlineData("/bin x", "is not a regular file")]
    [InlineData("/bin/echo 'x", "AuthorizedKeysCommand \"/bin/echo 'x\" contains invalid quotes")]
    [InlineData("/bin/echo %i", "unknown key %i")]
    public async Task What_goes_wrong_prints_nothing_and_is_told(string command, string told)
    {
        Assert.Null(await RunAsync(command));
        Assert.Contains(told, _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_others_could_replace_is_not_run()
    {
        using var directory = new TemporaryDirectory();
        string program = directory["keys"];
        await File.WriteAllTextAsync(program, "#!/bin/sh\necho key\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(program, (UnixFileMode)0b111_111_111);
        Assert.Null(await RunAsync($"{program} x"));
        Assert.Contains("bad ownership or modes for", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_never_stops_printing_is_stopped_A61()
    {
        Assert.Null(await RunAsync("/usr/bin/yes key"));
        Assert.Contains("printed more than 16777216 bytes", _log.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/bin/sleep 1000")]
    [InlineData("/bin/sh -c 'sleep 30 &'")]
    public async Task The_end_of_the_attempt_ends_it(string command)
    {
        using var ending = new CancellationTokenSource();
        Task<AuthorizedKeysFile?> running = RunAsync(command, Me.Name, ending.Token);
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Theory]
    [InlineData(null, "No user for AuthorizedKeysCommand specified, skipping")]
    [InlineData("no-such-user-%u", "not found: no such user")]
    public async Task There_must_be_a_user_to_run_as(string? runsAs, string told)
    {
        Assert.Null(await RunAsync("/bin/echo x", runsAs));
        Assert.Contains(told, _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_has_tokens_of_its_authority()
    {
        var certificate = new CertificateDraft(TestKeys.A.PublicKey) { KeyId = "al's"u8.ToArray(), Serial = 7 }.Issue(TestKeys.B);
        Dictionary<char, string> tokens = LookupTokens.Of(Me, certificate, Client(), FingerprintHash.Sha256);
        Assert.Equal(("al's", "7", TestKeys.B.PublicKey.Type), (tokens['i'], tokens['s'], tokens['T']));
        Assert.Equal((TestKeys.B.PublicKey.Fingerprint, Convert.ToBase64String(TestKeys.B.PublicKey.Blob.Span)), (tokens['F'], tokens['K']));
        Assert.Equal((certificate.Type, TestKeys.A.PublicKey.Fingerprint), (tokens['t'], tokens['f']));
        Assert.All(ServerKeywords.AuthorizedPrincipalsCommand.Tokens!.Letters, letter => Assert.True(tokens.ContainsKey(letter), $"%{letter}"));
        Dictionary<char, string> ofKey = LookupTokens.Of(Me, TestKeys.A.PublicKey, Client(), FingerprintHash.Md5);
        Assert.StartsWith("MD5:", ofKey['f'], StringComparison.Ordinal);
        Assert.All(ServerKeywords.AuthorizedKeysCommand.Tokens!.Letters, letter => Assert.True(ofKey.ContainsKey(letter), $"%{letter}"));
    }

    private static ClientConnection Client() => ClientConnection.OnPipes(ConfigBed.GoodServer(""));

    private Task<AuthorizedKeysFile?> RunAsync(string command) => RunAsync(command, Me.Name, TestContext.Current.CancellationToken);

    private Task<AuthorizedKeysFile?> RunAsync(string command, string? runsAs) => RunAsync(command, runsAs, TestContext.Current.CancellationToken);

    private async Task<AuthorizedKeysFile?> RunAsync(string command, string? runsAs, CancellationToken ct)
    {
        using SshdLog log = SshdLog.To(LogLevel.Debug3, _log);
        var lookup = new LookupCommand(ServerKeywords.AuthorizedKeysCommand, command, runsAs, log);
        return await lookup.RunAsync(Me, LookupTokens.Of(Me, TestKeys.A.PublicKey, Client(), FingerprintHash.Sha256), ct);
    }
}
