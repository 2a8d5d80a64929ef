using System.Net.Sockets;
using System.Text;
using Nacre.Config.Values;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Server;
using Nacre.Tools.Sshd.Monitor;

namespace Nacre.Tools.Sshd.Gate;

/// <summary>One client at the gate: what it says is put to the monitor, one question at a time.</summary>
internal sealed class GateConnection : IAuthenticator, ISignedRequestJudge, IBannerPolicy
{
    private readonly uint _number;
    private readonly ClientConnection _client;
    private readonly ChildLink _link;
    private readonly SshdLog _log;
    private readonly ConnectionRules _rules;
    private TaskCompletionSource<LinkMessage>? _awaited;
    private SshServerConnection? _connection;
    private string _banner = "";
    private bool _wasAsked;
    private bool _isHandedOver;
    private volatile bool _isOver;

    public GateConnection(uint number, ClientConnection client, GivenConfig config, ChildLink link, IModulusSource groups, SshdLog log)
    {
        (_number, _client, _link, _log) = (number, client, link, log);
        _rules = new ConnectionRules(link.HostKeysOf(number, config), groups) { ChecksPasswords = true };
    }

    /// <summary>What holds before the client has named its user.</summary>
    public SshServerOptions Options => field ??= WithMonitor(_rules.For(_client, _log)) with
    {
        Banner = this,
        HandsOver = HandOverAsync,
        ForUser = OptionsForAsync,
    };

    /// <summary>Serves the client until it is handed over or gone.</summary>
    public async Task ServeAsync(SshServer server, Socket socket, SshServerOptions options)
    {
        _connection = server.Serve(new NetworkStream(socket, ownsSocket: true), options);
        if (_isOver) Drop();
        await ConnectionEnding.AwaitAsync(_connection, _client, _log, isHandedOver: () => _isHandedOver).ConfigureAwait(false);
        _isOver = true;
        Interlocked.Exchange(ref _awaited, null)?.TrySetCanceled();
    }

    /// <summary>What has come of it here.</summary>
    public ConnectionTally Tally => _connection?.Tally ?? default;

    /// <summary>Takes the monitor's answer to what was asked.</summary>
    public void Answer(LinkMessage message)
    {
        if (Interlocked.Exchange(ref _awaited, null) is { } awaited && awaited.TrySetResult(message)) return;
        message.Dispose();
    }

    /// <summary>The monitor wants the connection to end.</summary>
    public void Drop()
    {
        _isOver = true;
        if (_connection is { } connection) _ = connection.DisposeAsync().AsTask();
    }

    /// <inheritdoc/>
    public ValueTask<string?> BannerAsync(string userName, CancellationToken ct) => ValueTask.FromResult<string?>(_banner);

    /// <inheritdoc/>
    public async ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationAttempt attempt, CancellationToken ct)
    {
        switch (attempt)
        {
            case NoneAttempt none:
                return await VerdictAsync(SendNone, none, ct).ConfigureAwait(false);
            case PasswordAttempt password:
                return await VerdictAsync(SendPassword, password, ct).ConfigureAwait(false);
            case KeyboardInteractiveAttempt interactive:
                return await ConverseAsync(interactive, ct).ConfigureAwait(false);
            case PublicKeyAttempt { IsVerified: false } query:
                return await VerdictAsync(SendQuery, query, ct).ConfigureAwait(false);
            default:
                return AuthenticationVerdict.Reject;
        }
    }

    /// <inheritdoc/>
    public ValueTask<AuthenticationVerdict> JudgeAsync(AuthenticationRequest request, PublicKey key, CancellationToken ct) => VerdictAsync(SendProof, request, ct);

    private SshServerOptions WithMonitor(SshServerOptions options) => options with
    {
        IsPrompt = true,
        Authenticator = this,
        SignedRequests = this,
        Sessions = null,
        Forwarding = null,
        Journal = OnAttempt,
    };

    private async ValueTask<SshServerOptions> OptionsForAsync(string userName, CancellationToken ct)
    {
        using LinkMessage answer = await AskAsync(SendName, userName, ct).ConfigureAwait(false);
        _wasAsked = false;
        _client.UserName = userName;
        RulesMessage rules = answer.Read<RulesMessage>();
        _banner = Encoding.UTF8.GetString(rules.Banner);
        GivenConfig config = _link.ConfigOf(rules.Config);
        _log.SetLevel((LogLevel)rules.LogLevel);
        return WithMonitor(_rules.With(Options, config.Config)) with { Banner = this };
    }

    private async ValueTask HandOverAsync(HandedOver handed)
    {
        _isHandedOver = true;
        await using (handed.ConfigureAwait(false)) SendSnapshot(handed);
    }

    private void SendSnapshot(HandedOver handed)
    {
        var message = new HandOverMessage { Snapshot = handed.Snapshot.Bytes.Span };
        _link.Link.Send(_number, ref message);
    }

    // The monitor tells the log of what it has judged; of what never came so far it hears here.
    private void OnAttempt(AttemptReport report)
    {
        if (report.Method.Length == 0) _log.Info($"{report.Error?.Message} for {_client.Place}");
        else if (!_wasAsked) SendFailed(report);
        _wasAsked = false;
    }

    private void SendFailed(AttemptReport report)
    {
        var failed = new FailedMessage { Method = Encoding.UTF8.GetBytes(report.Method), Key = report.Key is { } key ? key.Blob.Span : default };
        _link.Link.Send(_number, ref failed);
    }

    private static void SendName(ProcessLink link, uint number, string userName)
    {
        var name = new NameMessage { UserName = Encoding.UTF8.GetBytes(userName) };
        link.Send(number, ref name);
    }

    private static void SendProof(ProcessLink link, uint number, AuthenticationRequest request)
    {
        var proof = new KeyProofMessage { Method = Encoding.UTF8.GetBytes(request.Method) };
        if (request.PublicKey is { } key)
        {
            proof.Algorithm = Encoding.UTF8.GetBytes(key.Algorithm);
            proof.Key = key.Blob;
            proof.IsHostBound = key.HostKey is not null;
            proof.HostKey = key.HostKey;
            proof.Signature = key.Signature;
        }
        else if (request.Hostbased is { } host)
        {
            proof.Algorithm = Encoding.UTF8.GetBytes(host.Algorithm);
            proof.Key = host.Blob;
            proof.ClientHost = Encoding.UTF8.GetBytes(host.ClientHost);
            proof.ClientUser = Encoding.UTF8.GetBytes(host.ClientUser);
            proof.Signature = host.Signature;
        }

        link.Send(number, ref proof);
    }

    private static void SendPassword(ProcessLink link, uint number, PasswordAttempt attempt)
    {
        var password = new PasswordMessage
        {
            Password = attempt.Password.Utf8,
            IsChange = attempt.NewPassword is not null,
            NewPassword = attempt.NewPassword is { } next ? next.Utf8 : default,
        };
        link.Send(number, ref password);
    }

    private static void SendNone(ProcessLink link, uint number, NoneAttempt attempt)
    {
        var none = default(NoneMessage);
        link.Send(number, ref none);
    }

    private static void SendQuery(ProcessLink link, uint number, PublicKeyAttempt attempt)
    {
        var query = new KeyQueryMessage { Algorithm = Encoding.UTF8.GetBytes(attempt.Algorithm), Key = attempt.Key.Blob.Span };
        link.Send(number, ref query);
    }

    private async ValueTask<AuthenticationVerdict> VerdictAsync<T>(Action<ProcessLink, uint, T> send, T attempt, CancellationToken ct)
    {
        using LinkMessage answer = await AskAsync(send, attempt, ct).ConfigureAwait(false);
        return Verdict(answer);
    }

    private async Task<LinkMessage> AskAsync<T>(Action<ProcessLink, uint, T> send, T question, CancellationToken ct)
    {
        // Whoever hears of the answer goes on with it: nothing in this process blocks.
        var awaited = new TaskCompletionSource<LinkMessage>();
        if (Interlocked.CompareExchange(ref _awaited, awaited, null) is not null) throw new InvalidOperationException("The monitor is asked one question at a time.");
        _wasAsked = true;
        send(_link.Link, _number, question);
        return await awaited.Task.WaitAsync(ct).ConfigureAwait(false);
    }

    private AuthenticationVerdict Verdict(LinkMessage answer)
    {
        VerdictMessage verdict = answer.Read<VerdictMessage>();
        _client.IsUserValid = verdict.IsUserValid;
        if (verdict.IsAccepted) return AuthenticationVerdict.AcceptWith(LoginPermissionsFields.Read(verdict.Permissions));
        if (verdict.EndsPasswords) return AuthenticationVerdict.RejectForGood;
        return verdict.PasswordExpiry.IsEmpty ? AuthenticationVerdict.RejectWith(Encoding.UTF8.GetString(verdict.Notice)) : AuthenticationVerdict.RequirePasswordChange(Encoding.UTF8.GetString(verdict.PasswordExpiry));
    }

    /// <summary>Carries the monitor's questions to the person and the answers back, until there is a verdict.</summary>
    private async ValueTask<AuthenticationVerdict> ConverseAsync(KeyboardInteractiveAttempt attempt, CancellationToken ct)
    {
        LinkMessage said = await AskAsync(SendInteractive, attempt.Submethods, ct).ConfigureAwait(false);
        while (said.Type != MonitorMessageType.Verdict)
        {
            InteractiveRequest question;
            using (said) question = Prompts.ReadQuestion(said.Read<QuestionMessage>());
            try
            {
                IReadOnlyList<Password> answers = await attempt.Conversation.AskAsync(question, ct).ConfigureAwait(false);
                said = await AskAsync(SendAnswers, answers, ct).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!_isOver)
            {
                await AbandonAsync().ConfigureAwait(false);
                throw;
            }
        }

        using (said) return Verdict(said);
    }

    // What the monitor asked before it heard of it goes by; its verdict is the end.
    private async Task AbandonAsync()
    {
        bool isEnd = false;
        for (LinkMessage said = await AskAsync(SendAbandon, 0, CancellationToken.None).ConfigureAwait(false); !isEnd;)
        {
            isEnd = said.Type == MonitorMessageType.Verdict;
            said.Dispose();
            if (!isEnd) said = await AskAsync(static (_, _, _) => { }, 0, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static void SendInteractive(ProcessLink link, uint number, string submethods)
    {
        var begin = new InteractiveMessage { Submethods = Encoding.UTF8.GetBytes(submethods) };
        link.Send(number, ref begin);
    }

    private static void SendAnswers(ProcessLink link, uint number, IReadOnlyList<Password> answers)
    {
        using Crypto.Secret written = Prompts.WriteAnswers(answers);
        var message = new AnswersMessage { Answers = written.Span };
        link.Send(number, ref message);
    }

    private static void SendAbandon(ProcessLink link, uint number, int nothing)
    {
        var abandon = default(AbandonMessage);
        link.Send(number, ref abandon);
    }
}
