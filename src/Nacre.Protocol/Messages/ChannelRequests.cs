using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Messages;

/// <summary>RFC 4254 6.2: a pseudo-terminal for the session.</summary>
internal ref struct PtyRequest : INamedRecord<PtyRequest>
{
    /// <summary>The TERM variable.</summary>
    public ReadOnlySpan<byte> Terminal;
    public uint Columns;
    public uint Rows;
    public uint WidthPixels;
    public uint HeightPixels;
    /// <summary>RFC 4254 8: opcodes with their arguments, which whoever has a terminal reads.</summary>
    public ReadOnlySpan<byte> Modes;

    public static string RecordName => "pty-req";

    public static void Fields<V>(ref V visit, ref PtyRequest message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Terminal);
        visit.UInt32(ref message.Columns);
        visit.UInt32(ref message.Rows);
        visit.UInt32(ref message.WidthPixels);
        visit.UInt32(ref message.HeightPixels);
        visit.String(ref message.Modes);
    }
}

/// <summary>RFC 4254 6.4: an environment variable.</summary>
internal ref struct EnvRequest : INamedRecord<EnvRequest>
{
    public ReadOnlySpan<byte> Variable;
    public ReadOnlySpan<byte> Value;

    public static string RecordName => "env";

    public static void Fields<V>(ref V visit, ref EnvRequest message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Variable);
        visit.Text(ref message.Value);
    }
}

/// <summary>RFC 4254 6.5: the user's login shell.</summary>
internal ref struct ShellRequest : INamedRecord<ShellRequest>
{
    public static string RecordName => "shell";

    public static void Fields<V>(ref V visit, ref ShellRequest message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>RFC 4254 6.5: a command.</summary>
internal ref struct ExecRequest : INamedRecord<ExecRequest>
{
    public ReadOnlySpan<byte> Command;

    public static string RecordName => "exec";

    public static void Fields<V>(ref V visit, ref ExecRequest message)
        where V : IFieldVisitor, allows ref struct => visit.Text(ref message.Command);
}

/// <summary>RFC 4254 6.5: a named service such as sftp.</summary>
internal ref struct SubsystemRequest : INamedRecord<SubsystemRequest>
{
    public ReadOnlySpan<byte> Subsystem;

    public static string RecordName => "subsystem";

    public static void Fields<V>(ref V visit, ref SubsystemRequest message)
        where V : IFieldVisitor, allows ref struct => visit.Text(ref message.Subsystem);
}

/// <summary>RFC 4254 6.7: the terminal has another size now.</summary>
internal ref struct WindowChangeRequest : INamedRecord<WindowChangeRequest>
{
    public uint Columns;
    public uint Rows;
    public uint WidthPixels;
    public uint HeightPixels;

    public static string RecordName => "window-change";

    public static void Fields<V>(ref V visit, ref WindowChangeRequest message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Columns);
        visit.UInt32(ref message.Rows);
        visit.UInt32(ref message.WidthPixels);
        visit.UInt32(ref message.HeightPixels);
    }
}

/// <summary>RFC 4254 6.8: whether the client may do flow control itself.</summary>
internal ref struct XonXoffRequest : INamedRecord<XonXoffRequest>
{
    public bool ClientCanDo;

    public static string RecordName => "xon-xoff";

    public static void Fields<V>(ref V visit, ref XonXoffRequest message)
        where V : IFieldVisitor, allows ref struct => visit.Boolean(ref message.ClientCanDo);
}

/// <summary>RFC 4254 6.9: a signal for the process.</summary>
internal ref struct SignalRequest : INamedRecord<SignalRequest>
{
    /// <summary>Without SIG.</summary>
    public ReadOnlySpan<byte> SignalName;

    public static string RecordName => "signal";

    public static void Fields<V>(ref V visit, ref SignalRequest message)
        where V : IFieldVisitor, allows ref struct => visit.Text(ref message.SignalName);
}

/// <summary>RFC 4335 3: a break on the line.</summary>
internal ref struct BreakRequest : INamedRecord<BreakRequest>
{
    /// <summary>Zero means the default length.</summary>
    public uint LengthMs;

    public static string RecordName => "break";

    public static void Fields<V>(ref V visit, ref BreakRequest message)
        where V : IFieldVisitor, allows ref struct => visit.UInt32(ref message.LengthMs);
}

/// <summary>RFC 4254 6.10: the process ended by itself.</summary>
internal ref struct ExitStatusRequest : INamedRecord<ExitStatusRequest>
{
    public uint ExitStatus;

    public static string RecordName => "exit-status";

    public static void Fields<V>(ref V visit, ref ExitStatusRequest message)
        where V : IFieldVisitor, allows ref struct => visit.UInt32(ref message.ExitStatus);
}

/// <summary>RFC 4254 6.10: a signal ended the process.</summary>
internal ref struct ExitSignalRequest : INamedRecord<ExitSignalRequest>
{
    /// <summary>Without SIG.</summary>
    public ReadOnlySpan<byte> SignalName;
    public bool CoreDumped;
    public ReadOnlySpan<byte> ErrorMessage;
    public ReadOnlySpan<byte> LanguageTag;

    public static string RecordName => "exit-signal";

    public static void Fields<V>(ref V visit, ref ExitSignalRequest message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.SignalName);
        visit.Boolean(ref message.CoreDumped);
        visit.OptionalText(ref message.ErrorMessage);
        visit.OptionalText(ref message.LanguageTag);
    }
}

/// <summary>PROTOCOL 2.1: the sender reads no more of this channel; never answered.</summary>
internal ref struct EndOfWriteRequest : INamedRecord<EndOfWriteRequest>
{
    public static string RecordName => "eow@openssh.com";

    public static void Fields<V>(ref V visit, ref EndOfWriteRequest message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>The agent of the client is there to be used through this connection (RFC 9987), for a server that has announced to take that.</summary>
internal ref struct AgentRequest : INamedRecord<AgentRequest>
{
    public static string RecordName => "agent-req";

    public static void Fields<V>(ref V visit, ref AgentRequest message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>The same by the name that it had before it was standardized.</summary>
internal ref struct AgentForwardingRequest : INamedRecord<AgentForwardingRequest>
{
    public static string RecordName => "auth-agent-req@openssh.com";

    public static void Fields<V>(ref V visit, ref AgentForwardingRequest message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>RFC 4254 6.3.1: X11 connections may be sent back.</summary>
internal ref struct X11Request : INamedRecord<X11Request>
{
    public bool SingleConnection;
    public ReadOnlySpan<byte> AuthenticationProtocol;
    public ReadOnlySpan<byte> AuthenticationCookie;
    public uint ScreenNumber;

    public static string RecordName => "x11-req";

    public static void Fields<V>(ref V visit, ref X11Request message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Boolean(ref message.SingleConnection);
        visit.Text(ref message.AuthenticationProtocol);
        visit.Secret(ref message.AuthenticationCookie);
        visit.UInt32(ref message.ScreenNumber);
    }
}
