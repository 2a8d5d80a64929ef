using Nacre.Protocol.Authentication.Methods;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication;

/// <summary>
/// The client's side of ssh-userauth (RFC 4252): asks for the service, then tries methods until the server lets the user in or
/// nothing is left to try.
/// </summary>
/// <remarks>
/// <code>
/// Idle --Start--> AwaitingAccept --SERVICE_ACCEPT--> AwaitingReply --SUCCESS--> Done
///                                                    | FAILURE, 60: the next request, or Done
/// </code>
/// Nothing waits that may be sent at once: the first request goes in the flight of the service request.
/// </remarks>
internal sealed class AuthenticationClient : IPacketSink
{
    /// <summary>Banners, questions and the like beyond this number end the connection.</summary>
    public const int MaxServerMessages = 64;

    private readonly ITransport _transport;
    private readonly AuthenticationClientOptions _options;
    private readonly IPacketSink _connection;
    private readonly RequestSender _requests;
    private readonly NoneClientMethod _none;
    private readonly PublicKeyClientMethod? _publicKey;
    private readonly List<ClientMethod> _methods = [];
    private readonly List<string> _partialMethods = [];
    private readonly TaskCompletionSource<AuthenticationOutcome> _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private State _state = State.Idle;
    private Task _starting = Task.CompletedTask;
    private ClientMethod? _current;
    private string[]? _canContinue;
    private bool _hasPartialProof;
    private int _serverMessages;

    /// <param name="transport">Carries the messages.</param>
    /// <param name="options">What there is to log in with.</param>
    /// <param name="connection">Takes over when the user is in.</param>
    public AuthenticationClient(ITransport transport, AuthenticationClientOptions options, IPacketSink connection)
    {
        (_transport, _options, _connection) = (transport, options, connection);
        _requests = new RequestSender(transport, options);
        _none = new NoneClientMethod(_requests);
        if (options.Identities.Count > 0) _publicKey = new PublicKeyClientMethod(_requests, options.Identities);
        foreach (string name in options.PreferredMethods)
        {
            ClientMethod? method = name switch
            {
                MethodName.PublicKey => _publicKey,
                MethodName.Hostbased when options.Hostbased is not null => new HostbasedClientMethod(_requests, options.Hostbased),
                MethodName.Password when options.Passwords is not null => new PasswordClientMethod(_requests, options.Passwords),
                MethodName.KeyboardInteractive when options.Prompter is not null => new KeyboardInteractiveClientMethod(_requests, options.Prompter),
                _ => null,
            };
            if (method is not null && !_methods.Exists(m => m.Name == name)) _methods.Add(method);
        }
    }

    private enum State
    {
        Idle,
        AwaitingAccept,
        AwaitingReply,
        Done,
    }

    /// <summary>Done when the user is in; fails with <see cref="AuthenticationFailedException"/> when nothing is left to try, or with what ended the connection.</summary>
    public Task<AuthenticationOutcome> Completed => _completed.Task;

    /// <summary>The first keys are in use: asks for the service and, in the same flight, makes the first attempt.</summary>
    /// <remarks>A signer that takes its time is awaited before the first packet from the server is worked on.</remarks>
    /// <param name="ct">Cancels a signer that takes its time.</param>
    public void Start(CancellationToken ct = default)
    {
        if (_state != State.Idle) throw new InvalidOperationException("Authentication was started twice.");
        _state = State.AwaitingAccept;
        var request = new ServiceRequest { ServiceName = ServiceName.Userauth };
        _transport.Post(ref request);
        _starting = SendFirstAsync(ct);
    }

    /// <inheritdoc/>
    public async ValueTask OnPacketAsync(Packet packet, CancellationToken ct)
    {
        try
        {
            await _starting.ConfigureAwait(false);
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
        _completed.TrySetException(error ?? new SshException("The server closed the connection before the login was complete."));
    }

    private ValueTask DispatchAsync(Packet packet, CancellationToken ct) => (packet.Number, _state) switch
    {
        (MessageNumber.ServiceAccept, State.AwaitingAccept) => OnServiceAcceptAsync(packet, ct),
        (MessageNumber.UserauthBanner, State.AwaitingReply) => OnBannerAsync(packet, ct),
        (MessageNumber.UserauthFailure, State.AwaitingReply) => OnFailureAsync(packet, ct),
        (MessageNumber.UserauthSuccess, State.AwaitingReply) => OnSuccess(packet),
        (MessageNumber.UserauthPkOk, State.AwaitingReply) => OnMethodMessageAsync(packet, ct),
        _ => throw new SshViolationException(Violation.UnexpectedMessage, $"Message {(byte)packet.Number} came where authentication does not let it come."),
    };

    private async ValueTask OnServiceAcceptAsync(Packet packet, CancellationToken ct)
    {
        if (!Message.Read<ServiceAccept>(packet.Payload).ServiceName.SequenceEqual(ServiceName.Userauth))
        {
            throw new SshViolationException(Violation.FieldMalformed, "The server accepted a service that was not asked for.");
        }

        Debug("SSH2_MSG_SERVICE_ACCEPT received");
        _options.Steps?.OnStep("authentication: service accepted");
        _transport.EnterAuthentication();
        _state = State.AwaitingReply;
        if (_current is null) await SendAsync(_publicKey!, ct).ConfigureAwait(false);
    }

    /// <summary>A key that can be offered now is; an RSA key waits for the server's algorithms (RFC 8332 3.3); otherwise none asks for the list.</summary>
    private async Task SendFirstAsync(CancellationToken ct)
    {
        bool startsWithKey = _methods.Count > 0 && _methods[0] == _publicKey;
        if (startsWithKey && _publicKey!.CanSendFirst) await SendAsync(_publicKey, ct).ConfigureAwait(false);
        else if (!startsWithKey || !_publicKey!.WaitsForAccept) await SendAsync(_none, ct).ConfigureAwait(false);
    }

    private async ValueTask SendAsync(ClientMethod method, CancellationToken ct)
    {
        _current = method;
        if (!await method.TrySendAsync(ct).ConfigureAwait(false)) await TryNextAsync(ct).ConfigureAwait(false);
    }

    private async ValueTask OnBannerAsync(Packet packet, CancellationToken ct)
    {
        CountServerMessage();
        var text = new PeerText(Message.Read<UserauthBanner>(packet.Payload).Text.ToArray());
        if (_options.Banners is not null) await _options.Banners.ShowAsync(text, ct).ConfigureAwait(false);
    }

    private async ValueTask OnMethodMessageAsync(Packet packet, CancellationToken ct)
    {
        CountServerMessage();
        OnAnswered(packet.Number == MessageNumber.UserauthPkOk && _current == _publicKey ? "would do" : "questions");
        if (!await _current!.TryAnswerAsync(packet, ct).ConfigureAwait(false)) await TryNextAsync(ct).ConfigureAwait(false);
    }

    private async ValueTask OnFailureAsync(Packet packet, CancellationToken ct)
    {
        string[] canContinue = ReadFailure(packet, out bool isPartial);
        OnAnswered(isPartial ? "does in part" : "refused");
        if (isPartial)
        {
            Debug($"Authenticated using \"{_current!.Name}\" with partial success.");
            _partialMethods.Add(_current.Name);
            _hasPartialProof |= _current.HasProof;
            foreach (ClientMethod method in _methods) method.OnPartialSuccess(isOwn: method == _current);
        }

        Debug($"Authentications that can continue: {string.Join(',', canContinue)}");
        if (_canContinue is null || !canContinue.SequenceEqual(_canContinue))
        {
            _canContinue = canContinue;
            _current = null;
        }

        await TryNextAsync(ct).ConfigureAwait(false);
    }

    private static string[] ReadFailure(Packet packet, out bool isPartial)
    {
        UserauthFailure message = Message.Read<UserauthFailure>(packet.Payload);
        isPartial = message.PartialSuccess;
        return message.MethodsThatCanContinue.ToArray();
    }

    /// <summary>Goes on with the current method while the server's list stays the same, else begins again with the preferred one, as OpenSSH does.</summary>
    private async ValueTask TryNextAsync(CancellationToken ct)
    {
        while (NextMethod() is { } method)
        {
            if (_current != method) Debug($"Next authentication method: {method.Name}");
            _current = method;
            if (await method.TrySendAsync(ct).ConfigureAwait(false)) return;
        }

        Debug("No more authentication methods to try.");
        Fail($"Permission denied ({string.Join(',', _canContinue ?? [])}).", DisconnectReason.NoMoreAuthMethodsAvailable, "No more authentication methods to try.");
    }

    private ClientMethod? NextMethod()
    {
        if (_current is { IsEnabled: true } && _current != _none) return _current;

        // The first key can turn out to be unusable before the server has named its methods.
        if (_canContinue is null) return _none.IsEnabled ? _none : null;
        return _methods.Find(method => method.IsEnabled && _canContinue.Contains(method.Name));
    }

    private ValueTask OnSuccess(Packet packet)
    {
        Message.Read<UserauthSuccess>(packet.Payload);
        if (_options.RefusesTrivialLogin && !_current!.HasProof && !_hasPartialProof)
        {
            Fail("The server let the user in without a proof of who it is; it may only want to be trusted.", DisconnectReason.ByApplication, "Trivial authentication is refused.");
            return default;
        }

        OnAnswered("accepted");
        _state = State.Done;
        _transport.PermitMethodMessages([]);
        _transport.EnterConnection(_connection);
        _completed.TrySetResult(new AuthenticationOutcome(_current!.Name, _partialMethods));
        return default;
    }

    private void Fail(string message, DisconnectReason reason, string description)
    {
        _state = State.Done;
        _completed.TrySetException(new AuthenticationFailedException(message, _options.UserName, _requests.Tried, _canContinue ?? []));
        _transport.Disconnect(reason, description);
    }

    private void OnAnswered(string answer)
    {
        if (_options.Steps is not { } steps) return;
        string attempt = _current is not null && _current == _publicKey && _requests.Tried.Count > 0 ? _requests.Tried[^1] : _current?.Name ?? MethodName.None;
        steps.OnStep($"authentication: {Printable.Escape(attempt)}: {answer}");
    }

    private void CountServerMessage()
    {
        if (++_serverMessages > MaxServerMessages)
        {
            throw new SshViolationException(Violation.TooMuchPending, $"The server sent more than {MaxServerMessages} messages without an end to authentication.");
        }
    }

    private void Debug(string line) => _options.Trace.Write(1, line);
}
