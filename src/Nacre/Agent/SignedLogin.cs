using System.Text;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Agent;

/// <summary>What is to be signed, when it is a login with a key (RFC 4252 7), with the server's host key in it or without.</summary>
internal sealed record SignedLogin(byte[] SessionId, string UserName, PublicKey? HostKey)
{
    /// <summary>Reads the data of a signature; null when it is anything but a login with that very key.</summary>
    public static SignedLogin? Read(ReadOnlySpan<byte> data, PublicKey key)
    {
        try
        {
            SignedRequest fields = Message.ReadRecord<SignedRequest>(data);
            bool isLogin = fields is { Number: (byte)MessageNumber.UserauthRequest, HasSignature: 1, SessionId.IsEmpty: false }
                && fields.ServiceName.SequenceEqual("ssh-connection"u8)
                && fields.PublicKey.SequenceEqual(key.Blob.Span)
                && KeyAlgorithm.Find(Encoding.ASCII.GetString(fields.Algorithm), key.Type) is not null
                && (fields.IsHostBound || fields.Method.SequenceEqual("publickey"u8));
            if (!isLogin) return null;
            PublicKey? hostKey = fields.IsHostBound ? PublicKey.Parse(fields.HostKey) : null;
            return new SignedLogin(fields.SessionId.ToArray(), Encoding.UTF8.GetString(fields.UserName), hostKey);
        }
        catch (SshException)
        {
            return null;
        }
    }
}
