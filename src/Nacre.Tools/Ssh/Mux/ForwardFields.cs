using System.Text;
using Nacre.Config.Values;
using Nacre.Protocol.Mux;

namespace Nacre.Tools.Ssh.Mux;

/// <summary>Turns a forward into the fields by which a master is asked for it, and back (PROTOCOL.mux 6).</summary>
internal static class ForwardFields
{
    /// <summary>OpenSSH's word for the target of a forward whose connections say themselves where they go.</summary>
    private const string Socks = "socks";

    /// <summary>The fields of a forward. A host that was left out is the empty one; the one for all addresses is a star.</summary>
    public static MuxForward Of(MuxForwardKind kind, Forward forward)
    {
        ForwardEnd listen = forward.Listen;
        (string listenHost, uint listenPort) = listen.Path is { } path ? (path, MuxPort.UnixSocket) : (listen.Host is "" ? "*" : listen.Host ?? "", (uint)listen.Port);
        (string connectHost, uint connectPort) = forward.Connect switch
        {
            null => (Socks, 0u),
            { Path: { } target } => (target, MuxPort.UnixSocket),
            var end => (end.Host ?? "", (uint)end.Port),
        };
        return new MuxForward
        {
            Kind = (uint)kind,
            ListenHost = Encoding.UTF8.GetBytes(listenHost),
            ListenPort = listenPort,
            ConnectHost = Encoding.UTF8.GetBytes(connectHost),
            ConnectPort = connectPort,
        };
    }

    /// <summary>The forward that the fields ask for; false where they make none.</summary>
    public static bool TryRead(MuxForward fields, out Forward? forward)
    {
        forward = null;
        var kind = (MuxForwardKind)fields.Kind;
        if (kind is not (MuxForwardKind.Local or MuxForwardKind.Remote or MuxForwardKind.Dynamic)) return false;
        if (!TryEnd(fields.ListenHost, fields.ListenPort, out ForwardEnd? listen) || !TryEnd(fields.ConnectHost, fields.ConnectPort, out ForwardEnd? connect)) return false;

        // A target without a port is none: whichever side listens, it speaks SOCKS with those who connect.
        bool isSocks = connect!.Path is null && (connect.Host is null || connect.Port == 0);
        if (kind == MuxForwardKind.Dynamic && (!isSocks || listen!.Path is not null)) return false;
        if (kind == MuxForwardKind.Local && isSocks) return false;
        if (kind != MuxForwardKind.Remote && listen!.Path is null && listen.Port == 0) return false;
        forward = new Forward(listen!, isSocks ? null : connect);
        return listen!.IsInRange && (isSocks || connect.IsInRange);
    }

    private static bool TryEnd(ReadOnlySpan<byte> host, uint port, out ForwardEnd? end)
    {
        string text = Encoding.UTF8.GetString(host);
        end = port == MuxPort.UnixSocket ? new ForwardEnd(null, 0, text) : new ForwardEnd(text.Length == 0 ? null : text, (int)Math.Min(port, int.MaxValue), null);
        return port <= ushort.MaxValue || (port == MuxPort.UnixSocket && text.Length > 0);
    }
}
