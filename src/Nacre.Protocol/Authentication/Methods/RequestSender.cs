using System.Text;
using Nacre.Protocol.Messages;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication.Methods;

/// <summary>Sends the client's USERAUTH_REQUESTs and remembers what was tried; shared by the methods.</summary>
internal sealed class RequestSender(ITransport transport, AuthenticationClientOptions options)
{
    /// <summary>A server that never says yes or no for good gets this many requests.</summary>
    public const int MaxRequests = 64;

    private readonly byte[] _userName = Encoding.UTF8.GetBytes(options.UserName);
    private readonly List<string> _tried = [];
    private int _sent;

    public ITransport Transport => transport;

    public AuthenticationClientOptions Options => options;

    public IReadOnlyList<string> Tried => _tried;

    /// <summary>False when the connection has had as many requests as it may have.</summary>
    public bool MaySend => _sent < MaxRequests;

    /// <summary>Posts a request; its bytes are wiped when it has been sent.</summary>
    public void Send<F>(string method, string tried, scoped ref F fields)
        where F : IRecord<F>, allows ref struct
    {
        if (tried.Length > 0) _tried.Add(tried);
        _sent++;
        transport.Post(Write(transport.Pool, method, ref fields));
    }

    /// <summary>What a publickey signature covers (RFC 4252 7); that of publickey-hostbound-v00@openssh.com covers the server's host key too.</summary>
    public byte[] DataToSign(string algorithm, ReadOnlySpan<byte> publicKey, bool isHostBound)
    {
        var signed = new SignedRequest
        {
            SessionId = transport.SessionId.Span,
            UserName = _userName,
            ServiceName = "ssh-connection"u8,
            Method = isHostBound ? Encoding.ASCII.GetBytes(MethodName.HostBoundPublicKey) : "publickey"u8,
            Algorithm = Encoding.ASCII.GetBytes(algorithm),
            PublicKey = publicKey,
            HostKey = transport.HostKey.Span,
        };
        return Message.WriteRecord(ref signed);
    }

    /// <summary>What a hostbased signature covers (RFC 4252 9).</summary>
    public byte[] HostbasedDataToSign(string algorithm, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> clientHost, ReadOnlySpan<byte> clientUser)
    {
        var signed = new HostbasedSignedRequest
        {
            SessionId = transport.SessionId.Span,
            UserName = _userName,
            Algorithm = Encoding.ASCII.GetBytes(algorithm),
            PublicKey = publicKey,
            ClientHost = clientHost,
            ClientUser = clientUser,
        };
        return Message.WriteRecord(ref signed);
    }

    // The method's fields are written straight into the packet, so that a password has no copy that nobody wipes.
    private Packet Write<F>(PacketPool pool, string method, scoped ref F fields)
        where F : IRecord<F>, allows ref struct
    {
        var request = new UserauthRequest
        {
            UserName = _userName,
            ServiceName = "ssh-connection"u8,
            MethodName = Encoding.ASCII.GetBytes(method),
        };
        var sizer = default(FieldSizer);
        UserauthRequest.Fields(ref sizer, ref request);
        F.Fields(ref sizer, ref fields);

        Packet packet = pool.Rent(1 + sizer.Size);
        packet.IsSensitive = true;
        packet.SetPayload(1 + sizer.Size);
        packet.Payload[0] = (byte)MessageNumber.UserauthRequest;
        var writer = new FieldWriter(packet.Payload[1..]);
        UserauthRequest.Fields(ref writer, ref request);
        F.Fields(ref writer, ref fields);
        return packet;
    }
}
