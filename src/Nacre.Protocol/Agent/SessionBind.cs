using Nacre.Protocol.Messages;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Agent;

/// <summary>PROTOCOL.agent 1: the contents of the extension that binds a connection to an agent to the SSH session which it is used for.</summary>
internal ref struct SessionBind : INamedRecord<SessionBind>
{
    public ReadOnlySpan<byte> HostKey;
    public ReadOnlySpan<byte> SessionId;

    /// <summary>The host key's signature over the session identifier.</summary>
    public ReadOnlySpan<byte> Signature;

    /// <summary>True when programs at that host use the connection, false when it is used to log in there.</summary>
    public bool IsForwarding;

    public static string RecordName => "session-bind@openssh.com";

    public static void Fields<V>(ref V visit, ref SessionBind message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.String(ref message.HostKey);
        visit.String(ref message.SessionId);
        visit.String(ref message.Signature);
        visit.Boolean(ref message.IsForwarding);
    }
}
