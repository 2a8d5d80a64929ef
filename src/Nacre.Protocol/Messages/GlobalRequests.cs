using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Messages;

/// <summary>Asks for any answer, which shows that the peer is alive; a global request or one of a channel.</summary>
internal ref struct KeepAliveRequest : INamedRecord<KeepAliveRequest>
{
    public static string RecordName => "keepalive@openssh.com";

    public static void Fields<V>(ref V visit, ref KeepAliveRequest message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>RFC 4254 7.1: listen on a port of the server.</summary>
internal ref struct TcpIpForwardRequest : INamedRecord<TcpIpForwardRequest>
{
    public ReadOnlySpan<byte> Address;
    /// <summary>Zero leaves the choice to the server.</summary>
    public uint Port;

    public static string RecordName => "tcpip-forward";

    public static void Fields<V>(ref V visit, ref TcpIpForwardRequest message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Address, TcpNameLimit.Bytes);
        visit.UInt32(ref message.Port);
    }
}

/// <summary>RFC 4254 7.1: listen no more.</summary>
internal ref struct CancelTcpIpForwardRequest : INamedRecord<CancelTcpIpForwardRequest>
{
    public ReadOnlySpan<byte> Address;
    public uint Port;

    public static string RecordName => "cancel-tcpip-forward";

    public static void Fields<V>(ref V visit, ref CancelTcpIpForwardRequest message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Address, TcpNameLimit.Bytes);
        visit.UInt32(ref message.Port);
    }
}

/// <summary>PROTOCOL 2.2: the client will open no session any more, and nobody in its place may.</summary>
internal ref struct NoMoreSessionsRequest : INamedRecord<NoMoreSessionsRequest>
{
    public static string RecordName => "no-more-sessions@openssh.com";

    public static void Fields<V>(ref V visit, ref NoMoreSessionsRequest message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>PROTOCOL 2.5: all host keys of the server.</summary>
internal ref struct HostKeysRequest : INamedRecord<HostKeysRequest>
{
    /// <summary>Strings, one a key.</summary>
    public ReadOnlySpan<byte> KeyBlobs;

    public static string RecordName => "hostkeys-00@openssh.com";

    public static void Fields<V>(ref V visit, ref HostKeysRequest message)
        where V : IFieldVisitor, allows ref struct => visit.Rest(ref message.KeyBlobs);
}

/// <summary>PROTOCOL 2.5: asks the server to show that it has these keys.</summary>
internal ref struct HostKeysProveRequest : INamedRecord<HostKeysProveRequest>
{
    /// <summary>Strings, one a key.</summary>
    public ReadOnlySpan<byte> KeyBlobs;

    public static string RecordName => "hostkeys-prove-00@openssh.com";

    public static void Fields<V>(ref V visit, ref HostKeysProveRequest message)
        where V : IFieldVisitor, allows ref struct => visit.Rest(ref message.KeyBlobs);
}

/// <summary>PROTOCOL 2.4: listen on a Unix socket of the server.</summary>
internal ref struct StreamLocalForwardRequest : INamedRecord<StreamLocalForwardRequest>
{
    public ReadOnlySpan<byte> SocketPath;

    public static string RecordName => "streamlocal-forward@openssh.com";

    public static void Fields<V>(ref V visit, ref StreamLocalForwardRequest message)
        where V : IFieldVisitor, allows ref struct => visit.Text(ref message.SocketPath);
}

/// <summary>PROTOCOL 2.4: listen on it no more.</summary>
internal ref struct CancelStreamLocalForwardRequest : INamedRecord<CancelStreamLocalForwardRequest>
{
    public ReadOnlySpan<byte> SocketPath;

    public static string RecordName => "cancel-streamlocal-forward@openssh.com";

    public static void Fields<V>(ref V visit, ref CancelStreamLocalForwardRequest message)
        where V : IFieldVisitor, allows ref struct => visit.Text(ref message.SocketPath);
}

/// <summary>RFC 4254 7.1: what a tcpip-forward is answered with when it left the choice of the port to the server.</summary>
internal ref struct TcpIpForwardReply : IRecord<TcpIpForwardReply>
{
    public uint Port;

    public static void Fields<V>(ref V visit, ref TcpIpForwardReply message)
        where V : IFieldVisitor, allows ref struct => visit.UInt32(ref message.Port);
}
