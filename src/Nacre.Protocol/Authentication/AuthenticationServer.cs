using System.Text;
using Nacre.Protocol.Authentication.Methods;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication;

/// <summary>
/// The server's side of ssh-userauth (RFC 4252): puts each request before the policy, counts, and lets the connection protocol
/// take over when the user has passed all that is asked for.
/// </summary>
/// <remarks>
/// <code>
/// AwaitingService --SERVICE_REQUEST--> Ready --USERAUTH_REQUEST--> Ready | Done
///                                      Ready --keyboard-interactive--> Conversing --61 or a new request--> Ready | Conversing | Done
/// </code>
/// One request is worked on at a time, in order. A verdict counts for its own request only: that on a query is forgotten, and a
/// signature is verified with the very key that the policy then approves (CVE-2024-45337).
/// </remarks>
internal sealed class AuthenticationServer : IPacketSink
{
    private readonly ITransport _transport;
    private readonly AuthenticationLedger _ledger;
    private readonly Action<AuthenticatedUser> _onAuthenticated;
    private PublicKeyCheck _keys;
    private State _state = State.AwaitingService;
    private Conversation? _conversation;

    /// <param name="transport">Carries the messages.</param>
    /// <param name="options">What is accepted.</param>
    /// <param name="onAuthenticated">Lets the transport go on with whatever takes over: USERAUTH_SUCCESS is queued.</param>
    public AuthenticationServer(ITransport transport, AuthenticationServerOptions options, Action<AuthenticatedUser> onAuthenticated)
    {
        (_transport, _ledger, _onAuthenticated) = (transport, new AuthenticationLedger(options), onAuthenticated);
        _keys = NewKeyCheck();
    }

    private enum State
    {
        AwaitingService,
        Ready,
        Conversing,
        Done,
    }

    private AuthenticationServerOptions Options => _ledger.Options;

    /// <inheritdoc/>
    public async ValueTask OnPacketAsync(Packet packet, CancellationToken ct)
    {
        packet.IsSensitive = true;
        try
        {
            await DispatchAsync(packet, ct).ConfigureAwait(false);
        }
        finally
        {
            packet.Dispose();
        }
    }

    /// <inheritdoc/>
    public void OnClosed(Exception? error)
    {
        _state = State.Done;
        Conversation? conversation = _conversation;
        _conversation = null;
        if (conversation is not null) _ = EndAsync(conversation).AsTask();
    }

    private ValueTask DispatchAsync(Packet packet, CancellationToken ct)
    {
        switch (packet.Number, _state)
        {
            case (MessageNumber.ServiceRequest, not State.Done):
                OnServiceRequest(packet);
                return default;
            case (MessageNumber.UserauthRequest, State.Ready or State.Conversing):
                return OnRequestAsync(AuthenticationRequest.Read(packet.Payload), ct);
            case (MessageNumber.UserauthInfoResponse, State.Conversing):
                return OnInfoResponseAsync(packet);
            default:
                throw new SshViolationException(Violation.UnexpectedMessage, $"Message {(byte)packet.Number} came where authentication does not let it come.");
        }
    }

    // RFC 4253 10: "If the server rejects the service request, it SHOULD send an appropriate SSH_MSG_DISCONNECT message and MUST disconnect."
    private void OnServiceRequest(Packet packet)
    {
        ReadOnlySpan<byte> name = Message.Read<ServiceRequest>(packet.Payload).ServiceName;
        if (!name.SequenceEqual(ServiceName.Userauth))
        {
            throw new SshViolationException(Violation.ServiceNotAvailable, $"bad service request {Printable.Escape(name)}");
        }

        _ledger.CountMessage();
        var accept = new ServiceAccept { ServiceName = name };
        _transport.Post(ref accept);
        if (_state != State.AwaitingService) return;
        _state = State.Ready;
        _transport.EnterAuthentication();
    }

    private async ValueTask OnRequestAsync(AuthenticationRequest request, CancellationToken ct)
    {
        using (request)
        {
            _ledger.CountRequest();
            await CheckIdentityAsync(request, ct).ConfigureAwait(false);
            await AbandonConversationAsync().ConfigureAwait(false);
            if (!_ledger.Allows(request.MethodInChain))
            {
                Reject(request, null, null);
                return;
            }

            await ByMethodAsync(request, ct).ConfigureAwait(false);
        }
    }

    private ValueTask ByMethodAsync(AuthenticationRequest request, CancellationToken ct) => request.Method switch
    {
        MethodName.None => JudgeAsync(request, new NoneAttempt(request.UserName), ct),
        MethodName.Password => OnPasswordAsync(request, ct),
        MethodName.KeyboardInteractive => OnKeyboardInteractiveAsync(request, ct),
        MethodName.Hostbased => OnHostbasedAsync(request, request.Hostbased!, ct),
        _ => OnPublicKeyAsync(request, request.PublicKey!, ct),
    };

    // RFC 4252 5: a change "MUST" flush what was reached, or end the connection; as OpenSSH, we end it.
    private async ValueTask CheckIdentityAsync(AuthenticationRequest request, CancellationToken ct)
    {
        if (_ledger.UserName is not { } userName)
        {
            if (request.Service != ServiceName.Connection)
            {
                throw new SshViolationException(Violation.ServiceNotAvailable, $"There is no service {Printable.Escape(request.Service)}.");
            }

            await NameAsync(request.UserName, ct).ConfigureAwait(false);
        }
        else if (request.UserName != userName || request.Service != ServiceName.Connection)
        {
            string before = $"({Printable.Escape(userName)},{ServiceName.Connection})";
            string after = $"({Printable.Escape(request.UserName)},{Printable.Escape(request.Service)})";
            throw new SshViolationException(Violation.UserOrServiceChanged, $"Change of username or service not allowed: {before} -> {after}");
        }
    }

    private async ValueTask NameAsync(string userName, CancellationToken ct)
    {
        AuthenticationServerOptions forUser = Options.ForUser is { } rules ? await rules(userName, ct).ConfigureAwait(false) : Options;
        _ledger.Name(userName, forUser);
        _keys = NewKeyCheck();
        if (Options.Banner is null || await Options.Banner.BannerAsync(userName, ct).ConfigureAwait(false) is not { Length: > 0 } text) return;
        var banner = new UserauthBanner { Text = Encoding.UTF8.GetBytes(text) };
        _transport.Post(ref banner);
    }

    private PublicKeyCheck NewKeyCheck() => new(_transport.SessionId, _transport.HostKey, Options, _ledger.Steps);

    private ValueTask OnPasswordAsync(AuthenticationRequest request, CancellationToken ct)
    {
        // RFC 4252 8: a new password answers PASSWD_CHANGEREQ. Unasked, it would be a login under a policy that never expires passwords.
        bool isStray = request.IsChange && !_ledger.IsPasswordChangeDue;
        if (request.IsOverlong || isStray)
        {
            Reject(request, null, null);
            return default;
        }

        return JudgeAsync(request, new PasswordAttempt(request.UserName, request.Password!, request.NewPassword), ct);
    }

    /// <summary>
    /// A signature is verified before the policy is asked, whoever the user is: so the policy sees only keys that the client has, the
    /// instance it approves is the one that verified, and the time of a verification tells nothing about the user.
    /// </summary>
    private async ValueTask OnPublicKeyAsync(AuthenticationRequest request, PublicKeyProof proof, CancellationToken ct)
    {
        PublicKey? key = _keys.Read(proof);
        if (key is null) Reject(request, null, null);
        else if (proof.Signature is null) await OnQueryAsync(request, key, proof, ct).ConfigureAwait(false);
        else if (Options.SignedRequests is { } judge) await JudgeSignedAsync(judge, request, key, ct).ConfigureAwait(false);
        else if (!_keys.IsSigned(request, proof, key, out SecurityKeyAttestation? attestation)) Reject(request, key, null);
        else await JudgeAsync(request, new PublicKeyAttempt(request.UserName, key, proof.Algorithm, isVerified: true) { Attestation = attestation }, ct).ConfigureAwait(false);
    }

    /// <summary>"Would this key do?" The answer grants nothing and is not kept (P-4252-6).</summary>
    private async ValueTask OnQueryAsync(AuthenticationRequest request, PublicKey key, PublicKeyProof proof, CancellationToken ct)
    {
        var attempt = new PublicKeyAttempt(request.UserName, key, proof.Algorithm, isVerified: false);
        (AuthenticationVerdict verdict, Exception? error) = await AskPolicyAsync(attempt, ct).ConfigureAwait(false);
        if (!verdict.IsAccepted)
        {
            Reject(request, key, error);
            return;
        }

        _ledger.CountQuery();
        var answer = new UserauthPkOk { Algorithm = Encoding.UTF8.GetBytes(proof.Algorithm), PublicKey = proof.Blob };
        _transport.Post(ref answer);
        Report(request, AttemptResult.Postponed, key, null);
    }

    /// <summary>As for publickey, the policy hears only of keys that signed, whoever the user is.</summary>
    private ValueTask OnHostbasedAsync(AuthenticationRequest request, HostbasedProof proof, CancellationToken ct)
    {
        PublicKey? key = _keys.Read(proof);
        if (key is not null && Options.SignedRequests is { } judge) return JudgeSignedAsync(judge, request, key, ct);
        if (key is not null && _keys.IsSigned(request, proof, key)) return JudgeAsync(request, new HostbasedAttempt(request.UserName, key, proof), ct);
        Reject(request, key, null);
        return default;
    }

    // Signature and key are judged together where this process is not trusted with either.
    private async ValueTask JudgeSignedAsync(ISignedRequestJudge judge, AuthenticationRequest request, PublicKey key, CancellationToken ct) =>
        Enter(request, key, await judge.JudgeAsync(request, key, ct).ConfigureAwait(false), null);

    private async ValueTask JudgeAsync(AuthenticationRequest request, AuthenticationAttempt attempt, CancellationToken ct)
    {
        (AuthenticationVerdict verdict, Exception? error) = await AskPolicyAsync(attempt, ct).ConfigureAwait(false);
        Enter(request, (attempt as PublicKeyAttempt)?.Key ?? (attempt as HostbasedAttempt)?.Key, verdict, error);
    }

    /// <summary>Whatever the policy throws is a no, and so is a security key's signature that attests less than the policy wants.</summary>
    private async ValueTask<(AuthenticationVerdict Verdict, Exception? Error)> AskPolicyAsync(AuthenticationAttempt attempt, CancellationToken ct)
    {
        try
        {
            AuthenticationVerdict verdict = await Options.Authenticator.JudgeAsync(attempt, ct).ConfigureAwait(false);
            return verdict.FaultOf(attempt) is { } fault ? (AuthenticationVerdict.Reject, new SshException(fault)) : (verdict, null);
        }
        catch (Exception error) when (!ct.IsCancellationRequested)
        {
            return (AuthenticationVerdict.Reject, error);
        }
    }

    private ValueTask OnKeyboardInteractiveAsync(AuthenticationRequest request, CancellationToken ct)
    {
        var conversation = new Conversation(request, ct);
        _conversation = conversation;
        _state = State.Conversing;
        conversation.Begin(Options.Authenticator);
        return GoOnAsync(conversation);
    }

    /// <summary>Waits for the policy's next question or its verdict, and sends the one or acts on the other.</summary>
    private async ValueTask GoOnAsync(Conversation conversation)
    {
        if (await conversation.WhenAskedAsync().ConfigureAwait(false) is { } question)
        {
            _transport.Post(InteractiveMessages.WriteRequest(_transport.Pool, question));
            _transport.PermitMethodMessages([MessageNumber.UserauthInfoResponse]);
            return;
        }

        using (conversation)
        {
            LeaveConversation();
            (AuthenticationVerdict verdict, Exception? error) = await conversation.VerdictAsync().ConfigureAwait(false);
            Enter(conversation.Request, null, verdict, error);
        }
    }

    private async ValueTask OnInfoResponseAsync(Packet packet)
    {
        _ledger.CountMessage();
        Conversation conversation = _conversation!;
        if (InteractiveMessages.TryReadAnswers(packet.Payload, conversation.PromptCount, out List<Password> answers))
        {
            conversation.Answer(answers);
            await GoOnAsync(conversation).ConfigureAwait(false);
            return;
        }

        foreach (Password answer in answers) answer.Dispose();
        AuthenticationRequest request = conversation.Request;
        await AbandonConversationAsync().ConfigureAwait(false);
        Reject(request, null, null);
    }

    // RFC 4252 5.1: a new request abandons the one under way, and there is no FAILURE for that.
    private async ValueTask AbandonConversationAsync()
    {
        if (_conversation is not { } conversation) return;
        LeaveConversation();
        await EndAsync(conversation).ConfigureAwait(false);
    }

    private void LeaveConversation()
    {
        _conversation = null;
        _state = State.Ready;
        _transport.PermitMethodMessages([]);
    }

    private static async ValueTask EndAsync(Conversation conversation)
    {
        using (conversation) await conversation.AbandonAsync().ConfigureAwait(false);
    }

    private void Reject(AuthenticationRequest request, PublicKey? key, Exception? error) => Enter(request, key, AuthenticationVerdict.Reject, error);

    /// <summary>Enters the verdict into the ledger and answers the client by what it comes to.</summary>
    private void Enter(AuthenticationRequest request, PublicKey? key, AuthenticationVerdict verdict, Exception? error)
    {
        AttemptResult result = _ledger.Enter(request.MethodInChain, key, verdict);
        if (result == AttemptResult.Rejected && verdict.IsAccepted) error = new SshException("forced command options do not match");
        Report(request, result, key, error);
        switch (result)
        {
            case AttemptResult.Accepted:
                _state = State.Done;
                var success = default(UserauthSuccess);
                _transport.Post(ref success);
                _onAuthenticated(_ledger.User);
                break;
            case AttemptResult.Postponed:
                var change = new UserauthPasswdChangereq { Prompt = Encoding.UTF8.GetBytes(verdict.PasswordExpiry!) };
                _transport.Post(ref change);
                break;
            case AttemptResult.Partial:
                PostFailure(isPartial: true);
                break;
            default:
                Tell(verdict.Notice);
                if (_ledger.IsSpent) throw AuthenticationLedger.TooMany();
                PostFailure(isPartial: false);
                break;
        }
    }

    // RFC 4252 5.4: a banner may come at any time before the login has succeeded.
    private void Tell(string? notice)
    {
        if (notice is null) return;
        var banner = new UserauthBanner { Text = Encoding.UTF8.GetBytes(notice) };
        _transport.Post(ref banner);
    }

    private void PostFailure(bool isPartial)
    {
        var failure = new UserauthFailure { MethodsThatCanContinue = NameList.Of(_ledger.CanContinue), PartialSuccess = isPartial };
        _transport.Post(ref failure);
    }

    private void Report(AuthenticationRequest request, AttemptResult result, PublicKey? key, Exception? error) =>
        Options.Journal?.Invoke(new AttemptReport(request.UserName, request.Method, result, key, error) { Hostbased = request.Hostbased });
}
