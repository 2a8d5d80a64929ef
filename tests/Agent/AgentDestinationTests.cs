using System.Security.Cryptography;
using System.Text;
using Nacre.Client;
using Nacre.Protocol.Agent;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tests.Authentication;

namespace Nacre.Tests.Agent;

/// <summary>Connections that come through SSH, and keys that are for certain hosts only .</summary>
public sealed class AgentDestinationTests
{
    // Hosts by letters; c is known by certificates of the authority only.
    private static readonly Dictionary<char, PrivateKey> Hosts = "abcx".ToDictionary(name => name, _ => PrivateKey.GenerateEd25519());
    private static readonly PrivateKey Authority = PrivateKey.GenerateEd25519();

    /// <summary>
    /// Destinations as ssh-add -h has them; the path of the connection, each host with &gt; behind it where the agent is forwarded; what is signed for:
    /// a user at the last host, with + for its host key in the signature; and what comes of it.
    /// </summary>
    public static TheoryData<string, string, string, bool, bool> Paths => new()
    {
        // destinations, path, signed, is seen, may sign
        { "a", "", "al", true, false },
        { "a", "a", "al", true, true },
        { "a", "a", "al+", true, true },
        { "a", "b", "al", false, false },
        { "a", "a>", "al", false, false },
        { "a a>b", "a>", "al+", true, false },
        { "a a>b", "a> b", "al+", true, true },
        { "a a>b", "a> b", "al", true, false },
        { "a a>b", "b> a", "al+", false, false },
        { "a a>b", "a> x", "al+", false, false },
        { "a a>b", "a> b>", "al+", false, false },
        { "a a>b b>c", "a> b> c", "al+", true, true },
        { "a a>b b>c", "a> c", "al+", false, false },
        { "a>b", "a> b", "al+", false, false },
        { "al@a", "a", "al", true, true },
        { "al@a", "a", "bo", true, false },
        { "a*@a", "a", "al", true, true },
        { "?@a", "a", "al", true, false },
        { "a al@b", "b", "al", true, true },
        { "c", "c", "al", true, true },
        { "c c>a", "c> a", "al+", true, true },
    };

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_restricted_key_is_seen_and_signs_only_along_its_path_A16(string destinations, string path, string signed, bool isSeen, bool maySign)
    {
        await using var bed = new AgentBed();
        AgentClient client = bed.Connect();
        Certificate host = await AgentBed.CertifyAsync(Hosts['c'], Authority, CertificateKind.Host, "c");
        var constraints = new AgentConstraints { Destinations = [.. destinations.Split(' ').Select(Destination)] };
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Adding(TestKeys.A, constraints)));
        byte session = 0;
        PublicKey last = TestKeys.B.PublicKey;
        foreach (string hop in path.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            last = hop[0] == 'c' ? host : Hosts[hop[0]].PublicKey;
            Assert.True(await AgentBed.DoesAsync(client, AgentBed.Binding(Hosts[hop[0]], ++session, hop.EndsWith('>'), last)));
        }

        Assert.Equal(isSeen ? [TestKeys.A.PublicKey] : [], await AgentBed.SeenAsync(client));
        byte[] login = Login(session, signed.TrimEnd('+'), signed.EndsWith('+') ? last : null);
        Assert.Equal(maySign, await AgentBed.SignAsync(client, TestKeys.A.PublicKey, login) is not null);
        Assert.Equal(isSeen, await AgentBed.DoesAsync(client, AgentBed.Adding(TestKeys.A, constraints)));
        Assert.Equal(isSeen, await AgentBed.DoesAsync(client, AgentBed.Removing(TestKeys.A.PublicKey)));
    }

    public static TheoryData<string> NoLogins => ["another session", "another host", "another key", "another service", "no signature", "another method", "trailing bytes", "an SSHSIG", "nothing"];

    [Theory]
    [MemberData(nameof(NoLogins))]
    public async Task A_restricted_key_signs_nothing_but_the_login_that_is_bound_A16(string what)
    {
        await using var bed = new AgentBed();
        AgentClient client = bed.Connect();
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Adding(TestKeys.A, new AgentConstraints { Destinations = [Destination("a")] })));
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Binding(Hosts['a'], 1, isForwarding: false)));
        byte[] data = what switch
        {
            "another session" => Login(2, "al", Hosts['a'].PublicKey),
            "another host" => Login(1, "al", Hosts['b'].PublicKey),
            "another key" => Login(1, "al", Hosts['a'].PublicKey, TestKeys.B.PublicKey),
            "another service" => Login(1, "al", Hosts['a'].PublicKey, service: "ssh-userauth"),
            "no signature" => Login(1, "al", Hosts['a'].PublicKey, hasSignature: 0),
            "another method" => Login(1, "al", null, method: "hostbased"),
            "trailing bytes" => [.. Login(1, "al", Hosts['a'].PublicKey), 0],
            "an SSHSIG" => "SSHSIG"u8.ToArray(),
            _ => [],
        };
        Assert.Null(await AgentBed.SignAsync(client, TestKeys.A.PublicKey, data));
        Assert.NotNull(await AgentBed.SignAsync(client, TestKeys.A.PublicKey, Login(1, "al", Hosts['a'].PublicKey)));
    }

    [Fact]
    public async Task Whoever_is_asked_is_told_the_user_of_a_restricted_key()
    {
        await using var bed = new AgentBed();
        AgentClient client = bed.Connect();
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Adding(TestKeys.A, new AgentConstraints { Destinations = [Destination("a")], MustConfirm = true })));
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Binding(Hosts['a'], 1, isForwarding: false)));
        Assert.NotNull(await AgentBed.SignAsync(client, TestKeys.A.PublicKey, Login(1, "al", Hosts['a'].PublicKey)));
        Assert.Equal("al", Assert.Single(bed.Asked).UserName);
    }

    public static TheoryData<string> BadCertificates => ["user", "another authority", "another name", "expired"];

    [Theory]
    [MemberData(nameof(BadCertificates))]
    public async Task A_host_certificate_that_does_not_hold_is_no_such_host(string fault)
    {
        await using var bed = new AgentBed();
        AgentClient client = bed.Connect();
        var terms = new CertificateTerms { Kind = fault == "user" ? CertificateKind.User : CertificateKind.Host, KeyId = "id", Principals = [fault == "another name" ? "x" : "c"] };
        if (fault == "expired") terms = terms with { ValidBefore = 1 };
        bed.Time.Pass(TimeSpan.FromDays(1));
        Certificate certificate = await terms.SignAsync(Hosts['c'].PublicKey, fault == "another authority" ? Hosts['x'] : Authority, ct: TestContext.Current.CancellationToken);
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Adding(TestKeys.A, new AgentConstraints { Destinations = [Destination("c")] })));
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Binding(Hosts['c'], 1, isForwarding: false, certificate)));
        Assert.Empty(await AgentBed.SeenAsync(client));
    }

    [Fact]
    public async Task A_binding_is_believed_once_and_only_by_the_host_s_signature_A31()
    {
        await using var bed = new AgentBed();
        AgentClient client = bed.Connect();
        Assert.False(await AgentBed.DoesAsync(client, AgentBed.Binding(Hosts['a'], 1, isForwarding: true, shown: Hosts['b'].PublicKey)));
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Binding(Hosts['a'], 1, isForwarding: true)));
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Binding(Hosts['a'], 1, isForwarding: true)));
        Assert.False(await AgentBed.DoesAsync(client, AgentBed.Binding(Hosts['b'], 1, isForwarding: true)));
        Assert.True(await AgentBed.DoesAsync(client, AgentBed.Binding(Hosts['b'], 2, isForwarding: false)));
        Assert.False(await AgentBed.DoesAsync(client, AgentBed.Binding(Hosts['c'], 3, isForwarding: true)));
    }

    [Theory]
    [InlineData(16, true)]
    [InlineData(17, false)]
    public async Task The_hops_of_a_connection_are_limited(byte hops, bool isTaken)
    {
        await using var bed = new AgentBed();
        AgentClient client = bed.Connect();
        for (byte i = 1; i < hops; i++) Assert.True(await AgentBed.DoesAsync(client, AgentBed.Binding(Hosts['a'], i, isForwarding: true)));
        Assert.Equal(isTaken, await AgentBed.DoesAsync(client, AgentBed.Binding(Hosts['a'], hops, isForwarding: true)));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public async Task The_identifier_of_a_session_is_limited(int length, bool isTaken)
    {
        await using var bed = new AgentBed();
        Assert.Equal(isTaken, await AgentBed.DoesAsync(bed.Connect(), Bind()));

        byte[] Bind()
        {
            byte[] id = new byte[length];
            var bind = new SessionBind { HostKey = Hosts['a'].PublicKey.Blob.Span, SessionId = id, Signature = Hosts['a'].Sign("ssh-ed25519", id), IsForwarding = true };
            return AgentBed.Extending(SessionBind.RecordName, Message.WriteRecord(ref bind));
        }
    }

    [Fact]
    public async Task A_binding_that_fails_leaves_no_restricted_key_to_use_A31()
    {
        await using var bed = new AgentBed();
        AgentClient client = bed.Connect();
        bed.Server.Add(AgentBed.Copy(TestKeys.A), "restricted", constraints: new AgentConstraints { Destinations = [Destination("a")] });
        bed.Server.Add(AgentBed.Copy(TestKeys.C), "free");
        Assert.False(await AgentBed.DoesAsync(client, AgentBed.Binding(Hosts['a'], 1, isForwarding: false, signature: [1])));
        Assert.Equal([TestKeys.C.PublicKey], await AgentBed.SeenAsync(client));
        Assert.Null(await AgentBed.SignAsync(client, TestKeys.A.PublicKey, Login(1, "al", null)));
    }

    [Fact]
    public async Task A_provider_is_opened_for_local_connections_at_permitted_real_paths_only_A30()
    {
        using var directory = new Interop.TemporaryDirectory();
        string allowed = Directory.CreateDirectory(directory["allowed"]).FullName, library = Path.Join(allowed, "a.so"), other = directory.Write("other.so", "");
        File.WriteAllText(library, "");
        File.CreateSymbolicLink(Path.Join(allowed, "link.so"), other);
        File.CreateSymbolicLink(directory["good.so"], library);
        await using var bed = new AgentBed(options => options with { AllowsProvider = path => path.StartsWith(allowed + "/", StringComparison.Ordinal) });
        bed.Token = [new(new TokenStandIn(TestKeys.A), "on the token"), new(new TokenStandIn(TestKeys.C), "")];
        AgentClient local = bed.Connect(), failed = bed.Connect(), remote = bed.Connect();

        foreach (string path in new[] { other, Path.Join(allowed, "link.so"), Path.Join(allowed, "..", "other.so"), Path.Join(allowed, "none.so"), "a.so", "", "/" })
        {
            Assert.False(await AgentBed.DoesAsync(local, AgentBed.AddingToken(path, "")));
        }

        // Over SSH, also where telling so has failed or the agent was locked meanwhile.
        Assert.False(await AgentBed.DoesAsync(failed, AgentBed.Binding(Hosts['a'], 1, isForwarding: true, signature: [1])));
        Assert.False(await AgentBed.DoesAsync(failed, AgentBed.AddingToken(library, "")));
        Assert.True(await AgentBed.DoesAsync(local, AgentBed.Locking("pass")));
        Assert.True(await AgentBed.DoesAsync(remote, AgentBed.Binding(Hosts['a'], 1, isForwarding: true)));
        Assert.True(await AgentBed.DoesAsync(local, AgentBed.Unlocking("pass")));
        Assert.False(await AgentBed.DoesAsync(remote, AgentBed.AddingToken(library, "")));
        Assert.Empty(bed.Opened);

        Assert.True(await AgentBed.DoesAsync(local, AgentBed.AddingToken(directory["good.so"], "1234")));
        Assert.Equal([$"open {library} 1234"], bed.Opened);
        Assert.Equal(["on the token", library], (await local.ListAsync(TestContext.Current.CancellationToken)).Select(key => key.Name));
        Assert.True(await AgentBed.DoesAsync(local, AgentBed.RemovingToken(library)));
        Assert.Empty(bed.Server.Keys);
        Assert.Equal($"close {library}", bed.Opened[^1]);
    }

    [Fact]
    public async Task A_token_that_fails_fails_one_request_and_the_connection_goes_on()
    {
        await using var bed = new AgentBed(options => options with { AllowsProvider = _ => true });
        AgentClient client = bed.Connect();
        foreach (Exception fault in (Exception[])[new CryptographicException("no such hash"), new IOException("broken pipe"), new UnauthorizedAccessException("no")])
        {
            bed.Token = [new(new TokenStandIn(TestKeys.A) { Fault = fault }, "")];
            Assert.True(await AgentBed.DoesAsync(client, AgentBed.AddingToken("/bin/sh", "1234")));
            Assert.Null(await AgentBed.SignAsync(client, TestKeys.A.PublicKey, "data"u8.ToArray()));
            Assert.True(await AgentBed.DoesAsync(client, AgentBed.Removing(TestKeys.A.PublicKey)));
        }
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public async Task Certificates_are_associated_with_the_keys_of_a_token(bool isCertificatesOnly, int expected)
    {
        using var directory = new Interop.TemporaryDirectory();
        string library = directory.Write("a.so", "");
        await using var bed = new AgentBed(options => options with { AllowsProvider = _ => true, AllowsRemoteProviders = true });
        var signer = new TokenStandIn(TestKeys.A);
        bed.Token = [new(signer, "token")];
        AgentClient remote = bed.Connect();
        Assert.True(await AgentBed.DoesAsync(remote, AgentBed.Binding(Hosts['a'], 1, isForwarding: true)));
        Certificate certificate = await AgentBed.CertifyAsync(TestKeys.A, Authority), foreign = await AgentBed.CertifyAsync(TestKeys.C, Authority);
        var constraints = new AgentConstraints { MustConfirm = true, Certificates = new AssociatedCertificates([foreign, certificate], isCertificatesOnly) };
        Assert.True(await AgentBed.DoesAsync(remote, AgentBed.AddingToken(library, "", constraints)));
        Assert.Equal(expected, bed.Server.Keys.Count);
        Assert.Equal(certificate, bed.Server.Keys[0]);
        byte[]? signature = await AgentBed.SignAsync(remote, certificate, [1]);
        Assert.True(TestKeys.A.PublicKey.Verify("ssh-ed25519", [1], signature));
        Assert.Single(bed.Asked);

        // The token is done with once, when no identity is left that it signs for.
        foreach (PublicKey identity in bed.Server.Keys.ToArray())
        {
            Assert.Equal(0, signer.Ends);
            Assert.True(await AgentBed.DoesAsync(remote, AgentBed.Removing(identity)));
        }

        Assert.Equal(1, signer.Ends);
    }

    // [from>]host with a user before the host, as ssh-add -h takes it.
    private static DestinationConstraint Destination(string text)
    {
        string[] ends = text.Split('>');
        string[] to = ends[^1].Split('@');
        return new DestinationConstraint(ends.Length > 1 ? Hop(ends[0]) : null, Hop(to[^1]), to.Length > 1 ? to[0] : null);
    }

    private static DestinationHop Hop(string name) => new(name, name == "c" ? [new(Authority.PublicKey, IsAuthority: true)] : [new(TestKeys.Rsa.PublicKey), new(Hosts[name[0]].PublicKey)]);

    private static byte[] Login(byte session, string user, PublicKey? hostKey, PublicKey? key = null, string service = "ssh-connection", byte hasSignature = 1, string method = "publickey")
    {
        PublicKey shown = key ?? TestKeys.A.PublicKey;
        var signed = new SignedRequest
        {
            SessionId = AgentBed.SessionId(session),
            UserName = Encoding.UTF8.GetBytes(user),
            ServiceName = Encoding.UTF8.GetBytes(service),
            Method = Encoding.UTF8.GetBytes(hostKey is null ? method : "publickey-hostbound-v00@openssh.com"),
            HasSignature = hasSignature,
            Algorithm = Encoding.UTF8.GetBytes(shown.Type),
            PublicKey = shown.Blob.Span,
            HostKey = hostKey is null ? default : hostKey.Blob.Span,
        };
        return Message.WriteRecord(ref signed);
    }
}
