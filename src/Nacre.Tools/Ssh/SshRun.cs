using Nacre.Client;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Forwarding.Tun;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tools.Shared;
using Nacre.Tools.Ssh.Forwards;
using Nacre.Tools.Ssh.Lending;
using Nacre.Tools.Ssh.Mux;
using Nacre.Unix;

namespace Nacre.Tools.Ssh;

/// <summary>One run of ssh after its configuration is read: connects, starts the forwards and the session, goes to the background where told to, and waits for the end.</summary>
internal sealed class SshRun(SshCommandLine line, ClientConfig config, ErrorTrace trace, TimeProvider time)
{
    private string? _interface;

    /// <summary>Connects and stays until there is nothing left to do; returns the exit status.</summary>
    public async Task<int> RunAsync()
    {
        SshClient? client = await ClientSetup.ConnectAsync(config, trace, time).ConfigureAwait(false);
        return client is null ? SshSession.FailureStatus : await RunAsync(client, isShared: false).ConfigureAwait(false);
    }

    /// <summary>Stays on a connection until there is nothing left to do, and ends it; returns the exit status.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="isShared">True where another process is its master, and this one is only passed on.</param>
    public async Task<int> RunAsync(SshClient client, bool isShared)
    {
        await using (client)
        {
            await using var forwards = new ForwardSet(client, config, trace);
            if (!await forwards.StartConfiguredAsync().ConfigureAwait(false)) return SshSession.FailureStatus;
            await using TunnelForward? tunnel = await SshTunnel.StartAsync(client, config, trace).ConfigureAwait(false);
            if (tunnel is null && config.Tunnel != TunnelChoice.No && config.ExitOnForwardFailure) return SshSession.FailureStatus;
            _interface = tunnel?.Device.Name;
            await using MuxMaster? master = isShared ? null : SharedRun.TryBecomeMaster(client, config, forwards, trace);
            if (master is null && SharedRun.IsBackgroundMaster) return SharedRun.OtherMasterStatus;
            int status = master is null ? await StayAsync(client, forwards, null).ConfigureAwait(false) : await StayAsMasterAsync(client, forwards, master).ConfigureAwait(false);
            Report(client.Connection, status);
            return status;
        }
    }

    // What is done here ends when it is done and nobody shares the connection any more, or when somebody who shares it has asked for the end of it.
    private async Task<int> StayAsMasterAsync(SshClient client, ForwardSet forwards, MuxMaster master)
    {
        Task<int> staying = SharedRun.IsBackgroundMaster ? ServeAsync(client, master) : StayAsync(client, forwards, master);
        await Task.WhenAny(staying, master.Terminated).ConfigureAwait(false);
        if (!staying.IsCompleted) return SshSession.FailureStatus;
        int status = await staying.ConfigureAwait(false);
        using var signals = new EndingSignals(trace);
        await Task.WhenAny(master.HoldAsync(staysUnused: false), signals.Came).ConfigureAwait(false);
        return status;
    }

    // Others have the sessions; the process that people started is the first of them.
    private async Task<int> ServeAsync(SshClient client, MuxMaster master)
    {
        await BeginAsync(client).ConfigureAwait(false);
        using var signals = new EndingSignals(trace);
        IdleMemory.Release();
        await Task.WhenAny(master.HoldAsync(staysUnused: true), signals.Came).ConfigureAwait(false);
        return signals.Came.IsCompleted ? SshSession.FailureStatus : 0;
    }

    private Task<int> StayAsync(SshClient client, ForwardSet forwards, MuxMaster? master)
    {
        Task Begin() => BeginAsync(client);
        if (line.StdioForward is { } target) return new StdioForward(client, target, trace).RunAsync(Begin);
        return config.SessionType == SessionChoice.None ? HoldAsync(client, master, Begin) : RunSessionAsync(client, forwards, Begin);
    }

    private async Task<int> RunSessionAsync(SshClient client, ForwardSet forwards, Func<Task> begin)
    {
        string command = line.Command.Length > 0 ? line.Command : config.RemoteCommand ?? "";
        try
        {
            return await new SshSession(client, config, command, trace).RunAsync(new EscapeActions(client, config, forwards, trace), begin).ConfigureAwait(false);
        }
        catch (SshException error)
        {
            trace.Fail(error.Message);
            return SshSession.FailureStatus;
        }
    }

    // Without a session, the connection lasts until somebody ends it.
    private async Task<int> HoldAsync(SshClient client, MuxMaster? master, Func<Task> begin)
    {
        client.Connection.SetTrafficClass(config.IPQoS.Bulk);
        await begin().ConfigureAwait(false);
        using var signals = new EndingSignals(trace);
        IdleMemory.Release();
        await Task.WhenAny(master?.HoldAsync(staysUnused: true) ?? client.Completion, signals.Came).ConfigureAwait(false);
        if (!signals.Came.IsCompleted) ConnectionEnd.Tell(client.Completion.Exception?.InnerException, config, trace);
        return SshSession.FailureStatus;
    }

    /// <summary>What is to be done once, when all has been asked of the server and before anything is carried.</summary>
    private async Task BeginAsync(SshClient client)
    {
        if (config.ControlMaster == ControlMasterChoice.No && TakesNoMoreSessions(client))
        {
            trace.Write(1, "Requesting no-more-sessions@openssh.com");
            client.RefuseFurtherSessions();
        }

        if (config.PermitLocalCommand && config.LocalCommand is { } command) await RunLocallyAsync(client, command).ConfigureAwait(false);
        if (config.ForkAfterAuthentication || SharedRun.IsBackgroundMaster) GoToBackground();
        trace.Write(1, "Entering interactive session.");
    }

    // Others may not know it, and there are some that end the connection for a request that they do not know.
    private static bool TakesNoMoreSessions(SshClient client) =>
        client.ServerIdentification.Contains("OpenSSH", StringComparison.Ordinal) || client.ServerIdentification.Contains("Nacre", StringComparison.Ordinal);

    private async Task RunLocallyAsync(SshClient client, string command)
    {
        var known = new Dictionary<char, string> { ['T'] = _interface ?? "NONE", ['I'] = "NONE", ['H'] = config.HostKeyAlias ?? config.Hostname };
        if (PublicKey.TryParse(client.Transport.HostKey.Span, out PublicKey? key)) (known['t'], known['f'], known['K']) = (key.Type, key.FingerprintBy(config.FingerprintHash), Convert.ToBase64String(client.Transport.HostKey.Span));
        if (config.TryExpandLate(ClientKeywords.LocalCommand, command, known, out string expanded, out string error)) await LocalCommand.RunAsync(expanded, trace).ConfigureAwait(false);
        else trace.Fail($"LocalCommand: {error}");
    }

    // A command keeps the streams that it writes to; without one there is only what -v tells.
    private void GoToBackground()
    {
        trace.Write(1, "forking to background");
        bool hasSession = config.SessionType != SessionChoice.None && !SharedRun.IsBackgroundMaster;
        Daemon.Detach(firstNull: 0, lastNull: hasSession ? 0 : trace.IsOn(1) ? 1 : 2);
    }

    private void Report(SshConnection connection, int status)
    {
        if (!trace.IsOn(0)) return;
        double seconds = Math.Max(connection.Age.TotalSeconds, 0.001);
        trace.Verbose(FormattableString.Invariant($"Transferred: sent {connection.BytesSent}, received {connection.BytesReceived} bytes, in {seconds:F1} seconds"));
        trace.Verbose(FormattableString.Invariant($"Bytes per second: sent {connection.BytesSent / seconds:F1}, received {connection.BytesReceived / seconds:F1}"));
        trace.Write(1, FormattableString.Invariant($"Exit status {(status == SshSession.FailureStatus ? -1 : status)}"));
    }
}
