using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication;

/// <summary>What a publickey signature covers (RFC 4252 7): the session and the whole request up to the signature.</summary>
internal ref struct SignedRequest : IRecord<SignedRequest>
{
    public ReadOnlySpan<byte> SessionId;
    public byte Number = (byte)MessageNumber.UserauthRequest;
    public ReadOnlySpan<byte> UserName;
    public ReadOnlySpan<byte> ServiceName;
    public ReadOnlySpan<byte> Method;
    public byte HasSignature = 1;
    public ReadOnlySpan<byte> Algorithm;
    public ReadOnlySpan<byte> PublicKey;
    public ReadOnlySpan<byte> HostKey;

    public SignedRequest()
    {
    }

    /// <summary>True when the method puts the server's host key under the signature.</summary>
    public readonly bool IsHostBound => Method.SequenceEqual("publickey-hostbound-v00@openssh.com"u8);

    public static void Fields<V>(ref V visit, ref SignedRequest message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.SessionId);
        visit.Byte(ref message.Number);
        visit.Text(ref message.UserName, UserauthRequest.MaxUserName);
        visit.Text(ref message.ServiceName, NameList.MaxNameLength);
        visit.Text(ref message.Method, NameList.MaxNameLength);
        visit.Byte(ref message.HasSignature);
        visit.Text(ref message.Algorithm, NameList.MaxNameLength);
        visit.String(ref message.PublicKey);
        if (message.IsHostBound) visit.String(ref message.HostKey);
    }
}
