using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Nacre.Config;
using Nacre.Config.Patterns;
using Nacre.Config.Values;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>The running sshd: its listening sockets, its connections, and what it tells the log of them.</summary>
internal sealed class SshdService : IAsyncDisposable
{
    private readonly ServerConfig _config;
    private readonly SshdLog _log;
    private readonly IReadOnlyList<ISigner> _hostKeys;
    private readonly SshServer _server;
    private readonly List<Socket> _listening = [];
    private readonly CancellationTokenSource _stop = new();
    private int _unauthenticated;

    public SshdService(ServerConfig config, IReadOnlyList<ISigner> hostKeys, SshdLog log)
    {
        (_config, _hostKeys, _log) = (config, hostKeys, log);
        _server = new SshServer(OptionsFor(ClientConnection.OnPipes(config)));
    }

    /// <summary>Listens on every address of the configuration; false when none can be, which has then been logged.</summary>
    public bool Listen()
    {
        foreach ((string host, int port) in _config.ListenEndpoints)
        {
            foreach (IPAddress address in Resolve(host))
            {
                if (!IsWanted(address)) continue;
                TryListen(new IPEndPoint(address, port));
            }
        }

        if (_listening.Count > 0) return true;
        _log.Fatal("Cannot bind any address.");
        return false;
    }

    /// <summary>Accepts connections until it is stopped, or, with -d, until one has ended.</summary>
    public async Task RunAsync(bool servesOne)
    {
        if (servesOne)
        {
            using Socket socket = await AcceptOneAsync().ConfigureAwait(false);
            foreach (Socket listening in _listening) listening.Dispose();
            await ServeAsync(socket).ConfigureAwait(false);
            return;
        }

        await Task.WhenAll(_listening.Select(AcceptAsync)).ConfigureAwait(false);
    }

    /// <summary>Stops accepting.</summary>
    public void Stop()
    {
        _stop.Cancel();
        foreach (Socket socket in _listening) socket.Dispose();
    }

    /// <summary>Serves one connection to its end.</summary>
    public Task ServeAsync(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, _config.TcpKeepAlive);
        ClientConnection client = ClientConnection.Of(socket, _config);
        return ServeAsync(new NetworkStream(socket, ownsSocket: true), client);
    }

    /// <summary>Serves one connection on a stream that has no addresses.</summary>
    public async Task ServeAsync(Stream stream, ClientConnection client)
    {
        _log.Verbose($"Connection from {client.Place} on {client.LocalAddress} port {client.Local.Port}");
        SshServerConnection connection = _server.Serve(stream, OptionsFor(client));
        _ = CountUnauthenticatedAsync(connection);
        string ending = $"Connection closed by {client.Place}";
        try
        {
            await connection.Completion.ConfigureAwait(false);
        }
        catch (SshDisconnectedException error)
        {
            _log.Info($"Received disconnect from {client.Place}:{error.ReasonCode}: {error.Description}");
            ending = $"Disconnected from {Who(connection)}{client.Place}";
        }
        catch (NegotiationFailedException error)
        {
            ending = $"Unable to negotiate with {client.Place}: {error.Reason}. Their offer: {error.TheirOffer}";
        }
        catch (SshViolationException error) when (error.Violation == Violation.ConnectionLost)
        {
            ending = connection.User is null ? $"Connection closed by {client.Place} [preauth]" : $"Connection closed by {client.Place}";
        }
        catch (SshViolationException error) when (error.Violation == Violation.BadIdentification)
        {
            ending = $"banner exchange: Connection from {client.Place}: invalid format";
        }
        catch (SshException error)
        {
            ending = $"ssh_dispatch_run_fatal: Connection from {Who(connection)}{client.Place}: {Printable.Escape(error.Message)}";
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException)
        {
            ending = $"Connection reset by {client.Place}";
        }

        _log.Info(ending);
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        await _server.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private static string Who(SshServerConnection connection) => connection.User is { } user ? $"user {Printable.Escape(user.Name)} " : "";

    private static IPAddress[] Resolve(string host)
    {
        if (host is "*") return [IPAddress.IPv6Any, IPAddress.Any];
        return IPAddress.TryParse(host, out IPAddress? address) ? [address] : Dns.GetHostAddresses(host);
    }

    private bool IsWanted(IPAddress address) => _config.AddressFamily switch
    {
        AddressFamilyChoice.Inet => address.AddressFamily == AddressFamily.InterNetwork,
        AddressFamilyChoice.Inet6 => address.AddressFamily == AddressFamily.InterNetworkV6,
        _ => true,
    };

    private void TryListen(IPEndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endpoint.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(endpoint);
            socket.Listen(128);
            _listening.Add(socket);
            _log.Info($"Server listening on {endpoint.Address} port {endpoint.Port}.");
        }
        catch (SocketException error)
        {
            socket.Dispose();
            _log.Error($"Bind to port {endpoint.Port} on {endpoint.Address} failed: {error.Message}.");
        }
    }

    private async Task<Socket> AcceptOneAsync()
    {
        Task<Socket>[] accepting = [.. _listening.Select(socket => socket.AcceptAsync())];
        return await (await Task.WhenAny(accepting).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task AcceptAsync(Socket listening)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await listening.AcceptAsync(_stop.Token).ConfigureAwait(false);
                if (ShedsLoad()) Refuse(socket);
                else _ = ServeAndCountAsync(socket);
            }
            catch (SocketException error) when (!_stop.IsCancellationRequested)
            {
                // Out of descriptors, most likely: those who are connected go on, and the next try comes when some may have left.
                _log.Error($"accept: {error.Message}");
                await Task.Delay(AcceptPause).ConfigureAwait(false);
            }
            catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private async Task ServeAndCountAsync(Socket socket)
    {
        try
        {
            await ServeAsync(socket).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _log.Error($"a connection ended by an internal failure: {Printable.Escape(error.ToString())}");
        }
    }

    private async Task CountUnauthenticatedAsync(SshServerConnection connection)
    {
        Interlocked.Increment(ref _unauthenticated);
        await Task.WhenAny(connection.Authenticated, connection.Completion).ConfigureAwait(false);
        Interlocked.Decrement(ref _unauthenticated);
    }

    // MaxStartups: from Begin on, a growing share is refused; at Full, all are.
    private bool ShedsLoad()
    {
        MaxStartups limit = _config.MaxStartups;
        int waiting = Volatile.Read(ref _unauthenticated);
        if (waiting < limit.Begin) return false;
        if (waiting >= limit.Full || limit.Rate >= 100) return true;
        int chance = limit.Rate + ((100 - limit.Rate) * (waiting - limit.Begin) / Math.Max(1, limit.Full - limit.Begin));
        return System.Security.Cryptography.RandomNumberGenerator.GetInt32(100) < chance;
    }

    private void Refuse(Socket socket)
    {
        _log.Verbose($"drop connection from {ClientConnection.Of(socket, _config).Place} past MaxStartups");
        try
        {
            socket.Send("Not allowed at this time\r\n"u8);
        }
        catch (SocketException)
        {
            // It has gone by itself.
        }

        socket.Dispose();
    }

    private SshServerOptions OptionsFor(ClientConnection client)
    {
        ServerConfig config = client.Config;
        var banner = config.Banner is { } path ? new FileBanner(path) : null;
        return new SshServerOptions
        {
            HostKeys = _hostKeys,
            Authenticator = new EvenTimedAuthenticator(new SystemAuthenticator(client, _log), TimeProvider.System),
            Sessions = new UserSessions(client, _log),
            Forwarding = new UserForwarding(client),
            Methods = MethodsOf(config),
            Chains = config.AuthenticationMethods.Count == 0 ? AuthenticationChains.Any : AuthenticationChains.Of(config.AuthenticationMethods),
            Banner = banner,
            LoginGraceTime = config.LoginGraceTime,
            MaxAuthTries = config.MaxAuthTries,
            MaxSessions = config.MaxSessions,
            PermitsTerminal = config.PermitTty,
            AcceptsVariable = name => config.AcceptEnv.Any(pattern => PatternMatcher.Matches(name, pattern)),
            KeepAliveInterval = config.ClientAliveInterval,
            KeepAliveCount = config.ClientAliveCountMax,
            Version = ProductVersion.Identification + (config.VersionAddendum is { } addendum ? " " + addendum : ""),
            OnFailure = error => _log.Error($"a session ended by an internal failure: {Printable.Escape(error.ToString())}"),
            Trace = _log,
            RequiredRsaBits = config.RequiredRsaSize,
            UserSignatureAlgorithms = config.PubkeyAcceptedAlgorithms,
            Journal = report => Report(client, report),
            Rekey = RekeyPolicy.Default with
            {
                Bytes = config.RekeyLimit.Bytes > 0 ? config.RekeyLimit.Bytes : RekeyPolicy.Default.Bytes,
                Seconds = config.RekeyLimit.Interval > TimeSpan.Zero ? (long)config.RekeyLimit.Interval.TotalSeconds : RekeyPolicy.Default.Seconds,
            },
            Algorithms = AlgorithmSelection.ServerDefault with
            {
                KexAlgorithms = config.KexAlgorithms,
                HostKeyAlgorithms = config.HostKeyAlgorithms,
                Ciphers = config.Ciphers,
                Macs = config.Macs,
                Compressions = config.Compression ? ["none", "zlib@openssh.com"] : ["none"],
            },
        };
    }

    private static List<string> MethodsOf(ServerConfig config)
    {
        var methods = new List<string>();
        if (config.PubkeyAuthentication) methods.Add(MethodName.PublicKey);
        if (config.PasswordAuthentication && SystemAuthenticator.CanCheckPasswords) methods.Add(MethodName.Password);
        if (config.KbdInteractiveAuthentication && SystemAuthenticator.CanCheckPasswords) methods.Add(MethodName.KeyboardInteractive);
        return methods;
    }

    // What fail2ban and people's scripts look for.
    private void Report(ClientConnection client, AttemptReport report)
    {
        string verb = report.Result switch
        {
            AttemptResult.Accepted => "Accepted",
            AttemptResult.Partial => "Partial",
            AttemptResult.Postponed => "Postponed",
            _ => "Failed",
        };
        if (report.Error is not null) _log.Error($"authentication of {Printable.Escape(report.UserName)} from {client.Place}: {Printable.Escape(report.Error.Message)}");
        string invalid = Users.Find(report.UserName) is null ? "invalid user " : "";
        string key = report.Key is { } shown ? $": {shown.ShortType} {shown.Fingerprint}" : "";
        string line = string.Create(CultureInfo.InvariantCulture, $"{verb} {Method(report.Method)} for {invalid}{Printable.Escape(report.UserName)} from {client.Place} ssh2{key}");
        bool isRoutine = report.Result is AttemptResult.Postponed || report.Method is MethodName.None || (report.Result == AttemptResult.Rejected && report.Method == MethodName.PublicKey);
        if (isRoutine) _log.Verbose(line);
        else _log.Info(line);
    }

    private static string Method(string method) => method switch
    {
        MethodName.KeyboardInteractive => "keyboard-interactive/pam",
        _ when method.StartsWith(MethodName.PublicKey, StringComparison.Ordinal) => MethodName.PublicKey,
        _ => Printable.Escape(method),
    };

    private sealed class FileBanner(string path) : IBannerPolicy
    {
        private const int MaxLength = 1024 * 1024;

        public ValueTask<string?> BannerAsync(string userName, CancellationToken ct)
        {
            try
            {
                return ValueTask.FromResult<string?>(System.Text.Encoding.UTF8.GetString(FileSafety.Read(path, MaxLength, out _)));
            }
            catch (Exception error) when (error is UnixException or InvalidDataException)
            {
                return ValueTask.FromResult<string?>(null);
            }
        }
    }
}
