using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Authentication;

/// <summary>What a hostbased signature covers (RFC 4252 9): the session and the whole request up to the signature.</summary>
internal ref struct HostbasedSignedRequest : IRecord<HostbasedSignedRequest>
{
    public ReadOnlySpan<byte> SessionId;
    public ReadOnlySpan<byte> UserName;
    public ReadOnlySpan<byte> Algorithm;
    public ReadOnlySpan<byte> PublicKey;
    public ReadOnlySpan<byte> ClientHost;
    public ReadOnlySpan<byte> ClientUser;

    public static void Fields<V>(ref V visit, ref HostbasedSignedRequest message)
        where V : IFieldVisitor, allows ref struct
    {
        byte number = (byte)MessageNumber.UserauthRequest;
        ReadOnlySpan<byte> service = "ssh-connection"u8;
        ReadOnlySpan<byte> method = "hostbased"u8;
        visit.String(ref message.SessionId);
        visit.Byte(ref number);
        visit.Text(ref message.UserName, UserauthRequest.MaxUserName);
        visit.Text(ref service, NameList.MaxNameLength);
        visit.Text(ref method, NameList.MaxNameLength);
        visit.Text(ref message.Algorithm, NameList.MaxNameLength);
        visit.String(ref message.PublicKey);
        visit.Text(ref message.ClientHost, HostbasedFields.MaxHostName);
        visit.Text(ref message.ClientUser, UserauthRequest.MaxUserName);
    }
}
