using Nacre.Protocol.Wire;
using Nacre.Server;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>To a process, first: who it shall be from now on, and how much it tells.</summary>
internal ref struct BeginMessage : IMonitorMessage<BeginMessage>
{
    public uint LogLevel;
    public uint Uid;
    public uint Gid;
    public ReadOnlySpan<byte> UserName;
    public ReadOnlySpan<byte> FullName;
    public ReadOnlySpan<byte> Home;
    public ReadOnlySpan<byte> Shell;

    /// <summary>The directory that becomes the root directory; empty for none.</summary>
    public ReadOnlySpan<byte> Root;

    /// <summary>The file of groups for key exchange, which is read before there are no files; empty for none.</summary>
    public ReadOnlySpan<byte> Moduli;

    /// <summary>The process stays what it is, for the user's programs need root's hand: another root directory.</summary>
    public bool StaysRoot;

    /// <summary>The groups are those that are said here, and not those that the machine has for the user.</summary>
    public bool HasGroups;

    /// <summary>The groups that PAM has set, with commas between them.</summary>
    public ReadOnlySpan<byte> Groups;

    public static MonitorMessageType Type => MonitorMessageType.Begin;

    public static void Fields<V>(ref V visit, ref BeginMessage message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.LogLevel);
        visit.UInt32(ref message.Uid);
        visit.UInt32(ref message.Gid);
        visit.Text(ref message.UserName);
        visit.Text(ref message.FullName);
        visit.Text(ref message.Home);
        visit.Text(ref message.Shell);
        visit.Text(ref message.Root);
        visit.Text(ref message.Moduli);
        visit.Boolean(ref message.StaysRoot);
        visit.Boolean(ref message.HasGroups);
        visit.Text(ref message.Groups);
    }
}

/// <summary>To a process: what holds for the connections that refer to it by its number.</summary>
internal ref struct ConfigMessage : IMonitorMessage<ConfigMessage>
{
    public uint Number;

    /// <summary>The lines that sshd -T would print for such a connection.</summary>
    public ReadOnlySpan<byte> Text;

    /// <summary>The public host keys and certificates, one string each.</summary>
    public ReadOnlySpan<byte> HostKeys;

    public static MonitorMessageType Type => MonitorMessageType.Config;

    public static void Fields<V>(ref V visit, ref ConfigMessage message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Number);
        visit.Text(ref message.Text);
        visit.String(ref message.HostKeys);
    }
}

/// <summary>From a process: it has given up all that it does not need, and may be given what comes from the network.</summary>
internal ref struct ReadyMessage : IMonitorMessage<ReadyMessage>
{
    /// <summary>Whether the kernel bounds its system calls.</summary>
    public bool HasFilter;

    public static MonitorMessageType Type => MonitorMessageType.Ready;

    public static void Fields<V>(ref V visit, ref ReadyMessage message)
        where V : IFieldVisitor, allows ref struct => visit.Boolean(ref message.HasFilter);
}

/// <summary>From a process: a line for the log.</summary>
internal ref struct LogMessage : IMonitorMessage<LogMessage>
{
    public const int MaxText = 16 * 1024;

    public uint Level;

    /// <summary>One more than the facility of the system's log; 0 for the server's own.</summary>
    public uint Facility;
    public ReadOnlySpan<byte> Text;

    public static MonitorMessageType Type => MonitorMessageType.Log;

    public static void Fields<V>(ref V visit, ref LogMessage message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Level);
        visit.UInt32(ref message.Facility);
        visit.Text(ref message.Text, MaxText);
    }
}

/// <summary>What becomes of a login at a terminal.</summary>
internal enum RecordKind : uint
{
    LogIn,
    SetProcess,
    LogOut,
}

/// <summary>From a session: its user comes to a terminal, or goes.</summary>
internal ref struct RecordMessage : IMonitorMessage<RecordMessage>
{
    private const int MaxLine = 32;

    public uint Kind;

    /// <summary>What the answer to a <see cref="RecordKind.LogIn"/> carries; the others have none.</summary>
    public uint Request;
    public uint ProcessId;
    public ReadOnlySpan<byte> Line;

    public static MonitorMessageType Type => MonitorMessageType.Record;

    public static void Fields<V>(ref V visit, ref RecordMessage message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Kind);
        visit.UInt32(ref message.Request);
        visit.UInt32(ref message.ProcessId);
        visit.Text(ref message.Line, MaxLine);
    }
}

/// <summary>To a session: what it said of a terminal has been dealt with.</summary>
internal ref struct RecordedMessage : IMonitorMessage<RecordedMessage>
{
    public uint Request;

    public static MonitorMessageType Type => MonitorMessageType.Recorded;

    public static void Fields<V>(ref V visit, ref RecordedMessage message)
        where V : IFieldVisitor, allows ref struct => visit.UInt32(ref message.Request);
}

/// <summary>Why a connection is over.</summary>
internal enum EndCause : uint
{
    /// <summary>The client has left, or was made to.</summary>
    Client,

    /// <summary>The process failed over what the client sent.</summary>
    Failure,

    /// <summary>The process had not what it takes to serve another one.</summary>
    Shortage,
}

/// <summary>From a process: a connection is over, and what came of it there.</summary>
internal ref struct EndedMessage : IMonitorMessage<EndedMessage>
{
    /// <summary>More than this of anything no connection has.</summary>
    private const ulong Most = 1UL << 56;

    public ulong Rekeys;
    public ulong Channels;
    public ulong BytesReceived;
    public ulong BytesSent;

    /// <summary>One of <see cref="EndCause"/>.</summary>
    public uint Cause;

    public static MonitorMessageType Type => MonitorMessageType.Ended;

    /// <summary>Its figures, of which those that cannot be are cut. That there was a handshake the monitor knows by itself.</summary>
    public readonly ConnectionTally Tally => new(false, (long)Math.Min(Rekeys, Most), (long)Math.Min(Channels, Most), (long)Math.Min(BytesReceived, Most), (long)Math.Min(BytesSent, Most));

    public static EndedMessage Of(ConnectionTally tally, EndCause cause) =>
        new() { Rekeys = (ulong)tally.Rekeys, Channels = (ulong)tally.Channels, BytesReceived = (ulong)tally.BytesReceived, BytesSent = (ulong)tally.BytesSent, Cause = (uint)cause };

    public static void Fields<V>(ref V visit, ref EndedMessage message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt64(ref message.Rekeys);
        visit.UInt64(ref message.Channels);
        visit.UInt64(ref message.BytesReceived);
        visit.UInt64(ref message.BytesSent);
        visit.UInt32(ref message.Cause);
    }
}

/// <summary>To a process: a connection shall end.</summary>
internal ref struct DropMessage : IMonitorMessage<DropMessage>
{
    public static MonitorMessageType Type => MonitorMessageType.Drop;

    public static void Fields<V>(ref V visit, ref DropMessage message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>From a process: a host key shall sign the hash of an exchange, or prove itself.</summary>
internal ref struct SignMessage : IMonitorMessage<SignMessage>
{
    public uint Request;
    public ReadOnlySpan<byte> Algorithm;
    public ReadOnlySpan<byte> HostKey;
    public ReadOnlySpan<byte> Data;

    public static MonitorMessageType Type => MonitorMessageType.Sign;

    public static void Fields<V>(ref V visit, ref SignMessage message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Request);
        visit.Text(ref message.Algorithm, NameList.MaxNameLength);
        visit.String(ref message.HostKey);
        visit.String(ref message.Data);
    }
}

/// <summary>To a process: a host key's signature; empty when the key could not be used.</summary>
internal ref struct SignatureMessage : IMonitorMessage<SignatureMessage>
{
    public uint Request;
    public ReadOnlySpan<byte> Signature;

    public static MonitorMessageType Type => MonitorMessageType.Signature;

    public static void Fields<V>(ref V visit, ref SignatureMessage message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.Request);
        visit.String(ref message.Signature);
    }
}
