using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Nacre.Config.Values;
using Nacre.Forwarding;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Mux;
using Nacre.Protocol.Wire;
using Nacre.Tools.Ssh.Forwards;

namespace Nacre.Tools.Ssh.Mux;

/// <summary>One client of a master: its requests are answered one after another, and a session of it runs beside them.</summary>
internal sealed class MasterConversation(MuxMaster master, MuxSocket socket)
{
    private const string Denied = "Permission denied";

    /// <summary>A connection carries one session, as with OpenSSH, so one number does.</summary>
    private const uint SessionId = 0;

    private readonly CancellationTokenSource _gone = new();
    private Task _session = Task.CompletedTask;
    private bool _hasSession;
    private bool _takesReplies;

    /// <summary>Talks to the client until it has gone, or its session has ended.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using CancellationTokenRegistration stopping = ct.UnsafeRegister(static gone => ((CancellationTokenSource)gone!).Cancel(), _gone);
        try
        {
            var hello = new MuxHello { Version = MuxMessage.Version, Extensions = MuxStrings.Write([Encoding.UTF8.GetBytes(MuxHello.InfoExtension), "0"u8.ToArray(), Encoding.UTF8.GetBytes(MuxHello.RepliesExtension), "0"u8.ToArray()]) };
            await socket.SendAsync(MuxMessage.Write(ref hello)).ConfigureAwait(false);
            if (await socket.ReadAsync(_gone.Token).ConfigureAwait(false) is { } first) CheckHello(first);
            while (await socket.ReadAsync(_gone.Token).ConfigureAwait(false) is { } message) await AnswerAsync(message).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The master ends, or the session has.
        }
        catch (SshException wrong)
        {
            master.Trace.Fail($"mux client: {wrong.Message}");
        }
        finally
        {
            await _gone.CancelAsync().ConfigureAwait(false);
            await _session.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void CheckHello(byte[] message)
    {
        if (MuxMessage.TypeOf(message) != MuxMessageType.Hello) throw new SshViolationException(Violation.UnexpectedMessage, $"expected MUX_MSG_HELLO, received 0x{(uint)MuxMessage.TypeOf(message):x8}");
        MuxHello hello = MuxMessage.Read<MuxHello>(message);
        if (hello.Version != MuxMessage.Version) throw new SshViolationException(Violation.UnexpectedMessage, $"unsupported multiplexing protocol version {hello.Version} (expected {MuxMessage.Version})");
        _takesReplies = MuxHello.Has(MuxStrings.Read(hello.Extensions), MuxHello.RepliesExtension);
    }

    private async Task AnswerAsync(byte[] message)
    {
        MuxMessageType type = MuxMessage.TypeOf(message);
        if (type == MuxMessageType.Hello) throw new SshViolationException(Violation.UnexpectedMessage, "HELLO received twice");
        uint id = MuxMessage.RequestIdOf(message);
        switch (type)
        {
            case MuxMessageType.NewSession: await OpenSessionAsync(id, message).ConfigureAwait(false); break;
            case MuxMessageType.NewStdioForward: await OpenStdioForwardAsync(id, message).ConfigureAwait(false); break;
            case MuxMessageType.AliveCheck: await ReplyAliveAsync(id).ConfigureAwait(false); break;
            case MuxMessageType.Terminate: await TerminateAsync(id).ConfigureAwait(false); break;
            case MuxMessageType.StopListening: await StopAsync(id).ConfigureAwait(false); break;
            case MuxMessageType.OpenForward: await OpenForwardAsync(id, message).ConfigureAwait(false); break;
            case MuxMessageType.CloseForward: await CloseForwardAsync(id, message).ConfigureAwait(false); break;
            case MuxMessageType.InfoRequest: await TellAsync(id, message).ConfigureAwait(false); break;
            case MuxMessageType.Proxy: await ServeProxyAsync(id).ConfigureAwait(false); break;
            default: await FailAsync(id, "unsupported request").ConfigureAwait(false); break;
        }
    }

    private async Task OpenSessionAsync(uint id, byte[] message)
    {
        PassengerRequest request = PassengerRequest.Read(message);
        if (await ReadStreamsAsync(3).ConfigureAwait(false) is not { } streams)
        {
            await FailAsync(id, "did not receive file descriptors").ConfigureAwait(false);
            throw new SshViolationException(Violation.MessageTruncated, "no descriptors came for a session");
        }

        if (_hasSession || !await master.PermitsAsync($"Allow shared connection to {master.Config.Hostname}? ", _gone.Token).ConfigureAwait(false))
        {
            streams.Dispose();
            await (_hasSession ? FailAsync(id, "Multiple sessions not supported") : DenyAsync(id)).ConfigureAwait(false);
            return;
        }

        Passenger passenger;
        try
        {
            passenger = await Passenger.StartAsync(master, request, streams, _gone.Token).ConfigureAwait(false);
        }
        catch (Exception refused) when (refused is SshException or OperationCanceledException)
        {
            master.Trace.Write(2, $"mux session: {refused.Message}");
            streams.Dispose();
            await FailAsync(id, "Session open refused by peer").ConfigureAwait(false);
            return;
        }

        _hasSession = true;
        await ReplyOpenedAsync(id).ConfigureAwait(false);
        if (request.WantsTerminal && !passenger.HasTerminal)
        {
            var noTerminal = new MuxTtyAllocFail { SessionId = SessionId };
            await socket.SendAsync(MuxMessage.Write(ref noTerminal)).ConfigureAwait(false);
        }

        _session = RunSessionAsync(passenger, streams);
    }

    private async Task RunSessionAsync(Passenger passenger, PassengerStreams streams)
    {
        master.Add(passenger);
        try
        {
            ProcessExit exit;
            using (streams)
            {
                await using (passenger.ConfigureAwait(false)) exit = await passenger.RunAsync(_gone.Token).ConfigureAwait(false);
            }

            if (exit.Status is { } status)
            {
                var end = new MuxExitMessage { SessionId = SessionId, ExitStatus = status };
                await socket.SendAsync(MuxMessage.Write(ref end)).ConfigureAwait(false);
            }
        }
        finally
        {
            master.Remove(passenger);
            await _gone.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task OpenStdioForwardAsync(uint id, byte[] message)
    {
        ForwardEnd target = TargetOf(message);
        if (await ReadStreamsAsync(2).ConfigureAwait(false) is not { } streams)
        {
            await FailAsync(id, "did not receive file descriptors").ConfigureAwait(false);
            throw new SshViolationException(Violation.MessageTruncated, "no descriptors came for a stdio forward");
        }

        string question = target.Path is { } path ? $"Allow forward to path {path}" : $"Allow forward to [{target.Host}]:{target.Port}? ";
        if (_hasSession || !await master.PermitsAsync(question, _gone.Token).ConfigureAwait(false))
        {
            streams.Dispose();
            await (_hasSession ? FailAsync(id, "Multiple sessions not supported") : DenyAsync(id)).ConfigureAwait(false);
            return;
        }

        Channel channel;
        try
        {
            SocketEndpoint end = target.Path is { } socketPath ? SocketEndpoint.AtPath(socketPath) : new TcpEndpoint(target.Host ?? "", target.Port);
            channel = await master.Client.OpenConnectionAsync(end, _gone.Token).ConfigureAwait(false);
        }
        catch (Exception refused) when (refused is SshException or OperationCanceledException)
        {
            master.Trace.Write(2, $"mux stdio forward: {refused.Message}");
            streams.Dispose();
            await FailAsync(id, "Session open refused by peer").ConfigureAwait(false);
            return;
        }

        _hasSession = true;
        await ReplyOpenedAsync(id).ConfigureAwait(false);
        _session = RunStdioForwardAsync(channel, streams);
    }

    // Each direction ends by itself, so that an answer still comes to whoever has said all.
    private async Task RunStdioForwardAsync(Channel channel, PassengerStreams streams)
    {
        try
        {
            using PassengerStreams owned = streams;
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(_gone.Token);
            Task reading = DescriptorPump.FromAsync(streams.Input, channel.Output, ended.Token);
            await DescriptorPump.ToAsync(channel.Input, streams.Output, _gone.Token).ConfigureAwait(false);
            await ended.CancelAsync().ConfigureAwait(false);
            await reading.ConfigureAwait(false);
            await channel.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            await _gone.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task<PassengerStreams?> ReadStreamsAsync(int count)
    {
        var descriptors = new SafeFileHandle[count];
        for (int i = 0; i < count; i++)
        {
            if (await socket.ReadDescriptorAsync(_gone.Token).ConfigureAwait(false) is { } descriptor)
            {
                descriptors[i] = descriptor;
                continue;
            }

            for (int held = 0; held < i; held++) descriptors[held].Dispose();
            return null;
        }

        return new PassengerStreams(descriptors);
    }

    private static ForwardEnd TargetOf(byte[] message)
    {
        MuxNewStdioForward wanted = MuxMessage.Read<MuxNewStdioForward>(message);
        string host = Encoding.UTF8.GetString(wanted.Host);
        if (wanted.Port == MuxPort.UnixSocket) return new ForwardEnd(null, 0, host);
        if (wanted.Port > ushort.MaxValue) throw new SshViolationException(Violation.FieldMalformed, $"invalid port 0x{wanted.Port:x}");
        return new ForwardEnd(host, (int)wanted.Port, null);
    }

    private async Task TerminateAsync(uint id)
    {
        if (!await master.PermitsAsync($"Terminate shared connection to {master.Config.Hostname}? ", _gone.Token).ConfigureAwait(false))
        {
            await DenyAsync(id).ConfigureAwait(false);
            return;
        }

        await ReplyDoneAsync(id).ConfigureAwait(false);
        master.Terminate();
    }

    private async Task StopAsync(uint id)
    {
        if (!await master.PermitsAsync($"Disable further multiplexing on shared connection to {master.Config.Hostname}? ", _gone.Token).ConfigureAwait(false))
        {
            await DenyAsync(id).ConfigureAwait(false);
            return;
        }

        master.StopListening();
        await ReplyDoneAsync(id).ConfigureAwait(false);
    }

    private Task OpenForwardAsync(uint id, byte[] message)
    {
        MuxForward wanted = MuxMessage.Read<MuxOpenForward>(message).Forward;
        return ForwardFields.TryRead(wanted, out Forward? forward)
            ? OpenForwardAsync(id, SideOf((MuxForwardKind)wanted.Kind), forward!)
            : FailAsync(id, "Invalid forwarding request");
    }

    private Task CloseForwardAsync(uint id, byte[] message)
    {
        MuxForward wanted = MuxMessage.Read<MuxCloseForward>(message).Forward;
        return ForwardFields.TryRead(wanted, out Forward? forward)
            ? CloseForwardAsync(id, SideOf((MuxForwardKind)wanted.Kind), forward!)
            : FailAsync(id, "Invalid forwarding request");
    }

    private async Task OpenForwardAsync(uint id, ForwardKind side, Forward forward)
    {
        if (master.Forwards.Find(forward, side) is { } known)
        {
            master.Trace.Write(2, "found existing forwarding");
            await ReplyForwardAsync(id, known).ConfigureAwait(false);
        }
        else if (!await master.PermitsAsync($"Open {Describe(side, forward)} on {master.Config.Hostname}?", _gone.Token).ConfigureAwait(false))
        {
            await DenyAsync(id).ConfigureAwait(false);
        }
        else if (await master.Forwards.StartAsync(forward, side).ConfigureAwait(false) is { } started)
        {
            await ReplyForwardAsync(id, started).ConfigureAwait(false);
        }
        else
        {
            string listener = forward.Listen.Path is { } path ? $"listen path {path}" : $"listen port {forward.Listen.Port}";
            await FailAsync(id, side == ForwardKind.Remote ? $"remote port forwarding failed for {listener}" : "Port forwarding failed").ConfigureAwait(false);
        }
    }

    private async Task CloseForwardAsync(uint id, ForwardKind side, Forward forward)
    {
        if (master.Forwards.Find(forward, side) is null) await FailAsync(id, "port not forwarded").ConfigureAwait(false);
        else if (await master.Forwards.CancelAsync(forward, side).ConfigureAwait(false)) await ReplyDoneAsync(id).ConfigureAwait(false);
        else await FailAsync(id, side == ForwardKind.Remote ? "port not in permitted opens" : "port not found").ConfigureAwait(false);
    }

    private static ForwardKind SideOf(MuxForwardKind kind) => kind switch
    {
        MuxForwardKind.Remote => ForwardKind.Remote,
        MuxForwardKind.Dynamic => ForwardKind.Dynamic,
        _ => ForwardKind.Local,
    };

    private static string Describe(ForwardKind side, Forward forward) =>
        $"{side.ToString().ToLowerInvariant()} forward {forward.Listen} -> {(forward.Connect is { } connect ? connect.ToString() : "*")}";

    // The port that the server chose is told each time.
    private Task ReplyForwardAsync(uint id, ActiveForward forward)
    {
        if (forward.Kind != ForwardKind.Remote || forward.Asked.Listen is not { Path: null, Port: 0 }) return ReplyDoneAsync(id);
        var port = new MuxRemotePort { RequestId = id, Port = (uint)forward.Listening.Port };
        return socket.SendAsync(MuxMessage.Write(ref port));
    }

    private async Task TellAsync(uint id, byte[] message)
    {
        string subject = Encoding.UTF8.GetString(MuxMessage.Read<MuxInfoRequest>(message).Subject);
        string? text = subject switch
        {
            "connection" => ConnectionInformation.Describe(master.Client, master.Config),
            "channels" => OpenChannels.Describe(master.Client),
            _ => null,
        };
        if (text is null)
        {
            await FailAsync(id, "unknown info request").ConfigureAwait(false);
            return;
        }

        var info = new MuxInfo { RequestId = id, Text = Encoding.UTF8.GetBytes(text) };
        await socket.SendAsync(MuxMessage.Write(ref info)).ConfigureAwait(false);
    }

    // The client speaks of channels itself from here on, and says nothing else any more.
    private async Task ServeProxyAsync(uint id)
    {
        var granted = new MuxProxyGranted { RequestId = id };
        await socket.SendAsync(MuxMessage.Write(ref granted)).ConfigureAwait(false);
        await master.Client.ServeProxyAsync(new NetworkStream(socket.Socket, ownsSocket: false), new SessionLender(master), _takesReplies, _gone.Token).ConfigureAwait(false);
        await _gone.CancelAsync().ConfigureAwait(false);
    }

    private Task ReplyAliveAsync(uint id)
    {
        var alive = new MuxAlive { RequestId = id, ProcessId = (uint)Environment.ProcessId };
        return socket.SendAsync(MuxMessage.Write(ref alive));
    }

    private Task ReplyOpenedAsync(uint id)
    {
        var opened = new MuxSessionOpened { RequestId = id, SessionId = SessionId };
        return socket.SendAsync(MuxMessage.Write(ref opened));
    }

    private Task ReplyDoneAsync(uint id)
    {
        var done = new MuxOk { RequestId = id };
        return socket.SendAsync(MuxMessage.Write(ref done));
    }

    private Task DenyAsync(uint id)
    {
        var denied = new MuxPermissionDenied { RequestId = id, Reason = Encoding.UTF8.GetBytes(Denied) };
        return socket.SendAsync(MuxMessage.Write(ref denied));
    }

    private Task FailAsync(uint id, string reason)
    {
        var failure = new MuxFailure { RequestId = id, Reason = Encoding.UTF8.GetBytes(reason) };
        return socket.SendAsync(MuxMessage.Write(ref failure));
    }
}
