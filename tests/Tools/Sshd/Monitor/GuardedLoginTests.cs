using System.Net;
using System.Net.Sockets;
using Nacre.Config;
using Nacre.Config.Connections;
using Nacre.Protocol.Algorithms.KeyExchanges;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tests.Tools.Sshd.Admission;
using Nacre.Tools.Sshd;
using Nacre.Tools.Sshd.Monitor;

namespace Nacre.Tests.Tools.Sshd.Monitor;

/// <summary>What the monitor answers to a gate, and what it does not.</summary>
public sealed class GuardedLoginTests : IDisposable
{
    private static readonly ServerConfig Config = ServerConfigParser.ReadBack("", CatalogNames.For(isClient: false));
    private readonly PrivateKey _hostKey = PrivateKey.GenerateEd25519();
    private readonly PrivateKey _userKey = PrivateKey.GenerateEd25519();
    private readonly ProcessLink _monitor;
    private readonly ProcessLink _gate;
    private readonly GuardedLogin _login;

    public GuardedLoginTests()
    {
        (LinkEnd first, LinkEnd second) = LinkEnd.CreatePair();
        (_monitor, _gate) = (new ProcessLink(first, takesDescriptors: false), new ProcessLink(second, takesDescriptors: true));
        var log = SshdLog.To(Nacre.Config.Values.LogLevel.Quiet, TextWriter.Null);
        var client = ClientConnection.Known(new IPEndPoint(IPAddress.Loopback, 1), new IPEndPoint(IPAddress.Loopback, 2), "127.0.0.1", Config);
        SshServerOptions options = new ConnectionRules([_hostKey], RfcModuli.Instance).For(client, log) with { Authenticator = new OnlyKey(_userKey.PublicKey), Methods = ["publickey"], ForUser = null };
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _login = new GuardedLogin(1, socket, client, options, new ConfigBook([_hostKey]), log, _monitor, []);
    }

    public void Dispose()
    {
        _login.Socket.Dispose();
        _login.Dispose();
        _monitor.Dispose();
        _gate.Dispose();
    }

    /// <summary>A-01: the table, as a person would write it.</summary>
    [Theory]
    [InlineData("Exchanging", "Ended Sign")]
    [InlineData("Naming", "Ended Name Sign")]
    [InlineData("Trying", "Ended Failed Interactive KeyProof KeyQuery None Password Sign")]
    [InlineData("Deciding", "Ended")]
    [InlineData("Asking", "Abandon Answers Ended Sign")]
    [InlineData("Granted", "Ended HandOver")]
    [InlineData("Over", "Ended")]
    public void Each_phase_allows_these_requests_and_no_others(string phase, string allowed)
    {
        LoginPhase parsed = Enum.Parse<LoginPhase>(phase);
        IEnumerable<string> found = Enum.GetValues<MonitorMessageType>().Where(type => LoginPhases.Allows(parsed, type)).Select(type => type.ToString());
        Assert.Equal(allowed, string.Join(' ', found.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task A_01_A_connection_that_nobody_has_logged_in_on_is_not_handed_over()
    {
        await SignAsync(new byte[32]);
        var handOver = new HandOverMessage { Snapshot = new byte[8] };
        _gate.Send(1, ref handOver);
        await RefusedAsync();
        Assert.Null(_login.User);
    }

    [Fact]
    public async Task A_03_Nobody_is_judged_before_there_are_keys()
    {
        var none = default(NoneMessage);
        _gate.Send(1, ref none);
        await RefusedAsync();
    }

    [Fact]
    public async Task Only_hashes_are_signed_for_the_gate()
    {
        var sign = new SignMessage { Algorithm = "ssh-ed25519"u8, HostKey = _hostKey.PublicKey.Blob.Span, Data = new byte[GuardedLogin.MaxHash + 1] };
        _gate.Send(1, ref sign);
        await RefusedAsync();
    }

    [Fact]
    public async Task A_05_A_key_that_was_accepted_and_has_not_signed_lets_nobody_in()
    {
        await SignAsync(new byte[32]);
        await NameAsync();
        Assert.True(await QueryAsync(_userKey.PublicKey));
        Assert.False(await ProveAsync(_userKey.PublicKey, new byte[83]));
        Assert.Null(_login.User);
    }

    [Fact]
    public async Task A_09_The_signature_must_be_for_the_session_that_the_monitor_has_signed()
    {
        await SignAsync(new byte[32]);
        await NameAsync();
        Assert.False(await ProveAsync(_userKey.PublicKey, await SignatureAsync([.. Enumerable.Repeat((byte)7, 32)])));
        Assert.Null(_login.User);
    }

    [Fact]
    public async Task The_right_signature_lets_the_user_in_whom_the_monitor_knows()
    {
        await SignAsync(new byte[32]);
        await NameAsync();
        Assert.True(await ProveAsync(_userKey.PublicKey, await SignatureAsync(new byte[32])));
        Assert.Equal("somebody", _login.User!.Name);
        Assert.Equal(_userKey.PublicKey, Assert.Single(_login.User.Steps).Key);
    }

    [Fact]
    public async Task A_11_A_gate_that_lets_a_client_try_on_for_ever_is_ended()
    {
        await SignAsync(new byte[32]);
        await NameAsync();
        for (int i = 0; i < 6; i++) Assert.False(await ProveAsync(_userKey.PublicKey, new byte[83]));
        SendProof(_userKey.PublicKey, await SignatureAsync(new byte[32]));
        SshViolationException fault = await RefusedAsync();
        Assert.Equal(Violation.TooManyAuthenticationAttempts, fault.Violation);
        Assert.Null(_login.User);
    }

    [Theory]
    [InlineData(nameof(EndCause.Client), "penalty: connections without attempting authentication")]
    [InlineData(nameof(EndCause.Failure), "penalty: caused crash")]
    [InlineData(nameof(EndCause.Shortage), null)]
    public async Task What_an_end_costs_the_client_depends_on_whose_fault_it_was(string cause, string? penalty)
    {
        using var bed = new AdmissionBed("PerSourcePenalties crash:1h noauth:1h min:1\n");
        _login.Client.Startup = bed.Admit("10.0.0.1");
        SendEnd((uint)Enum.Parse<EndCause>(cause));
        using (LinkMessage message = (await _monitor.ReadAsync(TestContext.Current.CancellationToken))!) _login.Take(message);
        _login.Dispose();

        Assert.Equal(penalty is not null, bed.Log.Contains("srclimit_penalise", StringComparison.Ordinal));
        Assert.Contains(penalty ?? "", bed.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_end_for_no_cause_that_there_is_ends_the_gate()
    {
        SendEnd((uint)EndCause.Shortage + 1);
        await RefusedAsync();
    }

    private void SendEnd(uint cause)
    {
        var ended = new EndedMessage { Cause = cause };
        _gate.Send(1, ref ended);
    }

    private async Task<SshViolationException> RefusedAsync()
    {
        using LinkMessage message = (await _monitor.ReadAsync(TestContext.Current.CancellationToken))!;
        return Assert.Throws<SshViolationException>(() => _login.Take(message));
    }

    private async Task<LinkMessage> AnswerAsync(MonitorMessageType type)
    {
        using (LinkMessage message = (await _monitor.ReadAsync(TestContext.Current.CancellationToken))!) _login.Take(message);
        while (true)
        {
            LinkMessage answer = (await _gate.ReadAsync(TestContext.Current.CancellationToken))!;
            if (answer.Type == type) return answer;
            answer.Dispose();
        }
    }

    private async Task SignAsync(byte[] hash)
    {
        SendSign(hash);
        using LinkMessage answer = await AnswerAsync(MonitorMessageType.Signature);
        Assert.True(_hostKey.PublicKey.Verify("ssh-ed25519", hash, answer.Read<SignatureMessage>().Signature));
    }

    private void SendSign(byte[] hash)
    {
        var sign = new SignMessage { Algorithm = "ssh-ed25519"u8, HostKey = _hostKey.PublicKey.Blob.Span, Data = hash };
        _gate.Send(1, ref sign);
    }

    private async Task NameAsync()
    {
        SendName();
        (await AnswerAsync(MonitorMessageType.Rules)).Dispose();
    }

    private void SendName()
    {
        var name = new NameMessage { UserName = "somebody"u8 };
        _gate.Send(1, ref name);
    }

    private async Task<bool> QueryAsync(PublicKey key)
    {
        SendQuery(key);
        using LinkMessage answer = await AnswerAsync(MonitorMessageType.Verdict);
        return answer.Read<VerdictMessage>().IsAccepted;
    }

    private void SendQuery(PublicKey key)
    {
        var query = new KeyQueryMessage { Algorithm = "ssh-ed25519"u8, Key = key.Blob.Span };
        _gate.Send(1, ref query);
    }

    private async Task<bool> ProveAsync(PublicKey key, byte[] signature)
    {
        SendProof(key, signature);
        using LinkMessage answer = await AnswerAsync(MonitorMessageType.Verdict);
        return answer.Read<VerdictMessage>().IsAccepted;
    }

    private void SendProof(PublicKey key, byte[] signature)
    {
        var proof = new KeyProofMessage { Method = "publickey"u8, Algorithm = "ssh-ed25519"u8, Key = key.Blob.Span, Signature = signature };
        _gate.Send(1, ref proof);
    }

    private async Task<byte[]> SignatureAsync(byte[] sessionId)
    {
        byte[] data = DataFor(sessionId);
        return await _userKey.SignAsync("ssh-ed25519", data, TestContext.Current.CancellationToken);
    }

    private byte[] DataFor(byte[] sessionId)
    {
        var signed = new SignedRequest
        {
            SessionId = sessionId,
            UserName = "somebody"u8,
            ServiceName = "ssh-connection"u8,
            Method = "publickey"u8,
            Algorithm = "ssh-ed25519"u8,
            PublicKey = _userKey.PublicKey.Blob.Span,
        };
        return Message.WriteRecord(ref signed);
    }

    private sealed class OnlyKey(PublicKey key) : IAuthenticator
    {
        public ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct) =>
            ValueTask.FromResult(attempt is PublicKeyAttempt shown && shown.Key.Equals(key) ? AuthenticationVerdict.Accept : AuthenticationVerdict.Reject);
    }
}
