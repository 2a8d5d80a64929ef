using System.Text;
using Microsoft.Win32.SafeHandles;
using Nacre.Config.Values;
using Nacre.Protocol.Mux;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.Ssh.Mux;

/// <summary>Asks things of a master, one request after another, and reads its answers.</summary>
/// <remarks>
/// An <see cref="SshException"/> says that there is no talking to the master; that it declined is a <see cref="MuxRefusal"/>.
/// </remarks>
internal sealed class MasterClient(MasterLink link)
{
    /// <summary>The process of the master.</summary>
    public int CheckAlive()
    {
        var request = new MuxAliveCheck { RequestId = link.NextRequestId() };
        link.Send(ref request);
        byte[] reply = Answer(request.RequestId);
        return MuxMessage.TypeOf(reply) == MuxMessageType.Alive ? (int)MuxMessage.Read<MuxAlive>(reply).ProcessId : throw Unexpected(reply);
    }

    /// <summary>Has the master end.</summary>
    public void Terminate()
    {
        var request = new MuxTerminate { RequestId = link.NextRequestId() };
        link.Send(ref request);

        // It may be gone before its answer is.
        if (link.Read() is { } reply) CheckDone(Checked(reply, request.RequestId));
    }

    /// <summary>Has the master take no more clients.</summary>
    public void StopListening()
    {
        var request = new MuxStopListening { RequestId = link.NextRequestId() };
        link.Send(ref request);
        CheckDone(Answer(request.RequestId));
    }

    /// <summary>Starts a forward.</summary>
    /// <returns>The port that the server chose, where it was to; else null.</returns>
    public int? OpenForward(MuxForwardKind kind, Forward forward)
    {
        var request = new MuxOpenForward { RequestId = link.NextRequestId(), Forward = ForwardFields.Of(kind, forward) };
        link.Send(ref request);
        byte[] reply = Answer(request.RequestId);
        if (MuxMessage.TypeOf(reply) == MuxMessageType.RemotePort) return (int)MuxMessage.Read<MuxRemotePort>(reply).Port;
        CheckDone(reply);
        return null;
    }

    /// <summary>Ends a forward.</summary>
    public void CloseForward(MuxForwardKind kind, Forward forward)
    {
        var request = new MuxCloseForward { RequestId = link.NextRequestId(), Forward = ForwardFields.Of(kind, forward) };
        link.Send(ref request);
        CheckDone(Answer(request.RequestId));
    }

    /// <summary>Opens a session on three descriptors, which stay the caller's.</summary>
    /// <returns>The session's number.</returns>
    public uint OpenSession(PassengerRequest wanted, SafeFileHandle input, SafeFileHandle output, SafeFileHandle error)
    {
        var request = new MuxNewSession
        {
            RequestId = link.NextRequestId(),
            WantsTerminal = Flag(wanted.WantsTerminal),
            WantsX11 = Flag(wanted.WantsX11),
            WantsAgent = Flag(wanted.WantsAgent),
            IsSubsystem = Flag(wanted.IsSubsystem),
            EscapeCharacter = wanted.Escape is { } escape ? escape : MuxNewSession.NoEscape,
            Terminal = Encoding.UTF8.GetBytes(wanted.Terminal),
            Command = Encoding.UTF8.GetBytes(wanted.Command),
            Environment = MuxStrings.Write([.. wanted.Environment.Select(static variable => Encoding.UTF8.GetBytes($"{variable.Key}={variable.Value}"))]),
        };
        link.Send(ref request);
        link.Send(input);
        link.Send(output);
        link.Send(error);
        return ReadOpened(request.RequestId);
    }

    /// <summary>Joins two descriptors, which stay the caller's, to a host and port or a Unix socket at the server.</summary>
    public uint OpenStdioForward(ForwardEnd target, SafeFileHandle input, SafeFileHandle output)
    {
        var request = new MuxNewStdioForward
        {
            RequestId = link.NextRequestId(),
            Host = Encoding.UTF8.GetBytes(target.Path ?? target.Host ?? ""),
            Port = target.Path is null ? (uint)target.Port : MuxPort.UnixSocket,
        };
        link.Send(ref request);
        link.Send(input);
        link.Send(output);
        return ReadOpened(request.RequestId);
    }

    /// <summary>What the master tells of its connection, or of its channels.</summary>
    public string ReadInfo(string subject)
    {
        if (!link.HasInfo) throw new MuxRefusal("the master does not tell of itself; it is older than this request", isDenied: false);
        var request = new MuxInfoRequest { RequestId = link.NextRequestId(), Subject = Encoding.UTF8.GetBytes(subject) };
        link.Send(ref request);
        byte[] reply = Answer(request.RequestId);
        if (MuxMessage.TypeOf(reply) != MuxMessageType.Info) throw Unexpected(reply);
        return Printable.EscapeLines(MuxMessage.Read<MuxInfo>(reply).Text);
    }

    /// <summary>Has the master pass on the connection protocol over this link.</summary>
    public void BecomeProxy()
    {
        var request = new MuxProxy { RequestId = link.NextRequestId() };
        link.Send(ref request);
        byte[] reply = Answer(request.RequestId);
        if (MuxMessage.TypeOf(reply) != MuxMessageType.ProxyGranted) throw Unexpected(reply);
    }

    private static uint Flag(bool isSet) => isSet ? 1u : 0u;

    private uint ReadOpened(uint requestId)
    {
        byte[] reply = Answer(requestId);
        return MuxMessage.TypeOf(reply) == MuxMessageType.SessionOpened ? MuxMessage.Read<MuxSessionOpened>(reply).SessionId : throw Unexpected(reply);
    }

    private byte[] Answer(uint requestId) => Checked(link.Read() ?? throw new SshException("read from master failed: Broken pipe"), requestId);

    private static byte[] Checked(byte[] reply, uint requestId)
    {
        uint theirs = MuxMessage.RequestIdOf(reply);
        return theirs == requestId ? reply : throw new SshException($"out of sequence reply: my id {requestId} theirs {theirs}");
    }

    private static void CheckDone(byte[] reply)
    {
        if (MuxMessage.TypeOf(reply) != MuxMessageType.Ok) throw Unexpected(reply);
    }

    private static Exception Unexpected(byte[] reply) => MuxMessage.TypeOf(reply) switch
    {
        MuxMessageType.PermissionDenied => new MuxRefusal(Printable.Escape(MuxMessage.Read<MuxPermissionDenied>(reply).Reason), isDenied: true),
        MuxMessageType.Failure => new MuxRefusal(Printable.Escape(MuxMessage.Read<MuxFailure>(reply).Reason), isDenied: false),
        var type => new SshException($"unexpected response from master 0x{(uint)type:x8}"),
    };
}
