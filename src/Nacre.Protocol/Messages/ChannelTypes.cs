using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Messages;

/// <summary>RFC 4254 6.1: a program at the server, its terminal and its end.</summary>
internal ref struct SessionOpen : INamedRecord<SessionOpen>
{
    public static string RecordName => "session";

    public static void Fields<V>(ref V visit, ref SessionOpen message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>RFC 4254 7.2: a connection that the server makes for the client.</summary>
internal ref struct DirectTcpIpOpen : INamedRecord<DirectTcpIpOpen>
{
    public ReadOnlySpan<byte> Host;
    public uint Port;
    public ReadOnlySpan<byte> OriginatorAddress;
    public uint OriginatorPort;

    public static string RecordName => "direct-tcpip";

    public static void Fields<V>(ref V visit, ref DirectTcpIpOpen message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Host, TcpNameLimit.Bytes);
        visit.UInt32(ref message.Port);
        visit.Text(ref message.OriginatorAddress, TcpNameLimit.Bytes);
        visit.UInt32(ref message.OriginatorPort);
    }
}

/// <summary>RFC 4254 7.2: a connection that came to a port which the client asked the server to listen on.</summary>
internal ref struct ForwardedTcpIpOpen : INamedRecord<ForwardedTcpIpOpen>
{
    public ReadOnlySpan<byte> Address;
    public uint Port;
    public ReadOnlySpan<byte> OriginatorAddress;
    public uint OriginatorPort;

    public static string RecordName => "forwarded-tcpip";

    public static void Fields<V>(ref V visit, ref ForwardedTcpIpOpen message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Address, TcpNameLimit.Bytes);
        visit.UInt32(ref message.Port);
        visit.Text(ref message.OriginatorAddress, TcpNameLimit.Bytes);
        visit.UInt32(ref message.OriginatorPort);
    }
}

/// <summary>RFC 4254 6.3.2: an X11 client at the server.</summary>
internal ref struct X11Open : INamedRecord<X11Open>
{
    public ReadOnlySpan<byte> OriginatorAddress;
    public uint OriginatorPort;

    public static string RecordName => "x11";

    public static void Fields<V>(ref V visit, ref X11Open message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.OriginatorAddress, TcpNameLimit.Bytes);
        visit.UInt32(ref message.OriginatorPort);
    }
}

/// <summary>A program at the server asks for the client's agent (RFC 9987), which was lent by an <see cref="AgentRequest"/>.</summary>
internal ref struct AgentConnectOpen : INamedRecord<AgentConnectOpen>
{
    public static string RecordName => "agent-connect";

    public static void Fields<V>(ref V visit, ref AgentConnectOpen message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>The same for an agent that was lent by an <see cref="AgentForwardingRequest"/>.</summary>
internal ref struct AgentOpen : INamedRecord<AgentOpen>
{
    public static string RecordName => "auth-agent@openssh.com";

    public static void Fields<V>(ref V visit, ref AgentOpen message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>PROTOCOL 2.4: a connection to a Unix socket that the server makes for the client.</summary>
internal ref struct DirectStreamLocalOpen : INamedRecord<DirectStreamLocalOpen>
{
    public ReadOnlySpan<byte> SocketPath;
    public ReadOnlySpan<byte> Reserved;
    public uint ReservedNumber;

    public static string RecordName => "direct-streamlocal@openssh.com";

    public static void Fields<V>(ref V visit, ref DirectStreamLocalOpen message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.SocketPath);
        visit.Text(ref message.Reserved);
        visit.UInt32(ref message.ReservedNumber);
    }
}

/// <summary>PROTOCOL 2.4: a connection that came to a Unix socket which the client asked the server to listen on.</summary>
internal ref struct ForwardedStreamLocalOpen : INamedRecord<ForwardedStreamLocalOpen>
{
    public ReadOnlySpan<byte> SocketPath;
    public ReadOnlySpan<byte> Reserved;

    public static string RecordName => "forwarded-streamlocal@openssh.com";

    public static void Fields<V>(ref V visit, ref ForwardedStreamLocalOpen message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.SocketPath);
        visit.Text(ref message.Reserved);
    }
}

/// <summary>PROTOCOL 2.3: packets of a network interface at the server.</summary>
internal ref struct TunOpen : INamedRecord<TunOpen>
{
    /// <summary>The number that leaves the choice of the interface to the server.</summary>
    public const uint AnyUnit = 0x7fffffff;

    public uint Mode;
    public uint Unit;

    public static string RecordName => "tun@openssh.com";

    public static void Fields<V>(ref V visit, ref TunOpen message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Mode);
        visit.UInt32(ref message.Unit);
    }
}

/// <summary>How long a host name or an address may be in the messages of port forwarding.</summary>
internal static class TcpNameLimit
{
    /// <summary>OpenSSH's NI_MAXHOST; a domain name has at most 255.</summary>
    public const int Bytes = 1025;
}
