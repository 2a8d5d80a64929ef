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
    private AuthenticationServerOptions _options;
    private readonly Action<AuthenticatedUser> _onAuthenticated;
    private AuthenticationChains.Progress _progress;
    private readonly List<AuthenticationStep> _steps = [];
    private LoginPermissions _permissions = LoginPermissions.Everything;
    private PublicKeyCheck _keys;
    private State _state = State.AwaitingService;
    private Conversation? _conversation;
    private string? _userName;
    private int _received;
    private int _requests;
    private int _failures;
    private int _queries;
    private bool _isPasswordChangeDue;

    /// <param name="transport">Carries the messages.</param>
    /// <param name="options">What is accepted.</param>
    /// <param name="onAuthenticated">Lets the transport go on with whatever takes over: USERAUTH_SUCCESS is queued.</param>
    public AuthenticationServer(ITransport transport, AuthenticationServerOptions options, Action<AuthenticatedUser> onAuthenticated)
    {
        (_transport, _options, _onAuthenticated) = (transport, options, onAuthenticated);
        _progress = options.Chains.Begin(options.Methods);
        _keys = new PublicKeyCheck(transport, options, _steps);
    }

    private enum State
    {
        AwaitingService,
        Ready,
        Conversing,
        Done,
    }

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

        CountReceived();
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
            CountReceived();
            _requests++;
            await CheckIdentityAsync(request, ct).ConfigureAwait(false);
            await AbandonConversationAsync().ConfigureAwait(false);
            if (!_progress.Allows(request.MethodInChain))
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
        if (_userName is null)
        {
            if (request.Service != ServiceName.Connection)
            {
                throw new SshViolationException(Violation.ServiceNotAvailable, $"There is no service {Printable.Escape(request.Service)}.");
            }

            _userName = request.UserName;
            await ApplyRulesOfAsync(_userName, ct).ConfigureAwait(false);
            await SendBannerAsync(ct).ConfigureAwait(false);
        }
        else if (request.UserName != _userName || request.Service != ServiceName.Connection)
        {
            string before = $"({Printable.Escape(_userName)},{ServiceName.Connection})";
            string after = $"({Printable.Escape(request.UserName)},{Printable.Escape(request.Service)})";
            throw new SshViolationException(Violation.UserOrServiceChanged, $"Change of username or service not allowed: {before} -> {after}");
        }
    }

    private async ValueTask ApplyRulesOfAsync(string userName, CancellationToken ct)
    {
        if (_options.ForUser is not { } forUser) return;
        _options = await forUser(userName, ct).ConfigureAwait(false);
        _keys = new PublicKeyCheck(_transport, _options, _steps);
        try
        {
            _progress = _options.Chains.Begin(_options.Methods);
        }
        catch (InvalidOperationException impossible)
        {
            throw new SshException("no authentication methods enabled", impossible);
        }
    }

    private async ValueTask SendBannerAsync(CancellationToken ct)
    {
        if (_options.Banner is null || await _options.Banner.BannerAsync(_userName!, ct).ConfigureAwait(false) is not { Length: > 0 } text) return;
        var banner = new UserauthBanner { Text = Encoding.UTF8.GetBytes(text) };
        _transport.Post(ref banner);
    }

    private ValueTask OnPasswordAsync(AuthenticationRequest request, CancellationToken ct)
    {
        // RFC 4252 8: a new password answers PASSWD_CHANGEREQ. Unasked, it would be a login under a policy that never expires passwords.
        bool isStray = request.IsChange && !_isPasswordChangeDue;
        _isPasswordChangeDue = false;
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
        else if (!_keys.IsSigned(request, proof, key)) Reject(request, key, null);
        else await JudgeAsync(request, new PublicKeyAttempt(request.UserName, key, proof.Algorithm, isVerified: true), ct).ConfigureAwait(false);
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

        if (++_queries > Math.Max(_options.MaxQueries, _options.MaxTries)) throw TooMany();
        var answer = new UserauthPkOk { Algorithm = Encoding.UTF8.GetBytes(proof.Algorithm), PublicKey = proof.Blob };
        _transport.Post(ref answer);
        Report(request, AttemptResult.Postponed, key, null);
    }

    /// <summary>As for publickey, the policy hears only of keys that signed, whoever the user is.</summary>
    private ValueTask OnHostbasedAsync(AuthenticationRequest request, HostbasedProof proof, CancellationToken ct)
    {
        PublicKey? key = _keys.Read(proof);
        if (key is not null && _keys.IsSigned(request, proof, key)) return JudgeAsync(request, new HostbasedAttempt(request.UserName, key, proof), ct);
        Reject(request, key, null);
        return default;
    }

    private async ValueTask JudgeAsync(AuthenticationRequest request, AuthenticationAttempt attempt, CancellationToken ct)
    {
        (AuthenticationVerdict verdict, Exception? error) = await AskPolicyAsync(attempt, ct).ConfigureAwait(false);
        PublicKey? key = (attempt as PublicKeyAttempt)?.Key ?? (attempt as HostbasedAttempt)?.Key;
        if (verdict.Permissions is { } permissions)
        {
            Accept(request, key, permissions);
        }
        else if (verdict.PasswordExpiry is not null && attempt is PasswordAttempt)
        {
            var change = new UserauthPasswdChangereq { Prompt = Encoding.UTF8.GetBytes(verdict.PasswordExpiry) };
            _transport.Post(ref change);
            _isPasswordChangeDue = true;
            Report(request, AttemptResult.Postponed, null, null);
        }
        else
        {
            Reject(request, key, error);
        }
    }

    /// <summary>Whatever the policy throws is a no.</summary>
    private async ValueTask<(AuthenticationVerdict Verdict, Exception? Error)> AskPolicyAsync(AuthenticationAttempt attempt, CancellationToken ct)
    {
        try
        {
            return (await _options.Authenticator.JudgeAsync(attempt, ct).ConfigureAwait(false), null);
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
        conversation.Begin(_options.Authenticator);
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
            if (verdict.Permissions is { } permissions) Accept(conversation.Request, null, permissions);
            else Reject(conversation.Request, null, error);
        }
    }

    private async ValueTask OnInfoResponseAsync(Packet packet)
    {
        CountReceived();
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

    private void Accept(AuthenticationRequest request, PublicKey? key, LoginPermissions permissions)
    {
        if (_permissions.And(permissions) is not { } left)
        {
            Reject(request, key, new SshException("forced command options do not match"));
            return;
        }

        _permissions = left;
        _steps.Add(new AuthenticationStep(request.MethodInChain, key));
        if (!_progress.Advance(request.MethodInChain))
        {
            Report(request, AttemptResult.Partial, key, null);
            PostFailure(isPartial: true);
            return;
        }

        Report(request, AttemptResult.Accepted, key, null);
        var user = new AuthenticatedUser(_userName!, _steps) { Permissions = _permissions };
        _state = State.Done;
        var success = default(UserauthSuccess);
        _transport.Post(ref success);
        _onAuthenticated(user);
    }

    private void Reject(AuthenticationRequest request, PublicKey? key, Exception? error)
    {
        Report(request, AttemptResult.Rejected, key, error);

        // RFC 4252 5.2: clients ask by none which methods there are; as the first request it costs nothing.
        bool isFree = request.Method == MethodName.None && _requests == 1;
        if (!isFree && ++_failures >= _options.MaxTries) throw TooMany();
        PostFailure(isPartial: false);
    }

    private void PostFailure(bool isPartial)
    {
        var failure = new UserauthFailure { MethodsThatCanContinue = NameList.Of(_progress.CanContinue), PartialSuccess = isPartial };
        _transport.Post(ref failure);
    }

    private void CountReceived()
    {
        if (++_received > _options.MaxRequests) throw TooMany();
    }

    private void Report(AuthenticationRequest request, AttemptResult result, PublicKey? key, Exception? error) =>
        _options.Journal?.Invoke(new AttemptReport(request.UserName, request.Method, result, key, error) { Hostbased = request.Hostbased });

    private static SshViolationException TooMany() => new(Violation.TooManyAuthenticationAttempts, "Too many authentication failures");
}
