using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Mux;

/// <summary>PROTOCOL.mux 1, from both ends: the version, and extensions as pairs of a name and a value, which <see cref="MuxStrings"/> reads.</summary>
internal ref struct MuxHello : IMuxMessage<MuxHello>
{
    /// <summary>The extension by which a master says that it tells of its connection and its channels.</summary>
    public const string InfoExtension = "info";

    /// <summary>
    /// The extension, ours, by which either side says that global requests are answered when the connection protocol is passed on. OpenSSH's master answers none,
    /// and its client cannot read an answer without fields.
    /// </summary>
    public const string RepliesExtension = "proxy-replies@nacre";

    public uint Version;
    public ReadOnlySpan<byte> Extensions;

    public static MuxMessageType Type => MuxMessageType.Hello;

    /// <summary>Whether an extension is among those that a HELLO names; each name has a value behind it.</summary>
    public static bool Has(List<byte[]> extensions, string name)
    {
        for (int i = 0; i + 1 < extensions.Count; i += 2)
        {
            if (System.Text.Encoding.UTF8.GetString(extensions[i]) == name) return true;
        }

        return false;
    }

    public static void Fields<V>(ref V visit, ref MuxHello message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Version);
        visit.Rest(ref message.Extensions);
    }
}

/// <summary>PROTOCOL.mux 2, then three descriptors: a shell, a command or a subsystem on the descriptors of the client. The flags are words here, none of them a byte.</summary>
internal ref struct MuxNewSession : IMuxMessage<MuxNewSession>
{
    /// <summary>The escape character of a session that has none.</summary>
    public const uint NoEscape = uint.MaxValue;

    public uint RequestId;
    public ReadOnlySpan<byte> Reserved;
    public uint WantsTerminal;
    public uint WantsX11;
    public uint WantsAgent;
    public uint IsSubsystem;
    public uint EscapeCharacter;
    public ReadOnlySpan<byte> Terminal;
    public ReadOnlySpan<byte> Command;
    public ReadOnlySpan<byte> Environment;

    public static MuxMessageType Type => MuxMessageType.NewSession;

    public static void Fields<V>(ref V visit, ref MuxNewSession message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RequestId);
        visit.String(ref message.Reserved);
        visit.UInt32(ref message.WantsTerminal);
        visit.UInt32(ref message.WantsX11);
        visit.UInt32(ref message.WantsAgent);
        visit.UInt32(ref message.IsSubsystem);
        visit.UInt32(ref message.EscapeCharacter);
        visit.Text(ref message.Terminal);
        visit.Text(ref message.Command);
        visit.Rest(ref message.Environment);
    }
}

/// <summary>PROTOCOL.mux 3, then two descriptors: carries them to a host and port, or to a Unix socket.</summary>
internal ref struct MuxNewStdioForward : IMuxMessage<MuxNewStdioForward>
{
    public uint RequestId;
    public ReadOnlySpan<byte> Reserved;
    public ReadOnlySpan<byte> Host;
    public uint Port;

    public static MuxMessageType Type => MuxMessageType.NewStdioForward;

    public static void Fields<V>(ref V visit, ref MuxNewStdioForward message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RequestId);
        visit.String(ref message.Reserved);
        visit.Text(ref message.Host);
        visit.UInt32(ref message.Port);
    }
}

/// <summary>PROTOCOL.mux 4: asks whether the master is there.</summary>
internal ref struct MuxAliveCheck : IMuxMessage<MuxAliveCheck>
{
    public uint RequestId;

    public static MuxMessageType Type => MuxMessageType.AliveCheck;

    public static void Fields<V>(ref V visit, ref MuxAliveCheck message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RequestId);
    }
}

/// <summary>PROTOCOL.mux 5: the master shall end, with all that goes on over its connection.</summary>
internal ref struct MuxTerminate : IMuxMessage<MuxTerminate>
{
    public uint RequestId;

    public static MuxMessageType Type => MuxMessageType.Terminate;

    public static void Fields<V>(ref V visit, ref MuxTerminate message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RequestId);
    }
}

/// <summary>What a forward is, in the request for it and in the one that ends it.</summary>
internal ref struct MuxForward : IRecord<MuxForward>
{
    public uint Kind;
    public ReadOnlySpan<byte> ListenHost;
    public uint ListenPort;
    public ReadOnlySpan<byte> ConnectHost;
    public uint ConnectPort;

    public static void Fields<V>(ref V visit, ref MuxForward message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Kind);
        visit.Text(ref message.ListenHost);
        visit.UInt32(ref message.ListenPort);
        visit.Text(ref message.ConnectHost);
        visit.UInt32(ref message.ConnectPort);
    }
}

/// <summary>PROTOCOL.mux 6: starts a forward.</summary>
internal ref struct MuxOpenForward : IMuxMessage<MuxOpenForward>
{
    public uint RequestId;
    public MuxForward Forward;

    public static MuxMessageType Type => MuxMessageType.OpenForward;

    public static void Fields<V>(ref V visit, ref MuxOpenForward message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RequestId);
        MuxForward.Fields(ref visit, ref message.Forward);
    }
}

/// <summary>PROTOCOL.mux 7: ends a forward; the fields are those that it was asked for with.</summary>
internal ref struct MuxCloseForward : IMuxMessage<MuxCloseForward>
{
    public uint RequestId;
    public MuxForward Forward;

    public static MuxMessageType Type => MuxMessageType.CloseForward;

    public static void Fields<V>(ref V visit, ref MuxCloseForward message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RequestId);
        MuxForward.Fields(ref visit, ref message.Forward);
    }
}

/// <summary>PROTOCOL.mux 8: the master shall take no more clients, and remove its socket.</summary>
internal ref struct MuxStopListening : IMuxMessage<MuxStopListening>
{
    public uint RequestId;

    public static MuxMessageType Type => MuxMessageType.StopListening;

    public static void Fields<V>(ref V visit, ref MuxStopListening message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RequestId);
    }
}

/// <summary>PROTOCOL.mux 9: from the answer on, the socket carries messages of the connection protocol.</summary>
internal ref struct MuxProxy : IMuxMessage<MuxProxy>
{
    public uint RequestId;

    public static MuxMessageType Type => MuxMessageType.Proxy;

    public static void Fields<V>(ref V visit, ref MuxProxy message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RequestId);
    }
}

/// <summary>Asks a master that has the extension info for a text about itself: of its connection, or of its channels.</summary>
internal ref struct MuxInfoRequest : IMuxMessage<MuxInfoRequest>
{
    public uint RequestId;
    public ReadOnlySpan<byte> Subject;

    public static MuxMessageType Type => MuxMessageType.InfoRequest;

    public static void Fields<V>(ref V visit, ref MuxInfoRequest message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.RequestId);
        visit.Text(ref message.Subject);
    }
}
