using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication;

/// <summary>What a publickey signature covers (RFC 4252 7): the session and the whole request up to the signature.</summary>
internal ref struct SignedRequest : IRecord<SignedRequest>
{
    public ReadOnlySpan<byte> SessionId;
    public ReadOnlySpan<byte> UserName;
    public ReadOnlySpan<byte> ServiceName;
    public ReadOnlySpan<byte> Method;
    public ReadOnlySpan<byte> Algorithm;
    public ReadOnlySpan<byte> PublicKey;
    public bool IsHostBound;
    public ReadOnlySpan<byte> HostKey;

    public static void Fields<V>(ref V visit, ref SignedRequest message)
        where V : IFieldVisitor, allows ref struct
    {
        byte number = (byte)MessageNumber.UserauthRequest;
        bool hasSignature = true;
        visit.String(ref message.SessionId);
        visit.Byte(ref number);
        visit.Text(ref message.UserName, UserauthRequest.MaxUserName);
        visit.Text(ref message.ServiceName, NameList.MaxNameLength);
        visit.Text(ref message.Method, NameList.MaxNameLength);
        visit.Boolean(ref hasSignature);
        visit.Text(ref message.Algorithm, NameList.MaxNameLength);
        visit.String(ref message.PublicKey);
        if (message.IsHostBound) visit.String(ref message.HostKey);
    }
}
