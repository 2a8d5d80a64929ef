using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Nacre.Forwarding;
using Nacre.Forwarding.Agent;
using Nacre.Forwarding.Tun;
using Nacre.Forwarding.X11;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Sftp;

namespace Nacre.Client;

/// <summary>A connection to an SSH server, logged in: runs programs, transfers files, forwards ports.</summary>
/// <remarks>Everything may be used from several threads at once. When the connection ends, whatever goes on over it fails with the reason.</remarks>
public sealed class SshClient : IAsyncDisposable
{
    private readonly SshConnection _connection;
    private readonly Multiplexer _multiplexer;
    private readonly RemoteForwards _remoteForwards;

    internal SshClient(
        SshConnection connection, Multiplexer multiplexer, ClientPolicy policy, RemoteForwards remoteForwards, SessionLoans loans, AuthenticationOutcome outcome, bool isHostVerified) =>
        (_connection, _multiplexer, Policy, _remoteForwards, Loans, Authentication, IsHostVerified) = (connection, multiplexer, policy, remoteForwards, loans, outcome, isHostVerified);

    /// <summary>Ends when the connection has: with its error, or without one when this side closed it.</summary>
    public Task Completion => _connection.Completion;

    /// <summary>The server's identification, such as SSH-2.0-OpenSSH_9.2.</summary>
    public string ServerIdentification => _connection.Transport.PeerIdentification;

    /// <summary>False where the policy went on with a key that may be somebody else's; nothing is forwarded then.</summary>
    public bool IsHostVerified { get; }

    internal AuthenticationOutcome Authentication { get; }

    internal IStreamTransport Transport => _connection.Transport;

    internal Multiplexer Multiplexer => _multiplexer;

    internal SshConnection Connection => _connection;

    /// <summary>What the server may open and ask for here.</summary>
    internal ClientPolicy Policy { get; }

    /// <summary>What sessions lend to the server.</summary>
    internal SessionLoans Loans { get; }

    /// <summary>Keeps the host's other keys; null where the policy wants to know of none.</summary>
    internal HostKeyLearning? Learning { get; init; }

    /// <summary>Connects over TCP, verifies the server and logs in.</summary>
    /// <param name="destination">[user@]host[:port].</param>
    /// <param name="options">Whom to trust and what to log in with.</param>
    /// <param name="ct">Cancels connecting and logging in.</param>
    /// <returns>The connection; dispose of it to disconnect.</returns>
    /// <exception cref="FormatException">The destination is malformed.</exception>
    /// <exception cref="SocketException">No address of the host could be connected to.</exception>
    /// <exception cref="HostKeyNotTrustedException">The policy did not trust the host key.</exception>
    /// <exception cref="AuthenticationFailedException">The server accepted nothing of what there was to log in with.</exception>
    /// <exception cref="SshException">The connection failed otherwise.</exception>
    public static async Task<SshClient> ConnectAsync(string destination, SshClientOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        SshDestination parsed = SshDestination.Parse(destination);
        var dial = new DialOptions { Timeout = options.ConnectTimeout };
        Socket socket = await new TcpEndpoint(parsed.Host, parsed.Port).ConnectAsync(dial, ct).ConfigureAwait(false);
        string? address = ((IPEndPoint)socket.RemoteEndPoint!).Address.ToString();
        return await ConnectAsync(new NetworkStream(socket, ownsSocket: true), parsed, address, options, ct).ConfigureAwait(false);
    }

    /// <summary>Verifies the server and logs in over a stream that is connected to it already: a proxy's, a jump host's.</summary>
    /// <param name="stream">The stream, which the connection takes over.</param>
    /// <param name="destination">Whom the stream leads to; its host key is looked for under this name.</param>
    /// <param name="options">Whom to trust and what to log in with.</param>
    /// <param name="ct">Cancels connecting and logging in.</param>
    /// <returns>The connection; dispose of it to disconnect.</returns>
    /// <exception cref="SshException">The connection, the trust or the login failed.</exception>
    public static Task<SshClient> ConnectAsync(Stream stream, SshDestination destination, SshClientOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(options);
        return ConnectAsync(stream, destination, address: null, options, ct);
    }

    /// <summary>Connects over several machines, each of which is logged in to by way of the one before it (ssh -J).</summary>
    /// <remarks>The machines between see sealed bytes only: every login is between this side and its machine.</remarks>
    /// <example>
    /// <code>
    /// await using SshClient ssh = await SshClient.ConnectAsync([new SshHop("me@gate.example", options), new SshHop("me@inner:22", options)], ct);
    /// </code>
    /// </example>
    /// <param name="route">The machines in order; the last is the one that the connection is to.</param>
    /// <param name="ct">Cancels connecting and logging in.</param>
    /// <returns>The connection to the last; disposing of it disconnects from all of them.</returns>
    /// <exception cref="ArgumentException">There is no machine, or one comes twice.</exception>
    /// <exception cref="FormatException">A destination is malformed.</exception>
    /// <exception cref="SocketException">No address of the first host could be connected to.</exception>
    /// <exception cref="SshException">A connection, the trust or a login failed.</exception>
    public static async Task<SshClient> ConnectAsync(IReadOnlyList<SshHop> route, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(route);
        SshDestination[] machines = [.. route.Select(static hop => SshDestination.Parse(hop.Destination))];
        if (machines.Length == 0) throw new ArgumentException("The way leads over no machine.", nameof(route));
        if (machines.GroupBy(static machine => machine).FirstOrDefault(static same => same.Count() > 1) is { } loop)
        {
            throw new ArgumentException($"jumphost loop via {loop.Key.Host}", nameof(route));
        }

        SshClient client = await ConnectAsync(route[0].Destination, route[0].Options, ct).ConfigureAwait(false);
        for (int i = 1; i < machines.Length; i++)
        {
            try
            {
                client = await client.GoOnAsync(machines[i], route[i].Options, isOwned: true, ct).ConfigureAwait(false);
            }
            catch
            {
                await client.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }

        return client;
    }

    /// <summary>Connects to a further machine over a channel of this connection, verifies it and logs in there (ssh -J).</summary>
    /// <remarks>This machine sees sealed bytes only. The further connection ends with this one, which stays the caller's to dispose of.</remarks>
    /// <param name="destination">[user@]host[:port], as this machine knows the host.</param>
    /// <param name="options">Whom to trust there and what to log in with.</param>
    /// <param name="ct">Cancels connecting and logging in.</param>
    /// <returns>The further connection.</returns>
    /// <exception cref="FormatException">The destination is malformed.</exception>
    /// <exception cref="ChannelOpenFailedException">This machine could not connect there, or does not let its users.</exception>
    /// <exception cref="SshException">The connection, the trust or the login failed.</exception>
    public Task<SshClient> ConnectOnwardAsync(string destination, SshClientOptions options, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return GoOnAsync(SshDestination.Parse(destination), options, isOwned: false, ct);
    }

    /// <summary>Runs a command.</summary>
    /// <param name="command">The command line, which the user's shell at the server takes apart.</param>
    /// <param name="options">A terminal, variables.</param>
    /// <param name="ct">Cancels the start; later the process goes on.</param>
    /// <returns>The running process.</returns>
    /// <exception cref="ChannelOpenFailedException">The server opens no session.</exception>
    /// <exception cref="SshException">The server refused the command or the terminal, or the connection failed.</exception>
    public Task<RemoteProcess> RunAsync(string command, RunOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return RemoteProcess.StartAsync(_multiplexer, Loans, Checked(options), (channel, token) => RemoteProcess.Exec(channel, command, token), "exec", ct);
    }

    /// <summary>Starts the user's shell.</summary>
    /// <param name="options">A terminal, variables.</param>
    /// <param name="ct">Cancels the start; later the shell goes on.</param>
    /// <returns>The running shell.</returns>
    /// <exception cref="SshException">The server refused the shell or the terminal, or the connection failed.</exception>
    public Task<RemoteProcess> OpenShellAsync(RunOptions? options = null, CancellationToken ct = default) =>
        RemoteProcess.StartAsync(_multiplexer, Loans, Checked(options), RemoteProcess.Shell, "shell", ct);

    /// <summary>Starts a subsystem, such as sftp.</summary>
    /// <param name="name">The subsystem's name.</param>
    /// <param name="ct">Cancels the start.</param>
    /// <returns>The subsystem's streams.</returns>
    /// <exception cref="SshException">The server has no such subsystem, or the connection failed.</exception>
    public Task<RemoteProcess> OpenSubsystemAsync(string name, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return OpenSubsystemAsync(name, RunOptions.Default, ct);
    }

    internal Task<RemoteProcess> OpenSubsystemAsync(string name, RunOptions options, CancellationToken ct = default) =>
        RemoteProcess.StartAsync(_multiplexer, Loans, Checked(options), (channel, token) => RemoteProcess.Subsystem(channel, name, token), "subsystem", ct);

    /// <summary>Begins an SFTP session: files at the server.</summary>
    /// <param name="options">How the session behaves; the defaults when null.</param>
    /// <param name="ct">Cancels the beginning.</param>
    /// <returns>The session; disposing of it leaves the connection open.</returns>
    /// <exception cref="SshException">The server has no SFTP, or the connection failed.</exception>
    public async Task<SftpClient> OpenSftpAsync(SftpClientOptions? options = null, CancellationToken ct = default)
    {
        RemoteProcess process = await OpenSubsystemAsync("sftp", ct).ConfigureAwait(false);

        // What the server's program complains of is for its own log, and must not fill the window.
        await process.Error.CompleteAsync().ConfigureAwait(false);
        try
        {
            return await SftpClient.StartAsync(process.Output, process.Input, process, options, ct).ConfigureAwait(false);
        }
        catch
        {
            await process.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Listens on this side and carries each connection to a host or a Unix socket at the server's side (ssh -L).</summary>
    /// <param name="listen">Where to listen: host:port, where port 0 lets the system choose, or the path of a Unix socket.</param>
    /// <param name="target">Where the server connects to: host:port, or a path.</param>
    /// <param name="options">How to listen; the defaults when null.</param>
    /// <param name="ct">Cancels the start.</param>
    /// <returns>The forward; dispose of it to stop listening.</returns>
    /// <exception cref="FormatException">An endpoint is malformed.</exception>
    /// <exception cref="SocketException">The port cannot be listened on.</exception>
    /// <exception cref="IOException">The path cannot be listened at.</exception>
    /// <exception cref="SshException">The host is not verified.</exception>
    /// <example><code>
    /// await using LocalForward docker = await ssh.ForwardLocalAsync("127.0.0.1:2375", "/run/docker.sock");
    /// </code></example>
    public Task<LocalForward> ForwardLocalAsync(string listen, string target, ForwardOptions? options = null, CancellationToken ct = default) =>
        StartLocalForwardAsync(SocketEndpoint.Parse(listen), SocketEndpoint.Parse(target), options ?? ForwardOptions.Default, ct);

    /// <summary>Listens on this side as a SOCKS proxy, versions 4, 4a and 5, whose connections the server makes (ssh -D).</summary>
    /// <param name="listen">Where to listen: host:port, where port 0 lets the system choose, or the path of a Unix socket.</param>
    /// <param name="options">How to listen; the defaults when null.</param>
    /// <param name="ct">Cancels the start.</param>
    /// <returns>The forward; dispose of it to stop listening.</returns>
    /// <exception cref="FormatException">The endpoint is malformed.</exception>
    /// <exception cref="SocketException">The port cannot be listened on.</exception>
    /// <exception cref="IOException">The path cannot be listened at.</exception>
    /// <exception cref="SshException">The host is not verified.</exception>
    /// <example><code>
    /// await using LocalForward proxy = await ssh.ForwardDynamicAsync("127.0.0.1:0");
    /// using var handler = new SocketsHttpHandler { Proxy = new WebProxy($"socks5://{proxy.Listening}") };
    /// </code></example>
    public Task<LocalForward> ForwardDynamicAsync(string listen, ForwardOptions? options = null, CancellationToken ct = default) =>
        StartLocalForwardAsync(SocketEndpoint.Parse(listen), target: null, options ?? ForwardOptions.Default, ct);

    /// <summary>Has the server connect to a host or a Unix socket, and gives that connection as a stream (ssh -W).</summary>
    /// <param name="target">Where the server connects to: host:port, or a path.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The connection; dispose of it to close it.</returns>
    /// <exception cref="FormatException">The endpoint is malformed.</exception>
    /// <exception cref="ChannelOpenFailedException">The server may not connect there, or nobody answers.</exception>
    /// <exception cref="SshException">The host is not verified, or the connection failed.</exception>
    /// <example><code>
    /// await using Stream database = await ssh.OpenStreamAsync("/run/postgresql/.s.PGSQL.5432");
    /// </code></example>
    public async Task<Stream> OpenStreamAsync(string target, CancellationToken ct = default) =>
        new ChannelStream(await OpenConnectionAsync(SocketEndpoint.Parse(target), ct).ConfigureAwait(false), owned: null);

    /// <summary>Has the server listen and carries each connection to a host or a Unix socket at this side (ssh -R).</summary>
    /// <param name="listen">Where the server listens: host:port, where port 0 lets it choose, or a path.</param>
    /// <param name="target">Where this side connects to: host:port, or a path.</param>
    /// <param name="options">Who hears of failures.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The forward; dispose of it to stop it.</returns>
    /// <exception cref="FormatException">An endpoint is malformed.</exception>
    /// <exception cref="SshException">The server refused, or the connection failed.</exception>
    /// <example><code>
    /// await using RemoteForward shown = await ssh.ForwardRemoteAsync("localhost:0", "127.0.0.1:3000");
    /// Console.WriteLine($"port {shown.Listening.Port} of the server");
    /// </code></example>
    public Task<RemoteForward> ForwardRemoteAsync(string listen, string target, ForwardOptions? options = null, CancellationToken ct = default) =>
        StartRemoteForwardAsync(SocketEndpoint.Parse(listen), SocketEndpoint.Parse(target), options ?? ForwardOptions.Default, ct);

    /// <summary>Has the server listen for SOCKS clients, whose connections this side makes (ssh -R with a port alone).</summary>
    /// <remarks>Whoever reaches the server's port reaches what this side reaches, unless <see cref="ForwardOptions.PermitsTarget"/> says which.</remarks>
    /// <param name="listen">Where the server listens: host:port, where port 0 lets it choose, or a path.</param>
    /// <param name="options">What may be connected to.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The forward; dispose of it to stop it.</returns>
    /// <exception cref="FormatException">The endpoint is malformed.</exception>
    /// <exception cref="SshException">The server refused, or the connection failed.</exception>
    public Task<RemoteForward> ForwardRemoteDynamicAsync(string listen, ForwardOptions? options = null, CancellationToken ct = default) =>
        StartRemoteForwardAsync(SocketEndpoint.Parse(listen), target: null, options ?? ForwardOptions.Default, ct);

    /// <summary>Joins a network interface here to one at the server (ssh -w): what is sent into either comes out of the other.</summary>
    /// <remarks>The interface here is made, which takes root or the capability CAP_NET_ADMIN; addresses and routes are then given to both as to any other.</remarks>
    /// <param name="mode">IP packets or whole frames.</param>
    /// <param name="localUnit">The number in the name of the interface here; null for the next that is free.</param>
    /// <param name="remoteUnit">The number in the name of the server's; null leaves it to the server.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The tunnel; dispose of it to take both interfaces down.</returns>
    /// <exception cref="IOException">The interface cannot be made here.</exception>
    /// <exception cref="SshException">The server refused, the host is not verified, or the connection failed.</exception>
    /// <example><code>
    /// await using TunnelForward tunnel = await ssh.ForwardTunnelAsync(TunnelMode.PointToPoint);
    /// Console.WriteLine($"ip address add 10.1.1.1 peer 10.1.1.2 dev {tunnel.Device.Name}");
    /// </code></example>
    public Task<TunnelForward> ForwardTunnelAsync(TunnelMode mode, int? localUnit = null, int? remoteUnit = null, CancellationToken ct = default) =>
        IsHostVerified ? StartTunnelAsync(TunnelDevice.Open(mode, localUnit), remoteUnit, ct) : throw new SshException("Tunnel forwarding is disabled to avoid man-in-the-middle attacks.");

    /// <summary>Disconnects; what is queued goes out first.</summary>
    /// <returns>Done when the connection has ended.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Learning is not null) await Learning.FinishAsync(_connection.Completion).ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
        Loans.Display.Dispose();
    }

    /// <summary>Waits until the host keys that the server announced after the login are learned, which may ask a person.</summary>
    internal Task LearnHostKeysAsync(CancellationToken ct) => Learning is null ? Task.CompletedTask : Learning.SettleAsync(_multiplexer, ct);

    /// <summary>Uses the connection of another process, which passes on the connection protocol over a stream (PROTOCOL.mux 9).</summary>
    /// <param name="stream">To that process.</param>
    /// <param name="time">The clock.</param>
    /// <param name="hasReplies">False where that process gives no replies to global requests, as OpenSSH's do not.</param>
    internal static SshClient OverProxy(Stream stream, TimeProvider time, bool hasReplies)
    {
        var remoteForwards = new RemoteForwards { HasReplies = hasReplies };
        var policy = new ClientPolicy(remoteForwards);
        Multiplexer? multiplexer = null;
        var transport = new PlainTransport(isClient: true, new PacketPool(), created => multiplexer = new Multiplexer(created, policy, ConnectionSettings.Default));
        remoteForwards.Multiplexer = policy.Multiplexer = multiplexer;
        var connection = new SshConnection(stream, transport, time) { DrainTime = TimeSpan.Zero };
        connection.Start();
        connection.OnConnectionProtocol(multiplexer!);

        // The process that holds the connection lends what it has; these stand for it in the requests.
        var loans = new SessionLoans(transport, new AgentLoan(transport, null), new X11Loan(time, null));
        return new SshClient(connection, multiplexer!, policy, remoteForwards, loans, new AuthenticationOutcome(MethodName.None, []), isHostVerified: true);
    }

    /// <summary>Passes the connection protocol of another process on, over this connection, until that process or the connection has ended.</summary>
    /// <param name="stream">To that process.</param>
    /// <param name="lender">Lends its sessions what there is here; null lends nothing.</param>
    /// <param name="replies">Whether it takes replies to global requests.</param>
    /// <param name="ct">Ends it.</param>
    internal async Task ServeProxyAsync(Stream stream, ISessionLender? lender, bool replies, CancellationToken ct)
    {
        Multiplexer? near = null;
        var policy = new ProxyPolicy(_multiplexer, _remoteForwards, IsHostVerified ? lender : null, replies);
        await using ConfiguredAsyncDisposable ending = policy.ConfigureAwait(false);
        var transport = new PlainTransport(isClient: false, new PacketPool(), created => policy.Process = near = new Multiplexer(created, policy, ConnectionSettings.Default));
        var connection = new SshConnection(stream, transport, TimeProvider.System) { DrainTime = TimeSpan.Zero };
        await using ConfiguredAsyncDisposable closing = connection.ConfigureAwait(false);
        connection.Start();
        connection.OnConnectionProtocol(near!);
        await ((Task)Task.WhenAny(connection.Completion, Completion).WaitAsync(ct)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    internal static Task<SshClient> ConnectAsync(Stream stream, SshDestination destination, string? address, SshClientOptions options, CancellationToken ct) =>
        new ClientLogin(destination, address, options).RunAsync(stream, ct);

    /// <summary>PROTOCOL 2.2: tells the server that this client opens no session any more, so that whoever takes it over cannot either.</summary>
    internal void RefuseFurtherSessions()
    {
        var request = default(NoMoreSessionsRequest);
        _multiplexer.Notify(ref request);
    }

    /// <summary>Joins an interface that is there already to one at the server; it is taken over, also when that fails.</summary>
    internal Task<TunnelForward> StartTunnelAsync(TunnelDevice device, int? remoteUnit, CancellationToken ct) => TunnelForward.StartAsync(_multiplexer, device, remoteUnit, ct);

    /// <summary>Has the server connect to a host or a Unix socket, over a channel of this connection.</summary>
    internal Task<Channel> OpenConnectionAsync(SocketEndpoint target, CancellationToken ct) =>
        IsHostVerified ? LocalForward.OpenAsync(_multiplexer, target, originator: null, ct) : throw NotForwarded();

    internal async Task<SshClient> GoOnAsync(SshDestination destination, SshClientOptions options, bool isOwned, CancellationToken ct)
    {
        Channel channel = await OpenWithinAsync(new TcpEndpoint(destination.Host, destination.Port), options, ct).ConfigureAwait(false);
        return await ConnectAsync(new ChannelStream(channel, isOwned ? this : null), destination, address: null, options, ct).ConfigureAwait(false);
    }

    private async Task<Channel> OpenWithinAsync(TcpEndpoint target, SshClientOptions options, CancellationToken ct)
    {
        if (options.ConnectTimeout <= TimeSpan.Zero) return await OpenConnectionAsync(target, ct).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(options.ConnectTimeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            return await OpenConnectionAsync(target, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new SshException($"Connecting to {target} by way of another machine took longer than {options.ConnectTimeout.TotalSeconds} s.");
        }
    }

    internal Task<LocalForward> StartLocalForwardAsync(SocketEndpoint listen, SocketEndpoint? target, ForwardOptions options, CancellationToken ct) =>
        IsHostVerified ? LocalForward.StartAsync(_multiplexer, listen, target, options, ct) : throw NotForwarded();

    internal Task<RemoteForward> StartRemoteForwardAsync(SocketEndpoint listen, SocketEndpoint? target, ForwardOptions options, CancellationToken ct) =>
        IsHostVerified ? _remoteForwards.StartAsync(listen, target, options, ct) : throw NotForwarded();

    // A host that may be another's must not sign with the user's keys, nor see their screen.
    private RunOptions Checked(RunOptions? options)
    {
        if (!IsHostVerified && options?.AgentSocket is not null) throw new SshException("Agent forwarding is disabled to avoid man-in-the-middle attacks.");
        if (!IsHostVerified && options?.Display is not null) throw new SshException("X11 forwarding is disabled to avoid man-in-the-middle attacks.");
        return options ?? RunOptions.Default;
    }

    private static SshException NotForwarded() => new("Port forwarding is disabled to avoid man-in-the-middle attacks.");
}
