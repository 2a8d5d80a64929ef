using System.Net;
using System.Net.Sockets;
using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Forwarding;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Unix;

namespace Nacre.Tools.Ssh.Forwards;

/// <summary>The forwards of one connection of ssh: those that the configuration asks for, and those that come and go while it runs.</summary>
/// <remarks>What goes wrong is said here, in OpenSSH's words. It may be used from several threads at once.</remarks>
internal sealed class ForwardSet(SshClient client, ClientConfig config, ErrorTrace trace) : IAsyncDisposable
{
    private const UnixFileMode EveryPermission = (UnixFileMode)0x1ff;

    private readonly Lock _lock = new();
    private readonly List<ActiveForward> _active = [];

    /// <summary>The forwards that listen now, in the order in which they began to.</summary>
    public IReadOnlyList<ActiveForward> Active
    {
        get
        {
            lock (_lock) return [.. _active];
        }
    }

    /// <summary>Starts what the configuration asks for; false when the connection is to end because one failed (ExitOnForwardFailure).</summary>
    public async Task<bool> StartConfiguredAsync()
    {
        // Whoever went on with a changed host key has been told that nothing is forwarded.
        if (!client.IsHostVerified) return true;
        int asked = config.LocalForwards.Count + config.DynamicForwards.Count, started = 0;
        bool allRemote = true;
        foreach (Forward forward in config.LocalForwards) started += await StartAsync(forward, ForwardKind.Local).ConfigureAwait(false) is null ? 0 : 1;
        foreach (Forward forward in config.DynamicForwards) started += await StartAsync(forward, ForwardKind.Dynamic).ConfigureAwait(false) is null ? 0 : 1;
        bool allLocal = started == asked;

        // All are asked for in one flight.
        Task<ActiveForward?>[] remote = [.. config.RemoteForwards.Select(forward => StartAsync(forward, ForwardKind.Remote))];
        foreach (Task<ActiveForward?> starting in remote) allRemote &= await starting.ConfigureAwait(false) is not null;
        if (!allLocal && (started == 0 || config.ExitOnForwardFailure)) trace.Fail("Could not request local forwarding.");
        return (allLocal && allRemote) || !config.ExitOnForwardFailure;
    }

    /// <summary>Starts a forward; null when that failed, which has then been said.</summary>
    public async Task<ActiveForward?> StartAsync(Forward forward, ForwardKind kind)
    {
        SocketEndpoint listen = ListenEnd(forward.Listen, kind);
        try
        {
            ActiveForward active = kind == ForwardKind.Remote
                ? await StartRemoteAsync(forward, listen).ConfigureAwait(false)
                : await StartLocalAsync(forward, listen, kind).ConfigureAwait(false);
            lock (_lock) _active.Add(active);
            return active;
        }
        catch (SocketException error)
        {
            trace.Fail($"bind [{listen.Tcp.Host}]:{listen.Port}: {error.Message}");
            trace.Fail($"channel_setup_fwd_listener_tcpip: cannot listen to port: {listen.Port}");
        }
        catch (UnixException error)
        {
            trace.Fail($"unix_listener: cannot bind to path {listen.Path}: {UnixException.Describe(error.Errno)}");
        }
        catch (SshException error)
        {
            trace.Fail((config.ExitOnForwardFailure ? "Error: " : "Warning: ") + error.Message);
        }

        return null;
    }

    /// <summary>Stops a forward; false when there is none, or the server knows of none.</summary>
    /// <param name="forward">Where it listens; where it leads counts only when it is said.</param>
    /// <param name="kind">Which side listens.</param>
    public async Task<bool> CancelAsync(Forward forward, ForwardKind kind)
    {
        if (Find(forward, kind) is not { } active) return false;
        lock (_lock)
        {
            if (!_active.Remove(active)) return false;
        }

        if (active.Handle is RemoteForward remote) return await remote.CancelAsync().ConfigureAwait(false);
        await active.Handle.DisposeAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>The forward that listens there, and leads there if that is said; null when there is none.</summary>
    public ActiveForward? Find(Forward forward, ForwardKind kind)
    {
        lock (_lock) return _active.Find(active => active.Kind == kind && Fits(active, forward));
    }

    /// <summary>Stops listening; connections go on.</summary>
    public async ValueTask DisposeAsync()
    {
        ActiveForward[] active;
        lock (_lock)
        {
            active = [.. _active];
            _active.Clear();
        }

        // Those of the server end with the connection.
        foreach (ActiveForward forward in active.Where(forward => forward.Kind != ForwardKind.Remote)) await forward.Handle.DisposeAsync().ConfigureAwait(false);
    }

    private static SocketEndpoint? TargetOf(ForwardEnd? end) => end is null ? null : end.Path is { } path ? SocketEndpoint.AtPath(path) : new TcpEndpoint(end.Host!, end.Port);

    private bool Fits(ActiveForward active, Forward asked)
    {
        SocketEndpoint listen = ListenEnd(asked.Listen, active.Kind);
        bool isThere = listen == active.Listening || listen == ListenEnd(active.Asked.Listen, active.Kind);
        return isThere && (asked.Connect is null || asked.Connect == active.Asked.Connect);
    }

    private SocketEndpoint ListenEnd(ForwardEnd end, ForwardKind kind) => end.Path is { } path
        ? SocketEndpoint.AtPath(path)
        : new TcpEndpoint(ClientSetup.ListenHost(end.Host, kind != ForwardKind.Remote && config.GatewayPorts), end.Port);

    private async Task<ActiveForward> StartLocalAsync(Forward forward, SocketEndpoint listen, ForwardKind kind)
    {
        SocketEndpoint? target = TargetOf(forward.Connect);
        string where = target is { } fixedTarget ? fixedTarget.ToString() : "dynamic";
        trace.Write(1, $"Local connections to {listen} forwarded to remote address {where}");
        var options = new ForwardOptions
        {
            SocketMode = EveryPermission & ~config.StreamLocalBindMask,
            ReplacesSocket = config.StreamLocalBindUnlink,
            OnFailure = error => trace.Say(error is ChannelOpenFailedException refused ? refused.Line : $"channel: {error.Message}"),
            OnAddressUnheard = (address, error) => TellUnheard(address, listen.Port, error),
        };
        LocalForward started = await client.StartLocalForwardAsync(listen, target, options, default).ConfigureAwait(false);
        trace.Write(1, $"Local forwarding listening on {started.Listening}.");
        return new ActiveForward(kind, forward, started.Listening, started);
    }

    // It goes on with the other addresses of the name. One where somebody else listens is told of; there may be no such address, too.
    private void TellUnheard(IPAddress address, int port, SocketException error)
    {
        string text = $"bind [{address}]:{port}: {error.Message}";
        if (error.SocketErrorCode == SocketError.AddressAlreadyInUse) trace.Fail(text);
        else trace.Verbose(text);
    }

    private async Task<ActiveForward> StartRemoteAsync(Forward forward, SocketEndpoint listen)
    {
        SocketEndpoint? target = TargetOf(forward.Connect);
        string where = target is { } fixedTarget ? fixedTarget.ToString() : "dynamic";
        trace.Write(1, $"Remote connections from {listen} forwarded to local address {where}");
        var options = new ForwardOptions
        {
            PermitsTarget = target is null ? wanted => config.PermitRemoteOpen.AllowsTarget(wanted.Host, wanted.Port) : null,
            OnFailure = error => trace.Say($"connect_to {where}: {error.Message}"),
        };
        RemoteForward started = await client.StartRemoteForwardAsync(listen, target, options, default).ConfigureAwait(false);
        trace.Write(1, $"remote forward success for: listen {started.Listening}, connect {where}");
        if (listen.Path is null && listen.Port == 0) trace.Say($"Allocated port {started.Listening.Port} for remote forward to {(target is null ? "socks:0" : where)}");
        return new ActiveForward(ForwardKind.Remote, forward, started.Listening, started);
    }
}
