using Nacre.Protocol.Wire;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>Where a connection comes from and where it went to.</summary>
internal ref struct OriginFields : IRecord<OriginFields>
{
    private const int MaxAddress = 64;
    private const int MaxHost = 1025;

    public ReadOnlySpan<byte> RemoteAddress;
    public uint RemotePort;
    public ReadOnlySpan<byte> LocalAddress;
    public uint LocalPort;
    public ReadOnlySpan<byte> Host;

    public static void Fields<V>(ref V visit, ref OriginFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.RemoteAddress, MaxAddress);
        visit.UInt32(ref message.RemotePort);
        visit.Text(ref message.LocalAddress, MaxAddress);
        visit.UInt32(ref message.LocalPort);
        visit.Text(ref message.Host, MaxHost);
    }
}

/// <summary>To the gate, with its socket: somebody has connected.</summary>
internal ref struct ConnectMessage : IMonitorMessage<ConnectMessage>
{
    public uint LogLevel;
    public uint Config;
    public OriginFields Origin;

    public static MonitorMessageType Type => MonitorMessageType.Connect;

    public static void Fields<V>(ref V visit, ref ConnectMessage message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.LogLevel);
        visit.UInt32(ref message.Config);
        OriginFields.Fields(ref visit, ref message.Origin);
    }
}

/// <summary>From the gate: the client is logged in, and this is the state of its connection.</summary>
internal ref struct HandOverMessage : IMonitorMessage<HandOverMessage>
{
    public ReadOnlySpan<byte> Snapshot;

    public static MonitorMessageType Type => MonitorMessageType.HandOver;

    public static void Fields<V>(ref V visit, ref HandOverMessage message)
        where V : IFieldVisitor, allows ref struct => visit.Secret(ref message.Snapshot);
}

/// <summary>To a session, with the line to the keeper of PAM's session: programs of the connection that comes next under this number are started there.</summary>
internal ref struct KeeperMessage : IMonitorMessage<KeeperMessage>
{
    public static MonitorMessageType Type => MonitorMessageType.Keeper;

    public static void Fields<V>(ref V visit, ref KeeperMessage message)
        where V : IFieldVisitor, allows ref struct
    {
    }
}

/// <summary>What PAM has for a connection.</summary>
internal enum PamState : uint
{
    /// <summary>It is not asked, or not yet.</summary>
    None,

    /// <summary>Its session is open.</summary>
    Open,

    /// <summary>It would not open one: the user is to get no program.</summary>
    Refused,
}

/// <summary>To a session, with its socket: a connection of its user, who has logged in.</summary>
internal ref struct AdoptMessage : IMonitorMessage<AdoptMessage>
{
    public uint LogLevel;
    public uint Config;
    public OriginFields Origin;
    public ReadOnlySpan<byte> UserName;

    /// <summary>The proofs, as <see cref="StepFields"/>.</summary>
    public ReadOnlySpan<byte> Steps;
    public ReadOnlySpan<byte> Permissions;

    /// <summary>Nothing but changing the password is open to the user.</summary>
    public bool MustChangePassword;

    /// <summary>One of <see cref="PamState"/>.</summary>
    public uint Pam;

    /// <summary>A <see cref="KeeperMessage"/> has come before.</summary>
    public bool HasKeeper;

    /// <summary>What PAM has to say in place of a program.</summary>
    public ReadOnlySpan<byte> Refusal;

    /// <summary>What PAM and the account have to say before the first shell.</summary>
    public ReadOnlySpan<byte> Messages;

    /// <summary>Lines on how the keys were judged, for the client; one string each.</summary>
    public ReadOnlySpan<byte> Remarks;

    /// <summary>The variables that PAM's modules have set, one string each.</summary>
    public ReadOnlySpan<byte> Variables;
    public ReadOnlySpan<byte> Snapshot;

    public static MonitorMessageType Type => MonitorMessageType.Adopt;

    public static void Fields<V>(ref V visit, ref AdoptMessage message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.UInt32(ref message.LogLevel);
        visit.UInt32(ref message.Config);
        OriginFields.Fields(ref visit, ref message.Origin);
        visit.Text(ref message.UserName);
        visit.String(ref message.Steps);
        visit.String(ref message.Permissions);
        visit.Boolean(ref message.MustChangePassword);
        visit.UInt32(ref message.Pam);
        visit.Boolean(ref message.HasKeeper);
        visit.Text(ref message.Refusal);
        visit.Text(ref message.Messages);
        visit.String(ref message.Remarks);
        visit.Secret(ref message.Variables);
        visit.Secret(ref message.Snapshot);
    }
}

/// <summary>One proof that was accepted.</summary>
internal ref struct StepFields : IRecord<StepFields>
{
    public ReadOnlySpan<byte> Method;

    /// <summary>The key; empty where there is none.</summary>
    public ReadOnlySpan<byte> Key;

    public static void Fields<V>(ref V visit, ref StepFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Method);
        visit.String(ref message.Key);
    }
}
