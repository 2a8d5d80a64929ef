using System.Globalization;
using Nacre.Protocol.Agent;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Tests.Authentication;
using Nacre.Tests.Forwarding.Agent;
using Nacre.Tests.Interop;
using Nacre.Tests.Sftp.Requests;
using Nacre.Tools.SshAdd;

namespace Nacre.Tests.Tools.SshAdd;

public sealed class SshAddTests : IDisposable
{
    private const long Now = 2_000_000_000;

    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTime _time = new();

    public SshAddTests() => _time.Pass(TimeSpan.FromSeconds(Now));

    private AddPlace Place => new(_directory["agent"], _directory["home"]) { Time = _time };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Without_an_agent_the_exit_status_is_2()
    {
        Assert.Equal(new AddRun(2, "", "Could not open a connection to your authentication agent.\n"), AddRun.Ours(new AddPlace(null, null), "", "-l"));
        Assert.Equal(new AddRun(2, "", "Error connecting to agent: No such file or directory\n"), AddRun.Ours(Place, "", "-l"));
        _directory.Write("agent", "");
        Assert.Equal(new AddRun(2, "", "Error connecting to agent: Connection refused\n"), AddRun.Ours(Place, "", "-l"));
    }

    [Fact]
    public void Wrong_flags_are_answered_by_the_usage()
    {
        AddRun unknown = AddRun.Ours(Place, "", "-w").Ends(1);
        Assert.StartsWith("unknown option -- w\nusage: ssh-add [-CcDdKkLlNqvXx] [-E fingerprint_hash] [-H hostkey_file]\n", unknown.Error, StringComparison.Ordinal);
        Assert.EndsWith("ssh-add -T pubkey ...\n       ssh-add -Q\n", unknown.Error, StringComparison.Ordinal);
        Assert.Equal("Invalid combination of -C and -k: nothing would be left\r\n", AddRun.Ours(Place, "", "-C", "-k").Ends(255).Error);
    }

    [Fact]
    public void A_key_on_its_way_keeps_its_conditions()
    {
        string key = Save("key", TestKeys.A);
        _directory.Write("known", $"Here.example {TestKeys.B.PublicKey}\n@cert-authority there.example {TestKeys.C.PublicKey}\n@revoked there.example {TestKeys.B.PublicKey}\nthere.example {TestKeys.B.PublicKey}\n");
        AgentConstraints given = AgentConstraints.Read(ConstraintsOf("-t", "90", "-c", "-H", _directory["known"], "-h", "HERE.example", "-h", "here.example>me@home@there.example", key));

        Assert.Equal(TimeSpan.FromSeconds(90), given.Lifetime);
        Assert.True(given.MustConfirm);
        Assert.Equal(2, given.Destinations.Count);
        Assert.Equal((null, null, "HERE.example"), (given.Destinations[0].From, given.Destinations[0].UserName, given.Destinations[0].To.HostName));
        Assert.Equal([new DestinationKey(TestKeys.B.PublicKey)], given.Destinations[1].From!.Keys);
        Assert.Equal("me@home", given.Destinations[1].UserName);

        // A key that the host must not have any more is left out.
        Assert.Equal([new DestinationKey(TestKeys.C.PublicKey, IsAuthority: true)], given.Destinations[1].To.Keys);
    }

    [Theory]
    [InlineData("nowhere.example", "No host keys found for destination \"nowhere.example\"")]
    [InlineData("me@", "Invalid key destination constraint \"me@\": does not specify a host")]
    [InlineData("", "Invalid key destination constraint \"\": does not specify a host")]
    [InlineData(">here.example", "Invalid key destination constraint \">here.example\": does not specify a host")]
    [InlineData("me@here.example>here.example", "Invalid key constraint me@here.example: cannot specify user on 'from' host")]
    public void A_destination_that_makes_no_sense_adds_nothing(string destination, string message)
    {
        using var agent = new RecordingAgent(_directory["agent"]);
        _directory.Write("known", $"here.example {TestKeys.B.PublicKey}\n");
        Assert.Equal(new AddRun(255, "", message + "\r\n"), AddRun.Ours(Place, "", "-H", _directory["known"], "-h", destination, Save("key", TestKeys.A)));
        Assert.Empty(agent.Requests);
    }

    [Theory]
    [InlineData("", 100, 400)]
    [InlineData("-t 60", 100, 60)]
    [InlineData("-t 1h", 100, 400)]
    [InlineData("", -299, 1)]
    [InlineData("-N", 100, null)]
    [InlineData("-N -t 60", -1000, 60)]
    [InlineData("", null, null)]
    public async Task A_certificate_is_kept_until_five_minutes_after_its_end(string flags, int? secondsLeft, int? lifetime)
    {
        string key = Save("key", TestKeys.A);
        _directory.Write("key-cert.pub", await CertifyAsync(TestKeys.A, secondsLeft) + "\n");
        byte[] constraints = ConstraintsOf(["-C", .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries), key]);
        Assert.Equal(lifetime, (int?)AgentConstraints.Read(constraints).Lifetime?.TotalSeconds);
    }

    [Fact]
    public async Task A_certificate_that_is_over_is_not_added()
    {
        using var agent = new RecordingAgent(_directory["agent"]);
        string key = Save("key", TestKeys.A), path = _directory.Write("key-cert.pub", await CertifyAsync(TestKeys.A, -300) + "\n");
        Assert.Equal($"Certificate {path} (test) has expired; get a new one, or add it with -N\r\n", AddRun.Ours(Place, "", "-C", key).Ends(1).Error);
        Assert.Empty(agent.Requests);
    }

    [Fact]
    public void Keys_with_the_usual_names_are_taken_where_none_is_named()
    {
        using var agent = new RecordingAgent(_directory["agent"]);
        Directory.CreateDirectory(_directory["home/.ssh"]);
        Assert.Equal(new AddRun(1, "", ""), AddRun.Ours(Place, ""));
        Save("home/.ssh/id_rsa", TestKeys.Rsa);
        Save("home/.ssh/id_ed25519", TestKeys.A);
        Save("home/.ssh/id_else", TestKeys.C);
        AddRun.Ours(Place, "").Ends(1);
        AddRun.Ours(Place, "", "-d").Ends(1);
        Assert.Equal(
            [AgentMessageNumber.AddIdentity, AgentMessageNumber.AddIdentity, AgentMessageNumber.RemoveIdentity, AgentMessageNumber.RemoveIdentity],
            agent.Requests.Select(request => AgentMessage.NumberOf(request)));
        Assert.Equal(TestKeys.Rsa.PublicKey.Blob.ToArray(), AgentMessage.Read<RemoveIdentity>(agent.Requests[2]).PublicKey.ToArray());
        Assert.Equal("No user found with uid " + Nacre.Unix.Users.CurrentUid.ToString(CultureInfo.InvariantCulture) + "\n", AddRun.Ours(Place with { Home = null }, "").Ends(1).Error);
    }

    [Theory]
    [InlineData("-C", 1)]
    [InlineData("-k", 1)]
    [InlineData("-q", 2)]
    public async Task Keys_and_certificates_are_added_and_removed_apart(string flag, int count)
    {
        using var agent = new RecordingAgent(_directory["agent"]);
        string key = Save("key", TestKeys.A);
        _directory.Write("key-cert.pub", await CertifyAsync(TestKeys.A, null) + "\n");
        AddRun.Ours(Place, "", flag, key).Ends(1);
        AddRun.Ours(Place, "", flag, "-d", key).Ends(1);
        Assert.Equal(2 * count, agent.Requests.Count);
        bool[] areCertificates = [.. agent.Requests.Skip(count).Select(request => PublicKey.Parse(AgentMessage.Read<RemoveIdentity>(request).PublicKey) is Certificate)];
        Assert.Equal(flag switch { "-C" => [true], "-k" => [false], _ => [false, true] }, areCertificates);
    }

    [Theory]
    [InlineData("", "1234", "1234")]
    [InlineData("-P", "1234", "")]
    public async Task A_token_is_left_to_the_agent_with_its_PIN_and_certificates(string flag, string typed, string sent)
    {
        using var agent = new RecordingAgent(_directory["agent"]);
        Certificate certificate = await CertifyAsync(TestKeys.A, null);
        string file = _directory.Write("cert.pub", certificate + "\n");
        AddRun run = AddRun.Ours(Place, typed + "\n", [.. flag.Split(' ', StringSplitOptions.RemoveEmptyEntries), "-C", "-s", "/usr/lib/token.so", file]);
        Assert.EndsWith("Could not add card \"/usr/lib/token.so\": agent refused operation\n", run.Ends(1).Error, StringComparison.Ordinal);

        AddSmartcardKeyConstrained request = AgentMessage.Read<AddSmartcardKeyConstrained>(Assert.Single(agent.Requests));
        Assert.Equal("/usr/lib/token.so", System.Text.Encoding.UTF8.GetString(request.ProviderId));
        Assert.Equal(sent, System.Text.Encoding.UTF8.GetString(request.Pin));
        AssociatedCertificates given = AgentConstraints.Read(request.Constraints).Certificates!;
        Assert.Equal([certificate], given.Certificates);
        Assert.True(given.IsCertificatesOnly);
    }

    [Fact]
    public void What_is_no_certificate_does_not_go_with_a_token()
    {
        using var agent = new RecordingAgent(_directory["agent"]);
        string file = _directory.Write("key.pub", TestKeys.A.PublicKey + "\n");
        Assert.Equal($"File \"{file}\" is not a certificate\r\n", AddRun.Ours(Place, "", "-s", "/usr/lib/token.so", file).Ends(255).Error);
        Assert.Empty(agent.Requests);
    }

    [Fact]
    public void An_agent_that_tells_no_extensions_is_no_reason_to_wait()
    {
        using var agent = new RecordingAgent(_directory["agent"]);
        Assert.Equal("Unable to query supported extensions: agent refused operation\r\n", AddRun.Ours(Place, "", "-Q").Ends(1).Error);
        Assert.Equal("query", System.Text.Encoding.UTF8.GetString(AgentMessage.Read<AgentExtension>(Assert.Single(agent.Requests)).Type));
    }

    [Theory]
    [InlineData("@/large", "Error loading key \"@/large\": there are more than 1048576 bytes\n")]
    [InlineData("@", "Error loading key \"@\": Is a directory\n")]
    [InlineData("@/garbage", "Error loading key \"@/garbage\": invalid format: ")]
    [InlineData("@/fifo", "Error loading key \"@/fifo\": invalid format: ")]
    [InlineData("@/a/b", "@/a/b: No such file or directory\n")]
    [Trait("Category", "Interop")]
    public async Task What_is_no_key_is_told_in_one_line_A52(string file, string message)
    {
        using var agent = new RecordingAgent(_directory["agent"]);
        File.WriteAllText(_directory["garbage"], "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n");
        _directory.WriteRandom("large", PrivateKeyFile.MaxLength + 1);
        foreach (string name in new[] { "garbage", "large" }) Protect(_directory[name]);
        (await Run.Async("mkfifo", ["-m", "600", _directory["fifo"]])).Ends();
        File.SetUnixFileMode(_directory.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        AddRun run = AddRun.Ours(Place, "", file.Replace("@", _directory.Path, StringComparison.Ordinal)).Ends(1);

        Assert.StartsWith(message.Replace("@", _directory.Path, StringComparison.Ordinal), run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error, '\n');
        Assert.Empty(agent.Requests);
    }

    [Fact]
    [Trait("Category", "Interop")]
    public async Task A_key_may_come_out_of_a_pipe_as_a_shell_makes_it()
    {
        using var agent = new StockAgent(_directory["agent"]);
        Save("key", TestKeys.C);
        string[] script = ["-c", "\"$0\" ssh-add <(cat \"$1\") && \"$0\" ssh-add -L", OurTools.Executable, _directory["key"]];
        RunResult run = await Run.Async("bash", script, environment: new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = agent.Path });
        Assert.StartsWith(TestKeys.C.PublicKey.ToString(), run.Ends().Output, StringComparison.Ordinal);
        Assert.StartsWith("Identity added: /dev/fd/", run.Error, StringComparison.Ordinal);
    }

    /// <summary>The constraints that ssh-add sends with the one key of a command line.</summary>
    private byte[] ConstraintsOf(params string[] arguments)
    {
        using var agent = new RecordingAgent(_directory["agent"]);
        AddRun.Ours(Place, "", arguments).Ends(1);
        byte[] request = Assert.Single(agent.Requests);
        return AgentMessage.NumberOf(request) == AgentMessageNumber.AddIdentity ? [] : AgentMessage.Read<AddIdentityConstrained>(request).Constraints.ToArray();
    }

    private string Save(string name, PrivateKey key)
    {
        using Nacre.Crypto.Secret text = OpenSshPrivateKey.Write(key, passphrase: []);
        File.WriteAllBytes(_directory[name], text.Span.ToArray());
        Protect(_directory[name]);
        return _directory[name];
    }

    private static void Protect(string path) => File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);

    private static async Task<Certificate> CertifyAsync(PrivateKey key, int? secondsLeft)
    {
        var terms = new CertificateTerms { Kind = CertificateKind.User, KeyId = "test", Principals = ["me"] };
        if (secondsLeft is { } seconds) terms = terms.Between(DateTimeOffset.UnixEpoch, DateTimeOffset.FromUnixTimeSeconds(Now + seconds));
        return await terms.SignAsync(key.PublicKey, TestKeys.B);
    }
}
