using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Mux;

/// <summary>PROTOCOL.mux 10: done.</summary>
internal ref struct MuxOk : IMuxMessage<MuxOk>
{
    public uint RequestId;

    public static MuxMessageType Type => MuxMessageType.Ok;

    public static void Fields<V>(ref V visit, ref MuxOk message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RequestId);
    }
}

/// <summary>PROTOCOL.mux 10: whoever sits at the master has said no.</summary>
internal ref struct MuxPermissionDenied : IMuxMessage<MuxPermissionDenied>
{
    public uint RequestId;
    public ReadOnlySpan<byte> Reason;

    public static MuxMessageType Type => MuxMessageType.PermissionDenied;

    public static void Fields<V>(ref V visit, ref MuxPermissionDenied message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RequestId);
        visit.Text(ref message.Reason);
    }
}

/// <summary>PROTOCOL.mux 10: it did not work.</summary>
internal ref struct MuxFailure : IMuxMessage<MuxFailure>
{
    public uint RequestId;
    public ReadOnlySpan<byte> Reason;

    public static MuxMessageType Type => MuxMessageType.Failure;

    public static void Fields<V>(ref V visit, ref MuxFailure message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RequestId);
        visit.Text(ref message.Reason);
    }
}

/// <summary>PROTOCOL.mux 2 and 3: the channel is open.</summary>
internal ref struct MuxSessionOpened : IMuxMessage<MuxSessionOpened>
{
    public uint RequestId;
    public uint SessionId;

    public static MuxMessageType Type => MuxMessageType.SessionOpened;

    public static void Fields<V>(ref V visit, ref MuxSessionOpened message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RequestId);
        visit.UInt32(ref message.SessionId);
    }
}

/// <summary>PROTOCOL.mux 2: the server gives the session no terminal.</summary>
internal ref struct MuxTtyAllocFail : IMuxMessage<MuxTtyAllocFail>
{
    public uint SessionId;

    public static MuxMessageType Type => MuxMessageType.TtyAllocFail;

    public static void Fields<V>(ref V visit, ref MuxTtyAllocFail message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.SessionId);
    }
}

/// <summary>PROTOCOL.mux 2: the program ended with a status; a closed socket without one tells of any other end.</summary>
internal ref struct MuxExitMessage : IMuxMessage<MuxExitMessage>
{
    public uint SessionId;
    public uint ExitStatus;

    public static MuxMessageType Type => MuxMessageType.ExitMessage;

    public static void Fields<V>(ref V visit, ref MuxExitMessage message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.SessionId);
        visit.UInt32(ref message.ExitStatus);
    }
}

/// <summary>PROTOCOL.mux 4: the master is there, and this is its process.</summary>
internal ref struct MuxAlive : IMuxMessage<MuxAlive>
{
    public uint RequestId;
    public uint ProcessId;

    public static MuxMessageType Type => MuxMessageType.Alive;

    public static void Fields<V>(ref V visit, ref MuxAlive message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RequestId);
        visit.UInt32(ref message.ProcessId);
    }
}

/// <summary>PROTOCOL.mux 6: the forward is there, on the port that the server chose.</summary>
internal ref struct MuxRemotePort : IMuxMessage<MuxRemotePort>
{
    public uint RequestId;
    public uint Port;

    public static MuxMessageType Type => MuxMessageType.RemotePort;

    public static void Fields<V>(ref V visit, ref MuxRemotePort message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RequestId);
        visit.UInt32(ref message.Port);
    }
}

/// <summary>PROTOCOL.mux 9: what follows is the connection protocol.</summary>
internal ref struct MuxProxyGranted : IMuxMessage<MuxProxyGranted>
{
    public uint RequestId;

    public static MuxMessageType Type => MuxMessageType.ProxyGranted;

    public static void Fields<V>(ref V visit, ref MuxProxyGranted message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RequestId);
    }
}

/// <summary>The text that a <see cref="MuxInfoRequest"/> asked for.</summary>
internal ref struct MuxInfo : IMuxMessage<MuxInfo>
{
    public uint RequestId;
    public ReadOnlySpan<byte> Text;

    public static MuxMessageType Type => MuxMessageType.Info;

    public static void Fields<V>(ref V visit, ref MuxInfo message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RequestId);
        visit.Text(ref message.Text);
    }
}
