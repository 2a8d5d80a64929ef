using System.Text;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;
using Nacre.Tests.Keys;

namespace Nacre.Tests.Authentication;

/// <summary>The method hostbased (RFC 4252 9), both ends.</summary>
public sealed class HostbasedTests
{
    private const string All = "publickey,hostbased";

    private static readonly HostbasedIdentity Machine = new("client.example", "bo", [TestKeys.A, TestKeys.Rsa, TestKeys.C]);

    [Fact]
    public async Task Each_host_key_signs_once_in_the_order_of_the_algorithms()
    {
        ClientScript script = Client(Machine, algorithms: ["rsa-sha2-256", "rsa-sha2-512", "ecdsa-sha2-nistp256", "ssh-ed25519"]);
        Assert.Equal(["SERVICE_REQUEST ssh-userauth", "al ssh-connection none"], script.Start());
        await script.AcceptAsync();
        Assert.Equal(["al ssh-connection hostbased rsa-sha2-256 RSA bo@client.example."], await script.FailureAsync(All));
        Assert.Equal(["al ssh-connection hostbased ecdsa-sha2-nistp256 C bo@client.example."], await script.FailureAsync(All));
        Assert.Equal(["al ssh-connection hostbased ssh-ed25519 A bo@client.example."], await script.FailureAsync(All));
        await script.FailureAsync(All);
        Assert.Equal(3, (await script.FailsAsync()).Tried.Count);
    }

    [Fact]
    public async Task Algorithms_that_are_not_accepted_leave_their_keys_out()
    {
        ClientScript script = Client(Machine, algorithms: ["ssh-ed25519"]);
        script.Start();
        await script.AcceptAsync();
        Assert.Equal(["al ssh-connection hostbased ssh-ed25519 A bo@client.example."], await script.FailureAsync(All));
        await script.FailureAsync(All);
        Assert.Single((await script.FailsAsync()).Tried);
    }

    [Fact]
    public async Task A_machine_that_cannot_be_found_out_leaves_the_other_methods()
    {
        var warnings = new List<string>();
        var script = new ClientScript(new()
        {
            UserName = "al",
            Hostbased = _ => throw new SshException("nobody knows"),
            Passwords = new ListedPasswords("one"),
            Warn = warnings.Add,
        });
        script.Start();
        await script.AcceptAsync();
        Assert.Equal(["al ssh-connection password one"], await script.FailureAsync("hostbased,password"));
        Assert.Equal(["nobody knows"], warnings);
    }

    [Fact]
    public async Task A_key_that_cannot_sign_ends_the_method()
    {
        var warnings = new List<string>();
        var script = new ClientScript(new()
        {
            UserName = "al",
            Hostbased = _ => new(Machine with { Keys = [new Refusing(TestKeys.A.PublicKey), TestKeys.C] }),
            Passwords = new ListedPasswords("one"),
            Warn = warnings.Add,
        });
        script.Start();
        await script.AcceptAsync();
        Assert.Equal(["al ssh-connection password one"], await script.FailureAsync("hostbased,password"));
        Assert.Equal($"sign using hostkey ssh-ed25519 {TestKeys.A.PublicKey.Fingerprint} failed: refused", Assert.Single(warnings));
    }

    [Fact]
    public async Task A_message_of_another_method_in_answer_breaks_the_protocol()
    {
        ClientScript script = Client(Machine);
        script.Start();
        await script.AcceptAsync();
        await script.FailureAsync(All);
        Assert.Empty(script.Transport.Permitted);
        Assert.Equal(Violation.UnexpectedMessage, await ClientScript.BreaksAsync(() => script.PkOkAsync(TestKeys.A.PublicKey)));
    }

    [Fact]
    public async Task What_the_host_signed_comes_before_the_policy_with_the_names()
    {
        var policy = new Machines(TestKeys.A.PublicKey);
        ServerScript server = await ServerAsync(policy);
        Assert.Equal(["SUCCESS", "[connection]"], await server.RequestAsync("hostbased", Signed(server)));
        HostbasedAttempt attempt = Assert.IsType<HostbasedAttempt>(Assert.Single(policy.Attempts));
        Assert.Equal(("al", "client.example", "bo", "ssh-ed25519"), (attempt.UserName, attempt.ClientHost, attempt.ClientUser, attempt.Algorithm));
        Assert.Equal(TestKeys.A.PublicKey, Assert.Single(server.User!.Steps).Key);
        Assert.Equal("client.example.", Assert.Single(server.Journal).Hostbased!.ClientHost);
    }

    [Theory]
    [InlineData("host")]
    [InlineData("user")]
    [InlineData("name")]
    [InlineData("session")]
    [InlineData("signer")]
    [InlineData("algorithm")]
    public async Task A_signature_over_anything_else_reaches_no_policy(string spoilt)
    {
        var policy = new Machines(TestKeys.A.PublicKey, TestKeys.Rsa.PublicKey);
        ServerScript server = await ServerAsync(policy);
        byte[] fields = spoilt switch
        {
            "host" => Signed(server, signedHost: "other.example."),
            "user" => Signed(server, signedClientUser: "root"),
            "name" => Signed(server, signedUser: "root"),
            "session" => Signed(server, session: [1, 2, 3]),
            "signer" => Signed(server, signer: TestKeys.B),
            _ => Signed(server, key: TestKeys.Rsa, algorithm: "rsa-sha2-512", signAs: "rsa-sha2-256"),
        };
        Assert.Equal([$"FAILURE {All}"], await server.RequestAsync("hostbased", fields));
        Assert.Empty(policy.Attempts);
    }

    [Fact]
    public async Task Only_accepted_algorithms_serve()
    {
        var policy = new Machines(TestKeys.A.PublicKey, TestKeys.C.PublicKey);
        ServerScript server = await ServerAsync(policy, ["ecdsa-sha2-nistp256"]);
        Assert.Equal([$"FAILURE {All}"], await server.RequestAsync("hostbased", Signed(server)));
        Assert.Empty(policy.Attempts);
        Assert.Equal(["SUCCESS", "[connection]"], await server.RequestAsync("hostbased", Signed(server, TestKeys.C)));
    }

    [Fact]
    public async Task A_host_key_is_one_factor_among_several_and_not_two()
    {
        var policy = new Machines(TestKeys.A.PublicKey) { UserKey = TestKeys.A.PublicKey };
        ServerScript server = await ServerAsync(policy, chains: "hostbased,publickey");
        Assert.Equal(["FAILURE publickey partial"], await server.RequestAsync("hostbased", Signed(server)));
        Assert.Equal(["FAILURE publickey"], await server.SignedAsync(TestKeys.A));
    }

    [Theory]
    [InlineData(HostbasedFields.MaxHostName, true)]
    [InlineData(HostbasedFields.MaxHostName + 1, false)]
    public async Task A_name_of_a_host_has_a_limit(int length, bool isRead)
    {
        var policy = new Machines(TestKeys.A.PublicKey);
        ServerScript server = await ServerAsync(policy);
        byte[] fields = Written(TestKeys.A.PublicKey, "ssh-ed25519", new string('h', length), "bo", [1]);
        Task<string[]> Ask() => server.RequestAsync("hostbased", fields);
        if (isRead) Assert.Equal([$"FAILURE {All}"], await Ask());
        else Assert.Equal(Violation.FieldTooLong, await ClientScript.BreaksAsync(Ask));
        Assert.Empty(policy.Attempts);
    }

    private static ClientScript Client(HostbasedIdentity machine, IReadOnlyList<string>? algorithms = null) =>
        new(new() { UserName = "al", Hostbased = _ => new(machine), HostbasedAlgorithms = algorithms });

    private static Task<ServerScript> ServerAsync(IAuthenticator policy, IReadOnlyList<string>? algorithms = null, string chains = "any") =>
        ServerScript.StartedAsync(new(policy, methods: All, chains: chains, hostbasedAlgorithms: algorithms));

    private static byte[] Signed(
        ServerScript server, PrivateKey? key = null, string? algorithm = null, PrivateKey? signer = null, string? signAs = null, string signedHost = "client.example.",
        string signedClientUser = "bo", string signedUser = "al", byte[]? session = null)
    {
        key ??= TestKeys.A;
        algorithm ??= key.PublicKey.SignatureAlgorithms[0];
        var signed = new HostbasedSignedRequest
        {
            SessionId = session ?? server.Transport.SessionId.Span,
            UserName = Encoding.UTF8.GetBytes(signedUser),
            Algorithm = Encoding.UTF8.GetBytes(algorithm),
            PublicKey = key.PublicKey.Blob.Span,
            ClientHost = Encoding.UTF8.GetBytes(signedHost),
            ClientUser = Encoding.UTF8.GetBytes(signedClientUser),
        };
        return Written(key.PublicKey, algorithm, "client.example.", "bo", (signer ?? key).Sign(signAs ?? algorithm, Message.WriteRecord(ref signed)));
    }

    private static byte[] Written(PublicKey key, string algorithm, string host, string user, byte[] signature) =>
        [.. Field(algorithm), .. SampleKeys.Field(key.Blob.ToArray()), .. Field(host), .. Field(user), .. SampleKeys.Field(signature)];

    private static byte[] Field(string text) => SampleKeys.Field(Encoding.UTF8.GetBytes(text));

    /// <summary>Believes some machines, and one user's key.</summary>
    private sealed class Machines(params PublicKey[] known) : IAuthenticator
    {
        public PublicKey? UserKey { get; init; }

        public List<AuthenticationAttempt> Attempts { get; } = [];

        public ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct)
        {
            Attempts.Add(attempt);
            bool isGood = attempt is HostbasedAttempt host ? known.Contains(host.Key) : attempt is PublicKeyAttempt key && key.Key.Equals(UserKey);
            return new(isGood ? AuthenticationVerdict.Accept : AuthenticationVerdict.Reject);
        }
    }

    private sealed class Refusing(PublicKey key) : ISigner
    {
        public PublicKey PublicKey => key;

        public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct) => throw new SshException("refused");
    }
}
