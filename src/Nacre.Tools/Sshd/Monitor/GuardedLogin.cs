using System.Net.Sockets;
using System.Text;
using Nacre.Config;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Authentication.Methods;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tools.Sshd.Admission;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>One connection at the gate as the monitor knows it: it signs for it, judges it, and remembers by itself what it has passed.</summary>
/// <remarks>Nothing that the gate says of an earlier step counts. A request out of turn is a fault of the gate's, which the caller ends.</remarks>
internal sealed class GuardedLogin : IDisposable
{
    /// <summary>A longer hash is none; what is longer might be a message of another protocol.</summary>
    public const int MaxHash = 64;

    /// <summary>More key exchanges than this no client has before it is logged in.</summary>
    private const int MaxSignatures = 16;

    private readonly Lock _lock = new();
    private readonly ProcessLink _gate;
    private readonly HashSet<uint> _sent;
    private readonly ConfigBook _book;
    private readonly SshdLog _log;
    private readonly CancellationTokenSource _over = new();
    private SshServerOptions _options;
    private AuthenticationLedger? _ledger;
    private byte[] _sessionId = [];
    private byte[] _hostKey = [];
    private RemoteConversation? _conversation;
    private LoginPhase _phase = LoginPhase.Exchanging;
    private Timer? _deadline;
    private int _signatures;

    public GuardedLogin(uint number, Socket socket, ClientConnection client, SshServerOptions options, ConfigBook book, SshdLog log, ProcessLink gate, HashSet<uint> sent)
    {
        (Number, Socket, Client, _options, _book, _log, _gate, _sent) = (number, socket, client, options, book, log, gate, sent);
    }

    public uint Number { get; }

    /// <summary>The connection itself, of which the gate has a copy. No byte of it is read here.</summary>
    public Socket Socket { get; }

    public ClientConnection Client { get; }

    public ConfigBook Book => _book;

    /// <summary>The log of this connection alone.</summary>
    public SshdLog Log => _log;

    /// <summary>The hash of its first key exchange.</summary>
    public ReadOnlyMemory<byte> SessionId => _sessionId;

    /// <summary>Who has logged in; null before that.</summary>
    public AuthenticatedUser? User { get; private set; }

    /// <summary>The process that waits for the user since all is passed.</summary>
    public SessionProcess? Session { get; set; }

    /// <summary>The session of PAM that is opened for the user since then; null where there is none.</summary>
    public Task<KeptSession>? Kept { get; set; }

    /// <summary>Hears that the user has passed all that was asked for, before the client does.</summary>
    public Action<GuardedLogin>? OnGranted { get; init; }

    /// <summary>Takes a request of the gate's.</summary>
    /// <exception cref="SshViolationException">It may not make it now.</exception>
    public void Take(LinkMessage message)
    {
        lock (_lock)
        {
            if (!LoginPhases.Allows(_phase, message.Type))
            {
                throw new SshViolationException(Violation.UnexpectedMessage, $"The gate asked for {message.Type} for a connection in the phase {_phase}.");
            }

            switch (message.Type)
            {
                case MonitorMessageType.Sign:
                    Sign(message.Read<SignMessage>());
                    break;
                case MonitorMessageType.Name:
                    TakeName(message.Read<NameMessage>());
                    break;
                case MonitorMessageType.Failed:
                    TakeFailed(message.Read<FailedMessage>());
                    break;
                case MonitorMessageType.Answers:
                    TakeAnswers(message.Read<AnswersMessage>());
                    break;
                case MonitorMessageType.Abandon:
                    _phase = LoginPhase.Deciding;
                    _conversation!.Abandon();
                    break;
                case MonitorMessageType.Ended:
                    _phase = LoginPhase.Over;
                    Blame((EndCause)message.Read<EndedMessage>().Cause);
                    break;
                case MonitorMessageType.HandOver:
                    _phase = LoginPhase.Over;
                    break;
                default:
                    TakeAttempt(message);
                    break;
            }
        }
    }

    /// <summary>Does something when the time is up, if the login is still under way.</summary>
    public void EndBy(TimeSpan time, Action end) => _deadline = new Timer(_ => end(), null, time, Timeout.InfiniteTimeSpan);

    /// <summary>Ends the connection over the gate's head.</summary>
    public void Cut()
    {
        try
        {
            Socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The client or the gate was quicker.
        }
    }

    /// <summary>The gate has let it go, or is to: what is still judged counts for nothing.</summary>
    public void Dispose()
    {
        lock (_lock) _phase = LoginPhase.Over;
        _deadline?.Dispose();
        Client.Startup?.Dispose();
        _conversation?.Abandon();
        _over.Cancel();
    }

    // All that the gate can reach by this is what becomes of a source whose connection it has.
    private void Blame(EndCause cause)
    {
        switch (cause)
        {
            case EndCause.Client:
                break;
            case EndCause.Failure:
                Client.Startup?.OnCrashed();
                break;
            case EndCause.Shortage:
                Client.Startup?.Excuse();
                break;
            default:
                throw new SshViolationException(Violation.FieldMalformed, "The gate ended a connection for no cause that there is.");
        }
    }

    private void Sign(SignMessage request)
    {
        if (request.Data.Length > MaxHash || ++_signatures > MaxSignatures) throw new SshViolationException(Violation.FieldTooLong, "The gate wants something signed that is no hash, or too much.");
        if (_sessionId.Length == 0)
        {
            // RFC 4253 7.2: "The exchange hash H from the first key exchange is additionally used as the session identifier".
            (_sessionId, _hostKey) = (request.Data.ToArray(), request.HostKey.ToArray());
            _phase = LoginPhase.Naming;
            Client.Metrics?.OnHandshake();
        }

        HostKeySigning.Answer(_gate, Number, request, _book.HostKeys, _over.Token);
    }

    private void TakeName(NameMessage message)
    {
        string name = Encoding.UTF8.GetString(message.UserName);
        _phase = LoginPhase.Deciding;
        _ = AnswerAsync();

        async Task AnswerAsync()
        {
            try
            {
                // Match blocks may ask for users and groups, and a banner is a file: either may take long.
                if (Client.General is { HasMatchBlocks: true } or { Banner: not null } or { RefuseConnection: true }) await PoolThread.EnterAsync();
                ServerConfig config = Client.ConfigFor(name);
                SshServerOptions options = _options.ForUser is { } forUser ? await forUser(name, _over.Token).ConfigureAwait(false) : _options;
                string banner = options.Banner is { } policy ? await policy.BannerAsync(name, _over.Token).ConfigureAwait(false) ?? "" : "";
                lock (_lock)
                {
                    if (_phase == LoginPhase.Over) return;
                    _options = options;
                    _ledger = TryOpen(name, options);
                    _phase = _ledger is null ? LoginPhase.Over : LoginPhase.Trying;
                    var rules = new RulesMessage { LogLevel = (uint)_log.Level, Config = _book.Give(config, _gate, _sent), Banner = Encoding.UTF8.GetBytes(banner) };
                    _gate.Send(Number, ref rules);
                }
            }
            catch (OperationCanceledException)
            {
                // The client did not wait for it.
            }
            catch (Exception failure) when (Shortage.Explains(failure))
            {
                _log.Error($"a login is given up: {Printable.Escape(failure.Message)}");
                Client.Startup?.Excuse();
                Cut();
            }
        }
    }

    private void TakeAttempt(LinkMessage message)
    {
        AuthenticationLedger ledger = _ledger!;
        ledger.CountRequest();
        Attempt attempt = Read(message, ledger);
        _phase = LoginPhase.Deciding;
        _ = JudgeAsync(attempt, ledger.Allows(attempt.Method));
    }

    private Attempt Read(LinkMessage message, AuthenticationLedger ledger)
    {
        string name = ledger.UserName!;
        switch (message.Type)
        {
            case MonitorMessageType.None:
                return new Attempt(MethodName.None, MethodName.None) { Judged = new NoneAttempt(name) };
            case MonitorMessageType.Password:
                PasswordMessage password = message.Read<PasswordMessage>();
                var secret = new Password(password.Password);
                Password? next = password.IsChange ? new Password(password.NewPassword) : null;
                bool isStray = next is not null && !ledger.IsPasswordChangeDue;
                return new Attempt(MethodName.Password, MethodName.Password) { Judged = isStray ? null : new PasswordAttempt(name, secret, next), Secrets = [secret, next] };
            case MonitorMessageType.Interactive:
                _conversation = new RemoteConversation(Ask, _over.Token);
                string submethods = Encoding.UTF8.GetString(message.Read<InteractiveMessage>().Submethods);
                return new Attempt(MethodName.KeyboardInteractive, MethodName.KeyboardInteractive) { Judged = new KeyboardInteractiveAttempt(name, submethods, _conversation), Secrets = [_conversation] };
            default:
                return ReadKey(message, ledger);
        }
    }

    // What the signature covers is put together here, from what the monitor knows by itself.
    private Attempt ReadKey(LinkMessage message, AuthenticationLedger ledger)
    {
        bool isQuery = message.Type == MonitorMessageType.KeyQuery;
        KeyProofMessage read = isQuery ? default : message.Read<KeyProofMessage>();
        KeyQueryMessage asked = isQuery ? message.Read<KeyQueryMessage>() : default;
        string method = isQuery ? MethodName.PublicKey : Encoding.UTF8.GetString(read.Method);
        if (method == MethodName.Hostbased) return ReadHost(read, ledger);
        var proof = new PublicKeyProof(
            Encoding.UTF8.GetString(isQuery ? asked.Algorithm : read.Algorithm),
            (isQuery ? asked.Key : read.Key).ToArray(),
            read.IsHostBound ? read.HostKey.ToArray() : null,
            isQuery ? null : read.Signature.ToArray());
        var check = new PublicKeyCheck(_sessionId, _hostKey, ledger.Options, ledger.Steps);
        PublicKey? key = check.Read(proof);
        SecurityKeyAttestation? attestation = null;
        bool isRight = key is not null && (isQuery || check.IsSigned(AuthenticationRequest.Signed(ledger.UserName!, method, proof, null), proof, key, out attestation));
        return new Attempt(MethodName.PublicKey, method)
        {
            Key = key,
            IsQuery = isQuery,
            Judged = isRight ? new PublicKeyAttempt(ledger.UserName!, key!, proof.Algorithm, isVerified: !isQuery) { Attestation = attestation } : null,
        };
    }

    private Attempt ReadHost(KeyProofMessage read, AuthenticationLedger ledger)
    {
        var proof = new HostbasedProof(
            Encoding.UTF8.GetString(read.Algorithm), read.Key.ToArray(), Encoding.UTF8.GetString(read.ClientHost), Encoding.UTF8.GetString(read.ClientUser), read.Signature.ToArray());
        var check = new PublicKeyCheck(_sessionId, _hostKey, ledger.Options, ledger.Steps);
        PublicKey? key = check.Read(proof);
        bool isRight = key is not null && check.IsSigned(AuthenticationRequest.Signed(ledger.UserName!, MethodName.Hostbased, null, proof), proof, key);
        return new Attempt(MethodName.Hostbased, MethodName.Hostbased) { Key = key, Hostbased = proof, Judged = isRight ? new HostbasedAttempt(ledger.UserName!, key!, proof) : null };
    }

    // The gate has found out by itself; all that it can reach by this is that the client has fewer tries.
    private void TakeFailed(FailedMessage message)
    {
        AuthenticationLedger ledger = _ledger!;
        ledger.CountRequest();
        string method = Encoding.UTF8.GetString(message.Method);
        PublicKey? key = PublicKey.TryParse(message.Key, out PublicKey? read) ? read : null;
        Report(new Attempt(method, method) { Key = key }, ledger.Enter(method, key, AuthenticationVerdict.Reject), null);
    }

    private void TakeAnswers(AnswersMessage message)
    {
        _phase = LoginPhase.Deciding;
        if (Prompts.ReadAnswers(message.Answers, _conversation!.PromptCount) is { } answers) _conversation.Answer(answers);
        else _conversation.Abandon();
    }

    private void Ask(InteractiveRequest request)
    {
        lock (_lock)
        {
            if (_phase != LoginPhase.Deciding) return;
            _phase = LoginPhase.Asking;
            var question = new QuestionMessage { Name = request.Name.Raw.Span, Instruction = request.Instruction.Raw.Span, Prompts = Prompts.Write(request.Prompts) };
            _gate.Send(Number, ref question);
        }
    }

    private async Task JudgeAsync(Attempt attempt, bool mayTry)
    {
        AuthenticationVerdict verdict = AuthenticationVerdict.Reject;
        Exception? error = null;
        try
        {
            // Accounts are looked up and files are read, which may take long.
            await PoolThread.EnterAsync();
            if (mayTry && attempt.Judged is { } judged)
            {
                verdict = await _options.Authenticator.JudgeAsync(judged, _conversation?.Abandoned ?? _over.Token).ConfigureAwait(false);
                if (verdict.FaultOf(judged) is { } fault) (verdict, error) = (AuthenticationVerdict.Reject, new SshException(fault));
            }
        }
        catch (Exception failure)
        {
            // Whatever the policy throws is a no.
            error = failure is OperationCanceledException ? null : failure;
            if (Shortage.Explains(failure)) Client.Startup?.Excuse();
        }

        foreach (IDisposable? secret in attempt.Secrets) secret?.Dispose();
        lock (_lock)
        {
            _conversation = null;
            if (_phase != LoginPhase.Over) Conclude(attempt, verdict, error);
        }
    }

    private void Conclude(Attempt attempt, AuthenticationVerdict verdict, Exception? error)
    {
        AuthenticationLedger ledger = _ledger!;
        bool wouldDo = attempt.IsQuery && verdict.IsAccepted;
        AttemptResult result = wouldDo ? AttemptResult.Postponed : ledger.Enter(attempt.Method, attempt.Key, attempt.IsQuery ? AuthenticationVerdict.Reject : verdict);
        if (result == AttemptResult.Rejected && verdict.IsAccepted) error = new SshException("forced command options do not match");
        Report(attempt, result, error);
        _phase = result == AttemptResult.Accepted ? LoginPhase.Granted : LoginPhase.Trying;
        if (_phase == LoginPhase.Granted)
        {
            User = ledger.User;
            OnGranted?.Invoke(this);
        }

        var answer = new VerdictMessage
        {
            IsAccepted = result is AttemptResult.Accepted or AttemptResult.Partial || (result == AttemptResult.Postponed && attempt.IsQuery),
            Permissions = verdict.Permissions is { } permissions ? LoginPermissionsFields.Write(permissions) : [],
            PasswordExpiry = Encoding.UTF8.GetBytes(verdict.PasswordExpiry ?? ""),
            IsUserValid = Client.IsUserValid,
            EndsPasswords = verdict.EndsPasswords,
            Notice = Encoding.UTF8.GetBytes(verdict.Notice ?? ""),
        };
        _gate.Send(Number, ref answer);
    }

    private void Report(Attempt attempt, AttemptResult result, Exception? error) =>
        _options.Journal?.Invoke(new AttemptReport(_ledger!.UserName!, attempt.Name, result, attempt.Key, error) { Hostbased = attempt.Hostbased });

    private static AuthenticationLedger? TryOpen(string userName, SshServerOptions options)
    {
        var rules = new AuthenticationServerOptions
        {
            Authenticator = options.Authenticator,
            Methods = options.Methods,
            Chains = options.Chains,
            MaxTries = options.MaxAuthTries,
            SignatureAlgorithms = options.UserSignatureAlgorithms,
            HostbasedAlgorithms = options.HostbasedAlgorithms,
            AuthorityAlgorithms = options.AuthorityAlgorithms,
            RequiredRsaBits = options.RequiredRsaBits,
            Refusal = options.Refusal,
        };
        try
        {
            var ledger = new AuthenticationLedger(rules);
            ledger.Name(userName, rules);
            return ledger;
        }
        catch (Exception none) when (none is InvalidOperationException or SshException)
        {
            // No method is enabled that would let the user in, or the user is not wanted; the gate comes to the same end.
            return null;
        }
    }

    /// <summary>A request to be let in, as far as it makes sense.</summary>
    private sealed record Attempt(string Method, string Name)
    {
        /// <summary>What the policy is asked about; null when it need not be.</summary>
        public AuthenticationAttempt? Judged { get; init; }

        public PublicKey? Key { get; init; }

        public HostbasedProof? Hostbased { get; init; }

        public bool IsQuery { get; init; }

        public IReadOnlyList<IDisposable?> Secrets { get; init; } = [];
    }
}
