using System.Text;
using Nacre.Forwarding.Tun;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Server;

/// <summary>One client's connection to a server, from its first byte to its last; it ends by itself or when it is disposed of.</summary>
public sealed class SshServerConnection : IAsyncDisposable
{
    private readonly SshConnection _connection;
    private readonly SecureTransport _transport;
    private readonly bool _isResumed;
    private Multiplexer? _multiplexer;
    private readonly TaskCompletionSource _authenticated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _grace;
    private int _sessions;
    private IReadOnlyList<string> _tunnelNames = [];

    internal SshServerConnection(Stream stream, SshServerOptions options, PacketPool pool)
    {
        Options = options;
        SecureTransport transport = _transport = new SecureTransport(TransportOptionsOf(options, pool), CreateAuthentication);
        _connection = new SshConnection(stream, transport, options.Time, options.IsPrompt) { HandsOver = (taken, unprocessed) => HandOverAsync(taken, transport, unprocessed) };
    }

    /// <summary>Goes on with a connection that another process has taken as far as the login.</summary>
    internal SshServerConnection(Stream stream, TransportSnapshot snapshot, AuthenticatedUser user, SshServerOptions options, PacketPool pool)
    {
        Options = options;
        _isResumed = true;
        _transport = new SecureTransport(TransportOptionsOf(options, pool), snapshot, transport => CreateConnection(transport, user));
        _connection = new SshConnection(stream, _transport, options.Time, options.IsPrompt) { ReadBefore = snapshot.Fields.Unprocessed.ToArray() };
    }

    /// <summary>Ends when the connection has: with its error, or without one when the client left as agreed.</summary>
    public Task Completion => _connection.Completion;

    /// <summary>Who logged in; null before that.</summary>
    public AuthenticatedUser? User { get; private set; }

    /// <summary>The client's identification, such as SSH-2.0-OpenSSH_9.2; empty before it came. The peer's word: escape it.</summary>
    public string ClientIdentification => _connection.Transport.PeerIdentification;

    internal SshServerOptions Options { get; private set; }

    /// <summary>Ends when the client has logged in; not at all when it never does.</summary>
    internal Task Authenticated => _authenticated.Task;

    internal SshConnection Connection => _connection;

    /// <summary>What has come of it so far.</summary>
    internal ConnectionTally Tally
    {
        get
        {
            int exchanges = _transport.KeyExchanges;
            bool hasHandshake = !_isResumed && exchanges > 0;
            return new ConnectionTally(hasHandshake, hasHandshake ? exchanges - 1 : exchanges, _multiplexer?.ChannelsOpened ?? 0, _connection.BytesReceived, _connection.BytesSent);
        }
    }

    /// <summary>The names of the interfaces that were made for the client's tunnels.</summary>
    internal IReadOnlyList<string> TunnelNames => Volatile.Read(ref _tunnelNames);

    /// <summary>The agent that the client lends; null before the login.</summary>
    internal ServerAgent? Agent { get; private set; }

    /// <summary>Disconnects the client.</summary>
    /// <param name="reason">What it is told.</param>
    /// <param name="description">What it is told in words.</param>
    /// <returns>Done when the connection has ended.</returns>
    public Task DisconnectAsync(DisconnectReason reason, string description) => _connection.CloseAsync(reason, description);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    internal void Start()
    {
        // Before anything can come of the connection that ends it.
        if (Options.LoginGraceTime > TimeSpan.Zero && !_isResumed) _grace = Options.Time.CreateTimer(static state => _ = ((SshServerConnection)state!).EndByGraceAsync(), this, Options.LoginGraceTime, Timeout.InfiniteTimeSpan);
        _connection.Start();
    }

    internal bool TryBeginSession()
    {
        if (Interlocked.Increment(ref _sessions) <= Options.MaxSessions) return true;
        Interlocked.Decrement(ref _sessions);
        return false;
    }

    // The reader's alone.
    internal void AddTunnel(string name) => Volatile.Write(ref _tunnelNames, [.. _tunnelNames, name]);

    internal void OnSessionClosed() => Interlocked.Decrement(ref _sessions);

    /// <summary>The login is done, or there will be none.</summary>
    internal void DropGrace() => _grace?.Dispose();

    internal void OnProgramFailed(Exception error) => Options.OnFailure?.Invoke(error);

    // What the host keys can sign, in the order of preference.
    private static string[] SupportedBy(IReadOnlyList<ISigner> hostKeys, IReadOnlyList<string> algorithms)
    {
        string[] supported = [.. algorithms.Where(name => hostKeys.Any(key => key.PublicKey.Supports(name)))];
        if (supported.Length == 0) throw new ArgumentException("No host key can sign by any of the host key algorithms.", nameof(hostKeys));
        return supported;
    }

    private static TransportOptions TransportOptionsOf(SshServerOptions options, PacketPool pool) => new()
    {
        IsClient = false,
        Algorithms = options.Algorithms with { HostKeyAlgorithms = SupportedBy(options.HostKeys, options.Algorithms.HostKeyAlgorithms) },
        Identification = "SSH-2.0-" + options.Version,
        Pool = pool,
        Rekey = options.Rekey,
        Trace = options.Trace,
        HostKeys = options.HostKeys,
        KeepsKeys = options.HandsOver is not null,
        IsPrompt = options.IsPrompt,
        Moduli = options.Moduli,
        UserSignatureAlgorithms = options.AnnouncedSignatureAlgorithms ?? options.UserSignatureAlgorithms ?? AlgorithmSelection.ServerDefault.HostKeyAlgorithms,
    };

    private AuthenticationServer CreateAuthentication(ITransport transport) =>
        new(transport, AuthenticationOptions(), user => OnAuthenticated((SecureTransport)transport, user));

    private AuthenticationServerOptions AuthenticationOptions() => new()
    {
        Authenticator = Options.Authenticator,
        SignedRequests = Options.SignedRequests,
        Methods = Options.Methods,
        Chains = Options.Chains,
        Refusal = Options.Refusal,
        SignatureAlgorithms = Options.UserSignatureAlgorithms,
        HostbasedAlgorithms = Options.HostbasedAlgorithms,
        AuthorityAlgorithms = Options.AuthorityAlgorithms,
        MaxTries = Options.MaxAuthTries,
        Banner = Options.Banner,
        RequiredRsaBits = Options.RequiredRsaBits,
        Journal = Options.Journal,
        ForUser = Options.ForUser is null ? null : OptionsForUserAsync,
    };

    private async ValueTask<AuthenticationServerOptions> OptionsForUserAsync(string name, CancellationToken ct)
    {
        Options = await Options.ForUser!(name, ct).ConfigureAwait(false);
        return AuthenticationOptions();
    }

    private void OnAuthenticated(SecureTransport transport, AuthenticatedUser user)
    {
        if (Options.HandsOver is null)
        {
            transport.EnterConnection(CreateConnection(transport, user));
            return;
        }

        User = user;
        transport.Freeze();
        DropGrace();
        _authenticated.TrySetResult();
    }

    private ValueTask HandOverAsync(Stream stream, SecureTransport transport, ReadOnlyMemory<byte> unprocessed) =>
        Options.HandsOver!(new HandedOver(stream, transport.Snapshot(unprocessed.Span), User!));

    private Multiplexer CreateConnection(ITransport transport, AuthenticatedUser user)
    {
        User = user;
        Options = Options with { Forwarding = LimitedForwarding.Of(Options.Forwarding, user) };
        DropGrace();
        _authenticated.TrySetResult();
        var policy = new ServerPolicy(this, user);
        Multiplexer multiplexer = _multiplexer = new Multiplexer(transport, policy, Options.Connection);
        policy.Forwards = new ServerForwards(multiplexer, user, Options);
        Agent = new ServerAgent(multiplexer, user, Options);
        (_connection.KeepAliveInterval, _connection.KeepAliveCount) = (Options.KeepAliveInterval, Options.KeepAliveCount);
        _connection.OnConnectionProtocol(multiplexer);
        _connection.SetTrafficClass(Options.TrafficClass.Bulk);
        IdleChannels.Watch(multiplexer, Options.IdleLimits, Options.Time);
        UnusedConnection.Watch(this, multiplexer);
        Tell(transport);
        policy.HostKeys.Announce();
        return multiplexer;
    }

    private void Tell(ITransport transport)
    {
        foreach (string line in Options.Remarks?.Invoke() ?? [])
        {
            var remark = new Debug { Text = Encoding.UTF8.GetBytes(line) };
            transport.Post(ref remark);
        }
    }

    private async Task EndByGraceAsync()
    {
        if (Authenticated.IsCompleted || Completion.IsCompleted) return;
        Options.Journal?.Invoke(new AttemptReport("", "", AttemptResult.Rejected, null, new TimeoutException("Timeout before authentication")));
        await _connection.CloseAsync(DisconnectReason.ByApplication, "Timeout before authentication").ConfigureAwait(false);
    }

    /// <summary>Decides what an authenticated client may open and ask for.</summary>
    private sealed class ServerPolicy(SshServerConnection connection, AuthenticatedUser user) : IConnectionPolicy
    {
        /// <summary>More interfaces than this are not made for one connection, in all its time.</summary>
        private const int MaxTunnels = 16;

        private bool _noMoreSessions;

        public ServerForwards? Forwards { get; set; }

        public HostKeyAnnouncement HostKeys { get; } = new(connection._connection.Transport, connection.Options.HostKeys);

        public ValueTask<ChannelAnswer> AnswerOpenAsync(ChannelOffer offer, CancellationToken ct) => offer.Type switch
        {
            "session" => ValueTask.FromResult(OpenSession()),
            "direct-tcpip" => Forwards!.ConnectTcpAsync(offer, ct),
            "tun@openssh.com" => ValueTask.FromResult(OpenTunnel(offer)),
            "direct-streamlocal@openssh.com" => Forwards!.ConnectStreamLocalAsync(offer),
            _ => ValueTask.FromResult(ChannelAnswer.Refuse(OpenFailureReason.UnknownChannelType, "unknown channel type")),
        };

        public ValueTask<GlobalAnswer> AnswerRequestAsync(IncomingRequest request, CancellationToken ct)
        {
            switch (request.Name)
            {
                case "tcpip-forward":
                    return Forwards!.ListenTcpAsync(request, ct);
                case "cancel-tcpip-forward":
                    return Forwards!.CancelTcpAsync(request);
                case "streamlocal-forward@openssh.com":
                    return Forwards!.ListenStreamLocalAsync(request, ct);
                case "cancel-streamlocal-forward@openssh.com":
                    return Forwards!.CancelStreamLocalAsync(request);
                case "hostkeys-prove-00@openssh.com":
                    return HostKeys.ProveAsync(request, ct);
                case "no-more-sessions@openssh.com":
                    _noMoreSessions = true;
                    return ValueTask.FromResult(GlobalAnswer.Success());
                default:
                    return ValueTask.FromResult(GlobalAnswer.Failure);
            }
        }

        private ChannelAnswer OpenTunnel(ChannelOffer offer)
        {
            TunOpen open = offer.Read<TunOpen>();
            var mode = (TunnelMode)open.Mode;
            bool isKnown = open.Unit <= TunOpen.AnyUnit && (mode is TunnelMode.PointToPoint or TunnelMode.Ethernet);
            bool isPermitted = isKnown && user.Permissions.PortForwarding && connection.TunnelNames.Count < MaxTunnels;
            int? unit = open.Unit == TunOpen.AnyUnit ? null : (int)open.Unit;
            if (!isPermitted || connection.Options.Forwarding?.MayTunnel(user, mode, unit) is not { } device) return ChannelAnswer.Refuse(OpenFailureReason.AdministrativelyProhibited, "open failed");
            connection.AddTunnel(device.Name);
            return ChannelAnswer.Accept(new TunnelService(device));
        }

        private ChannelAnswer OpenSession()
        {
            // M-21: once said, it holds; a client that opens a session after it has been taken over.
            if (_noMoreSessions) throw new SshViolationException(Violation.UnexpectedMessage, "Possible attack: attempt to open a session after additional sessions disabled");
            return connection.TryBeginSession()
                ? ChannelAnswer.Accept(new SessionChannel(connection, user))
                : ChannelAnswer.Refuse(OpenFailureReason.ResourceShortage, "too many sessions");
        }
    }
}
