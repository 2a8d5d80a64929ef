using System.Text;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Authentication;

/// <summary>A server under test and the words of the client it talks to.</summary>
internal sealed class ServerScript
{
    public ServerScript(
        IAuthenticator policy,
        string methods = "publickey,password,keyboard-interactive",
        string chains = "any",
        int maxTries = 6,
        IReadOnlyList<string>? algorithms = null,
        IBannerPolicy? banner = null,
        IReadOnlyList<string>? hostbasedAlgorithms = null,
        ISignedRequestJudge? signedRequests = null)
    {
        Transport = new RecordingTransport(isClient: false);
        var options = new AuthenticationServerOptions
        {
            Authenticator = policy,
            Methods = methods.Split(','),
            Chains = AuthenticationChains.Parse(chains),
            MaxTries = maxTries,
            SignatureAlgorithms = algorithms,
            HostbasedAlgorithms = hostbasedAlgorithms,
            Banner = banner,
            SignedRequests = signedRequests,
            Journal = Journal.Add,
        };
        Server = new AuthenticationServer(Transport, options, user =>
        {
            User = user;
            Transport.EnterConnection(new NullSink());
        });
    }

    public delegate byte[] Signing(string algorithm, ReadOnlySpan<byte> data);

    public RecordingTransport Transport { get; }

    public AuthenticationServer Server { get; }

    public AuthenticatedUser? User { get; private set; }

    public List<AttemptReport> Journal { get; } = [];

    public static async Task<ServerScript> StartedAsync(ServerScript script)
    {
        Assert.Equal(["SERVICE_ACCEPT ssh-userauth", "[authentication]"], await script.ServiceAsync("ssh-userauth"));
        return script;
    }

    public async Task<string[]> ServiceAsync(string name)
    {
        var message = new ServiceRequest { ServiceName = Encoding.ASCII.GetBytes(name) };
        return await SendAsync(Transport.Packet(ref message));
    }

    public async Task<string[]> NoneAsync(string user = "al")
    {
        var fields = default(NoneFields);
        return await RequestAsync("none", Message.WriteRecord(ref fields), user);
    }

    public async Task<string[]> QueryAsync(PublicKey key, string? algorithm = null, string user = "al")
    {
        Transport.Method60 = MethodName.PublicKey;
        var fields = new PublicKeyFields { Algorithm = Encoding.ASCII.GetBytes(algorithm ?? key.SignatureAlgorithms[0]), PublicKey = key.Blob.Span };
        return await RequestAsync("publickey", Message.WriteRecord(ref fields), user);
    }

    /// <summary>A signed request; <paramref name="signer"/> signs though <paramref name="key"/> is shown, and <paramref name="spoil"/> changes what is signed.</summary>
    public Task<string[]> SignedAsync(
        PublicKey key, PrivateKey signer, string? algorithm = null, string user = "al", string? signAs = null, Action<SignedRequestFields>? spoil = null) =>
        SignedAsync(key, signer.Sign, algorithm, user, signAs, spoil);

    public async Task<string[]> SignedAsync(
        PublicKey key, Signing sign, string? algorithm = null, string user = "al", string? signAs = null, Action<SignedRequestFields>? spoil = null)
    {
        algorithm ??= key.SignatureAlgorithms[0];
        var signed = new SignedRequestFields(Transport.SessionId.ToArray(), user, algorithm, key.Blob.ToArray());
        spoil?.Invoke(signed);
        byte[] signature = sign(signAs ?? algorithm, signed.ToBytes());
        var fields = new PublicKeyFields
        {
            HasSignature = true,
            Algorithm = Encoding.ASCII.GetBytes(algorithm),
            PublicKey = key.Blob.Span,
            Signature = signature,
        };
        return await RequestAsync("publickey", Message.WriteRecord(ref fields), user);
    }

    public Task<string[]> SignedAsync(PrivateKey key, string user = "al") => SignedAsync(key.PublicKey, key, user: user);

    public async Task<string[]> PasswordAsync(string password, string user = "al", string? change = null)
    {
        Transport.Method60 = MethodName.Password;
        return await PasswordAsync(Encoding.UTF8.GetBytes(password), user, change);
    }

    public async Task<string[]> PasswordAsync(byte[] password, string user = "al", string? change = null)
    {
        var fields = new PasswordFields { Password = password, IsChange = change is not null, NewPassword = Encoding.UTF8.GetBytes(change ?? "") };
        return await RequestAsync("password", Message.WriteRecord(ref fields), user);
    }

    public async Task<string[]> InteractiveAsync(string user = "al")
    {
        Transport.Method60 = MethodName.KeyboardInteractive;
        var fields = default(KeyboardInteractiveFields);
        return await RequestAsync("keyboard-interactive", Message.WriteRecord(ref fields), user);
    }

    public Task<string[]> AnswerAsync(params string[] answers) => AnswerAsync((uint)answers.Length, answers);

    public async Task<string[]> AnswerAsync(uint count, params string[] answers)
    {
        byte[] fields = [.. answers.SelectMany(answer => Keys.SampleKeys.Field(Encoding.UTF8.GetBytes(answer)))];
        var message = new UserauthInfoResponse { Count = count, Responses = fields };
        return await SendAsync(Transport.Packet(ref message));
    }

    public async Task<string[]> RequestAsync(string method, byte[] fields, string user = "al", string service = "ssh-connection") =>
        await RequestAsync(Encoding.UTF8.GetBytes(user), Encoding.UTF8.GetBytes(service), Encoding.UTF8.GetBytes(method), fields);

    public async Task<string[]> RequestAsync(byte[] user, byte[] service, byte[] method, byte[] fields)
    {
        var message = new UserauthRequest { UserName = user, ServiceName = service, MethodName = method, MethodFields = fields };
        return await SendAsync(Transport.Packet(ref message));
    }

    public async Task<string[]> SendAsync(Packet packet)
    {
        if (packet.Number == MessageNumber.UserauthRequest && packet.Payload.IndexOf("keyboard-interactive"u8) > 0) Transport.Method60 = MethodName.KeyboardInteractive;
        if (packet.Number == MessageNumber.UserauthRequest && packet.Payload.IndexOf("\bpassword"u8) > 0) Transport.Method60 = MethodName.Password;
        await Server.OnPacketAsync(packet, TestContext.Current.CancellationToken);
        return Transport.Take();
    }
}

/// <summary>What a client signs, to be spoilt by a test.</summary>
internal sealed class SignedRequestFields(byte[] sessionId, string user, string algorithm, byte[] blob)
{
    public byte[] SessionId { get; set; } = sessionId;

    public string User { get; set; } = user;

    public string Service { get; set; } = "ssh-connection";

    public string Method { get; set; } = "publickey";

    public string Algorithm { get; set; } = algorithm;

    public byte[] Blob { get; set; } = blob;

    public byte[]? HostKey { get; set; }

    public byte[] ToBytes()
    {
        byte[] bytes =
        [
            .. Field(SessionId), 50, .. Field(Encoding.UTF8.GetBytes(User)), .. Field(Encoding.UTF8.GetBytes(Service)), .. Field(Encoding.UTF8.GetBytes(Method)),
            1, .. Field(Encoding.UTF8.GetBytes(Algorithm)), .. Field(Blob),
        ];
        return HostKey is null ? bytes : [.. bytes, .. Field(HostKey)];
    }

    private static byte[] Field(byte[] bytes) => Keys.SampleKeys.Field(bytes);
}

/// <summary>A policy that knows one user's keys, password and answer, and keeps what it was asked.</summary>
internal sealed class KnownUser : IAuthenticator
{
    public string Name { get; init; } = "al";

    public List<PublicKey> Keys { get; init; } = [];

    public string? Password { get; init; }

    public string? ExpiredPassword { get; init; }

    public bool NeedsNothing { get; init; }

    /// <summary>What keyboard-interactive does.</summary>
    public Func<KeyboardInteractiveAttempt, CancellationToken, Task<bool>>? Interactive { get; init; }

    public List<AuthenticationAttempt> Attempts { get; } = [];

    public async ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct)
    {
        Attempts.Add(attempt);
        if (attempt is PasswordAttempt { NewPassword: null } expired && ExpiredPassword is not null && Is(expired.Password, ExpiredPassword))
        {
            return AuthenticationVerdict.RequirePasswordChange("Change it");
        }

        bool isRight = attempt switch
        {
            PublicKeyAttempt key => Keys.Contains(key.Key),
            PasswordAttempt { NewPassword: { } changed } password => ExpiredPassword is not null && Is(password.Password, ExpiredPassword) && changed.Utf8.Length > 3,
            PasswordAttempt password => Password is not null && Is(password.Password, Password),
            KeyboardInteractiveAttempt interactive => Interactive is not null && await Interactive(interactive, ct),
            NoneAttempt => NeedsNothing,
            _ => false,
        };
        return isRight && attempt.UserName == Name ? AuthenticationVerdict.Accept : AuthenticationVerdict.Reject;
    }

    private static bool Is(Password password, string text) => password.FixedTimeEquals(Encoding.UTF8.GetBytes(text));
}
