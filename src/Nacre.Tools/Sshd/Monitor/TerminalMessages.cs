using Nacre.Protocol.Wire;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>From a session: its user wants a terminal.</summary>
internal ref struct OpenTerminalMessage : IMonitorMessage<OpenTerminalMessage>
{
    public uint Request;

    public static MonitorMessageType Type => MonitorMessageType.OpenTerminal;

    public static void Fields<V>(ref V visit, ref OpenTerminalMessage message)
        where V : IFieldVisitor, allows ref struct => visit.UInt32(ref message.Request);
}

/// <summary>To a session, with its master: a terminal that is the user's.</summary>
internal ref struct TerminalMessage : IMonitorMessage<TerminalMessage>
{
    public uint Request;

    public static MonitorMessageType Type => MonitorMessageType.Terminal;

    public static void Fields<V>(ref V visit, ref TerminalMessage message)
        where V : IFieldVisitor, allows ref struct => visit.UInt32(ref message.Request);
}

/// <summary>To a session: there is no terminal for it.</summary>
internal ref struct NoTerminalMessage : IMonitorMessage<NoTerminalMessage>
{
    private const int MaxAttempt = 256;

    public uint Request;

    /// <summary>The number of the system's error.</summary>
    public uint Error;

    /// <summary>What failed.</summary>
    public ReadOnlySpan<byte> Attempt;

    public static MonitorMessageType Type => MonitorMessageType.NoTerminal;

    public static void Fields<V>(ref V visit, ref NoTerminalMessage message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Request);
        visit.UInt32(ref message.Error);
        visit.Text(ref message.Attempt, MaxAttempt);
    }
}
