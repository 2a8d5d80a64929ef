using System.Net.Sockets;
using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Tools.Shared;
using Nacre.Tools.Ssh.Forwards;
using Nacre.Unix;

namespace Nacre.Tools.Ssh.Mux;

/// <summary>What ssh does over a connection that it shares: as the client of a master that is there, or of one that it starts in the background (ControlPersist).</summary>
/// <param name="line">What ssh was called for.</param>
/// <param name="arguments">The words of that call, with which a process of its own does the same.</param>
/// <param name="config">Of the host.</param>
/// <param name="trace">Where it is told.</param>
internal sealed class SharedRun(SshCommandLine line, IReadOnlyList<string> arguments, ClientConfig config, ErrorTrace trace)
{
    /// <summary>The exit status of a background master that found another one at its socket.</summary>
    public const int OtherMasterStatus = 253;

    private const string MasterRole = "master";

    private const string ProxyCommand = "proxy";

    /// <summary>Whether this process is the master in the background, which has no session of its own.</summary>
    public static bool IsBackgroundMaster => Daemon.Role == MasterRole;

    /// <summary>Does all of it over a shared connection; returns the exit status, or null where ssh is to connect by itself.</summary>
    /// <exception cref="FatalException">What -O wants could not be done, or the new master is not there.</exception>
    public int? TryRun()
    {
        if (IsBackgroundMaster) return null;
        if (TryConnect() is { } live)
        {
            using (live) return Use(live);
        }

        if (!WantsBackgroundMaster) return null;
        if (StartMaster() is { } failure) return failure;
        if (config is { ForkAfterAuthentication: true, SessionType: SessionChoice.None } && line.StdioForward is null) return 0;
        using SharedConnection started = ConnectToNew();
        return Use(started) ?? SshSession.FailureStatus;
    }

    /// <summary>Connects to the master that there is, or to one that is started for it; null where the connection is not to be shared, or cannot be.</summary>
    public SharedConnection? TryOpen()
    {
        if (TryConnect() is { } live) return live;
        return WantsBackgroundMaster && StartMaster() is null ? ConnectToNew() : null;
    }

    /// <summary>Takes clients at the control socket from now on; null where the configuration wants no master, and where there is one already, which has then been said.</summary>
    /// <exception cref="FatalException">The socket cannot be listened at.</exception>
    public static MuxMaster? TryBecomeMaster(SshClient client, ClientConfig config, ForwardSet forwards, ErrorTrace trace)
    {
        MuxMaster? master = MuxMaster.TryStart(client, config, forwards, trace);
        bool isTaken = master is null && !IsBackgroundMaster && config is { ControlPath: not null } && config.ControlMaster != ControlMasterChoice.No;
        if (isTaken) trace.Fail($"ControlSocket {config.ControlPath} already exists, disabling multiplexing");
        return master;
    }

    private bool WantsBackgroundMaster => line.ControlCommand is null && config is { ControlPath: not null, ControlPersist.IsOn: true } && config.ControlMaster != ControlMasterChoice.No;

    private SharedConnection? TryConnect() =>
        line.ControlCommand is null && config.ControlMaster is ControlMasterChoice.Yes or ControlMasterChoice.Ask ? null : SharedConnection.TryConnect(config, line.ControlCommand, trace);

    private SharedConnection ConnectToNew() => SharedConnection.TryConnect(config, null, trace) ?? throw new FatalException("Failed to connect to new control master");

    /// <summary>Has a process of its own log in and become the master; null when it is there, else the exit status.</summary>
    private int? StartMaster()
    {
        int status = SshApplet.RunSuccessor(arguments, MasterRole);
        return status is 0 or OtherMasterStatus ? null : status;
    }

    private int? Use(SharedConnection shared)
    {
        if (line.ControlCommand is ProxyCommand) return UseAsProxy(shared);
        if (line.ControlCommand is { } command) return shared.Control(command);

        // The process that people started waits until another one has the session, and lets them go on.
        if (config.ForkAfterAuthentication && !Daemon.IsSuccessor) return SshApplet.RunSuccessor(arguments);
        if (line.StdioForward is { } target) return shared.RunStdioForward(target);
        return shared.TryRunSession(config.SessionType == SessionChoice.None ? null : Request(), OnStarted);
    }

    private int UseAsProxy(SharedConnection shared)
    {
        shared.BecomeProxy();
        SshClient client = SshClient.OverProxy(new NetworkStream(shared.Link.Socket, ownsSocket: true), TimeProvider.System, shared.Link.HasReplies);
        return new SshRun(line, config, trace, TimeProvider.System).RunAsync(client, isShared: true).GetAwaiter().GetResult();
    }

    private PassengerRequest Request()
    {
        string command = line.Command.Length > 0 ? line.Command : config.RemoteCommand ?? "";
        return PassengerRequest.Of(config, command, SessionTerminal.IsWanted(config, command, trace));
    }

    private void OnStarted()
    {
        if (config.ForkAfterAuthentication) Daemon.Detach(firstNull: 0, lastNull: 0);
    }
}
