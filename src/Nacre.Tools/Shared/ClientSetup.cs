using System.Net;
using System.Net.Sockets;
using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Files;
using Nacre.Config.Values;
using Nacre.Forwarding;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Shared;

/// <summary>Turns a client's configuration into a connection, and what goes wrong into OpenSSH's words.</summary>
internal static class ClientSetup
{
    /// <summary>Reads the configuration for a host; null when it is wrong, which has then been said.</summary>
    public static ClientConfig? Load(string host, CommandLineOptions options, string? configFile, ErrorTrace trace)
    {
        if (LocalMachine.Identity() is not { } local)
        {
            trace.Fail($"No user exists for uid {Users.CurrentUid}");
            return null;
        }

        var source = new ClientConfigSource
        {
            Files = new DiskConfigFiles(LocalMachine.FactsOf),
            Algorithms = CatalogNames.For(isClient: true),
            Local = local,
            Host = host,
            CommandLine = options,
            ConfigFile = configFile,
            MatchExec = MatchCommand.Succeeds,
            Lookup = new SystemLookup(),
            LocalAddresses = LocalMachine.Addresses,
            ProgramVersion = ProductVersion.Identification,
        };
        var diagnostics = new ConfigDiagnostics();
        ClientConfig? config = ClientConfigParser.Load(source, diagnostics);
        foreach (ConfigDiagnostic line in diagnostics)
        {
            if (line.Severity == ConfigSeverity.Debug) trace.Write(1, line.Text);
            else if (line.Severity == ConfigSeverity.Error) trace.Fail(line.Text);
            else trace.Say(line.Text);
        }

        return config;
    }

    /// <summary>Where a forward listens: on loopback if it names no address, everywhere (which is the empty name) for a star or with GatewayPorts.</summary>
    public static string ListenHost(string? host, bool gatewayPorts) => host switch
    {
        null => gatewayPorts ? "" : "localhost",
        "*" => "",
        _ => host,
    };

    /// <summary>Connects and logs in; null when that failed, which has then been said.</summary>
    /// <param name="config">Of the host.</param>
    /// <param name="trace">Where it is told.</param>
    /// <param name="hops">How many machines are reached by way of this one.</param>
    public static async Task<SshClient?> ConnectAsync(ClientConfig config, ErrorTrace trace, int hops = 0)
    {
        // To connect past a proxy that somebody configured would be wrong in silence.
        if (config.ProxyCommand is not null)
        {
            trace.Fail("ProxyCommand is not part of Nacre yet; use OpenSSH's ssh for this host, or -o ProxyCommand=none to connect directly.");
            return null;
        }

        string user = config.User;
        var destination = new SshDestination(user, config.Hostname, config.Port);
        try
        {
            (Stream? stream, string? address) = await ReachAsync(config, trace, hops).ConfigureAwait(false);
            if (stream is null) return null;
            (ClientTrust trust, SshClientOptions options) = await ClientTrust.LoadAsync(config, trace).ConfigureAwait(false);
            await using ClientTrust owned = trust;
            SshClient client = await SshClient.ConnectAsync(stream, destination, address, options, default).ConfigureAwait(false);
            string way = address is null ? "(via proxy)" : $"([{address}]:{config.Port})";
            trace.Verbose($"Authenticated to {config.Hostname} {way} using \"{client.Authentication.Method}\".");
            return client;
        }
        catch (SocketException error)
        {
            trace.Fail(error.SocketErrorCode is SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData
                ? $"ssh: Could not resolve hostname {config.Hostname}: {error.Message}"
                : $"ssh: connect to host {config.Hostname} port {config.Port}: {error.Message}");
        }
        catch (AuthenticationFailedException error)
        {
            trace.Fail($"{user}@{config.Hostname}: Permission denied ({string.Join(',', error.MethodsThatCanContinue)}).");
        }
        catch (NegotiationFailedException error)
        {
            trace.Fail($"Unable to negotiate with {config.Hostname} port {config.Port}: {error.Reason}. Their offer: {error.TheirOffer}");
        }
        catch (SshDisconnectedException error)
        {
            trace.Fail($"Received disconnect from {config.Hostname} port {config.Port}:{error.ReasonCode}: {error.Description}\nDisconnected from {config.Hostname} port {config.Port}");
        }
        catch (HostKeyNotTrustedException error)
        {
            trace.Fail(error.Message);
        }
        catch (SshViolationException error) when (error.Violation == Violation.ConnectionLost)
        {
            trace.Fail($"Connection closed by {config.Hostname} port {config.Port}");
        }
        catch (SshException error)
        {
            trace.Fail($"ssh: {config.Hostname} port {config.Port}: {error.Message}");
        }

        return null;
    }

    /// <summary>The way to the server, and its address where it is known here.</summary>
    private static async Task<(Stream? Stream, string? Address)> ReachAsync(ClientConfig config, ErrorTrace trace, int hops)
    {
        if (config.ProxyJump is not null) return (await JumpRoute.ConnectAsync(config, trace, hops).ConfigureAwait(false), null);
        Socket socket = await DialAsync(config, trace).ConfigureAwait(false);
        return (new NetworkStream(socket, ownsSocket: true), ((IPEndPoint)socket.RemoteEndPoint!).Address.ToString());
    }

    private static async Task<Socket> DialAsync(ClientConfig config, ErrorTrace trace)
    {
        var options = new DialOptions
        {
            Family = FamilyOf(config.AddressFamily),
            BindAddress = config.BindAddress,
            Timeout = config.ConnectTimeout ?? TimeSpan.Zero,
            Attempts = config.ConnectionAttempts,
            OnTrying = address => trace.Write(1, $"Connecting to {config.Hostname} [{address}] port {config.Port}."),
        };
        Socket socket = await new TcpEndpoint(config.Hostname, config.Port).ConnectAsync(options, default).ConfigureAwait(false);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, config.TcpKeepAlive);
        trace.Write(1, "Connection established.");
        return socket;
    }

    private static AddressFamily FamilyOf(AddressFamilyChoice choice) => choice switch
    {
        AddressFamilyChoice.Inet => AddressFamily.InterNetwork,
        AddressFamilyChoice.Inet6 => AddressFamily.InterNetworkV6,
        _ => AddressFamily.Unspecified,
    };
}
