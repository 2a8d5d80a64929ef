using System.Text;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Tests.Authentication;
using Nacre.Tests.Config;
using Nacre.Tests.Interop;
using Nacre.Tests.Keys;
using Nacre.Tools.Sshd;
using Nacre.Tools.Sshd.Authorisation;
using Nacre.Unix;

namespace Nacre.Tests.Tools.Sshd;

/// <summary>Whose word sshd takes for its user, by the files of the system and of the user.</summary>
public sealed class HostbasedAuthorisationTests : IDisposable
{
    private const UnixFileMode OwnOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryDirectory _directory = new();
    private readonly StringBuilder _written = new();

    public HostbasedAuthorisationTests() => Directory.CreateDirectory(_directory["home/.ssh"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    private static PublicKey HostKey => TestKeys.A.PublicKey;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_known_machine_lets_in_whom_the_system_says()
    {
        Write("hosts.equiv", "client.example bo\n");
        Assert.False(Permits());
        Assert.Contains("key for host client.example not found", _written.ToString(), StringComparison.Ordinal);
        Write("known", $"client.example {HostKey}\n");
        Assert.True(Permits());
        Assert.False(Permits(user: "eve"));
        Assert.False(Permits(key: TestKeys.B.PublicKey));
        Assert.Contains($"Accepted ED25519 public key {HostKey.Fingerprint} from bo@client.example", _written.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Shosts_equiv_serves_where_hosts_equiv_denies()
    {
        Write("known", $"client.example {HostKey}\n");
        Write("hosts.equiv", "-client.example bo\n");
        Assert.False(Permits());
        Write("shosts.equiv", "client.example bo\n");
        Assert.True(Permits());
    }

    [Fact]
    public void The_system_lets_nobody_in_as_root()
    {
        Write("known", $"client.example {HostKey}\n");
        Write("hosts.equiv", "client.example bo\n");
        Assert.False(Permits(account: Account with { Uid = 0 }));
    }

    [Theory]
    [InlineData(".shosts", "no", true)]
    [InlineData(".rhosts", "no", true)]
    [InlineData(".shosts", "shosts-only", true)]
    [InlineData(".rhosts", "shosts-only", false)]
    [InlineData(".shosts", "yes", false)]
    [InlineData(".rhosts", "yes", false)]
    public void IgnoreRhosts_says_which_of_the_users_own_files_count(string file, string choice, bool isPermitted)
    {
        Write("known", $"client.example {HostKey}\n");
        Write("home/" + file, "client.example bo\n");
        Assert.Equal(isPermitted, Permits(config: $"IgnoreRhosts {choice}"));
        Assert.Equal(!isPermitted, _written.ToString().Contains($"Server has been configured to ignore {file}.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("home/.shosts", "bad modes for ")]
    [InlineData("home", "bad ownership or modes for home directory.")]
    public void What_others_may_write_is_not_believed_but_without_StrictModes(string path, string reason)
    {
        Write("known", $"client.example {HostKey}\n");
        Write("home/.shosts", "client.example bo\n");
        File.SetUnixFileMode(_directory[path], File.GetUnixFileMode(_directory[path]) | UnixFileMode.GroupWrite);
        Assert.False(Permits(config: "IgnoreRhosts no"));
        Assert.Contains($"Rhosts authentication refused for al: {reason}", _written.ToString(), StringComparison.Ordinal);
        Assert.True(Permits(config: "IgnoreRhosts no\nStrictModes no"));
    }

    [Fact]
    public void The_user_may_know_machines_that_the_system_does_not()
    {
        Write("hosts.equiv", "client.example bo\n");
        string known = Write("home/.ssh/known_hosts", $"client.example {HostKey}\n");
        Assert.True(Permits());
        Assert.False(Permits(config: "IgnoreUserKnownHosts yes"));
        File.SetUnixFileMode(known, OwnOnly | UnixFileMode.GroupRead | UnixFileMode.OtherWrite);
        Assert.False(Permits());
        Assert.Contains($"Authentication refused for al: bad owner or modes for {known}", _written.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_second_files_are_asked_only_for_machines_that_the_first_do_not_know()
    {
        Write("hosts.equiv", "client.example bo\n");
        Write("known2", $"client.example {HostKey}\n");
        Assert.True(Permits());
        Write("known", $"client.example {TestKeys.B.PublicKey}\n");
        Assert.False(Permits());
    }

    [Fact]
    public void A_revoked_key_lets_nobody_in()
    {
        Write("hosts.equiv", "client.example bo\n");
        Write("known", $"client.example {HostKey}\n@revoked * {HostKey}\n");
        Assert.False(Permits());
        Assert.Contains("WARNING: revoked key for client.example attempted authentication", _written.ToString(), StringComparison.Ordinal);

        Write("known", $"client.example {HostKey}\n");
        Assert.False(Permits(config: $"RevokedKeys {Write("revoked", HostKey + "\n")}"));
        Assert.True(Permits());
    }

    [Fact]
    public void A_certificate_needs_a_known_authority_and_the_machines_name()
    {
        Write("hosts.equiv", "client.example bo\n");
        Certificate certificate = Draft("client.example").Issue(TestKeys.B);
        Write("known", $"client.example {TestKeys.B.PublicKey}\n");
        Assert.False(Permits(key: certificate));
        Write("known", $"@cert-authority *.example {TestKeys.B.PublicKey}\n");
        Assert.True(Permits(key: certificate));
        Assert.Contains($"Accepted certificate ID \"an id\" signed by ED25519 CA {TestKeys.B.PublicKey.Fingerprint} from bo@client.example", _written.ToString(), StringComparison.Ordinal);
        Assert.False(Permits(key: Draft("other.example").Issue(TestKeys.B)));
        Assert.False(Permits(key: Draft("client.example", CertificateKind.User).Issue(TestKeys.B)));
        Assert.False(Permits(key: Draft("client.example").Issue(TestKeys.C)));
        Write("known", $"@cert-authority *.example {TestKeys.B.PublicKey}\n@revoked * {TestKeys.B.PublicKey}\n");
        Assert.False(Permits(key: certificate));
    }

    [Fact]
    public void The_name_of_the_address_counts_unless_that_of_the_packet_is_to()
    {
        Write("hosts.equiv", "client.example bo\n");
        Write("known", $"client.example,192.0.2.7 {HostKey}\n");
        Assert.True(Permits(claimed: "what it likes"));
        Assert.Contains("userauth_hostbased mismatch: client sends what it likes, but we resolve 192.0.2.7 to client.example", _written.ToString(), StringComparison.Ordinal);
        Assert.False(Permits(resolved: "other.example"));
        Assert.True(Permits(resolved: "other.example", config: "HostbasedUsesNameFromPacketOnly yes"));
        Assert.False(Permits(claimed: "other.example", config: "HostbasedUsesNameFromPacketOnly yes"));
        Write("hosts.equiv", "192.0.2.7 bo\n");
        Assert.True(Permits(resolved: "192.0.2.7"));
        Assert.False(Permits(config: "HostbasedUsesNameFromPacketOnly yes"));
    }

    private UserAccount Account => new("al", Users.CurrentUid == 0 ? 12345 : Users.CurrentUid, Users.CurrentGid, "", _directory["home"], "/bin/sh");

    private static CertificateDraft Draft(string name, CertificateKind kind = CertificateKind.Host) => new(HostKey) { Kind = (uint)kind, Principals = CertificateDraft.Pack(name) };

    private string Write(string name, string text)
    {
        File.WriteAllText(_directory[name], text);
        File.SetUnixFileMode(_directory[name], OwnOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return _directory[name];
    }

    private bool Permits(PublicKey? key = null, string user = "bo", string claimed = "client.example", string resolved = "client.example", string config = "", UserAccount? account = null)
    {
        // With the rights of an account: its directories have to let others through.
        foreach (string directory in new[] { "home", "home/.ssh" })
        {
            File.SetUnixFileMode(_directory[directory], File.GetUnixFileMode(_directory[directory]) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }

        ServerConfig read = ConfigBed.GoodServer(config + "\n");
        using SshdLog log = SshdLog.To(LogLevel.Debug1, new StringWriter(_written));
        var authorisation = new HostbasedAuthorisation(account ?? Account, read, resolved, "192.0.2.7", log)
        {
            Files = new HostbasedFiles { Equivalent = [_directory["hosts.equiv"], _directory["shosts.equiv"]], KnownHosts = _directory["known"] },
        };
        key ??= HostKey;
        return authorisation.Permits(new HostbasedAttempt("al", key, new HostbasedProof(key.SignatureAlgorithms[0], key.Blob.ToArray(), claimed + ".", user, [])));
    }
}
