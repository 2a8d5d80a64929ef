using System.Globalization;
using Nacre.Config.Values;
using Nacre.Protocol.Wire;
using Nacre.Server;

namespace Nacre.Tools.Sshd.Log;

/// <summary>Words forwards that a client did not get as OpenSSH does.</summary>
/// <param name="place">Where the client is.</param>
internal sealed class ForwardLines(string place)
{
    /// <summary>OpenSSH's number in the place of a path's port.</summary>
    private const int PathPort = -2;

    /// <summary>The lines, in the order in which they are to be logged.</summary>
    public IEnumerable<LogLine> Of(ForwardTrouble trouble)
    {
        (string host, string port) = trouble.Endpoint.Path is { } path
            ? (Printable.Escape(path), PathPort.ToString(CultureInfo.InvariantCulture))
            : (Printable.Escape(trouble.Endpoint.Tcp.Host), trouble.Endpoint.Port.ToString(CultureInfo.InvariantCulture));
        bool isPath = trouble.Endpoint.Path is not null;
        switch (trouble.Kind)
        {
            case ForwardTroubleKind.Refused:
                yield return new LogLine(LogLevel.Info, $"Received request from {place} to connect to {(isPath ? $"path {host}" : $"host {host} port {port}")}, but the request was denied.");
                break;
            case ForwardTroubleKind.UnknownHost:
                yield return new LogLine(LogLevel.Error, $"connect_to {host}: unknown host ({trouble.Reason})");
                break;
            case ForwardTroubleKind.Unreached:
                yield return new LogLine(LogLevel.Error, $"connect_to {host} port {port}: failed.");
                break;
            case ForwardTroubleKind.Unbound:
                // There may be no such address; the others of the name do.
                yield return new LogLine(LogLevel.Verbose, $"bind [{host}]:{port}: {trouble.Reason}");
                break;
            case ForwardTroubleKind.NotListening when isPath:
                yield return new LogLine(LogLevel.Error, $"unix_listener: cannot bind to path {host}: {trouble.Reason}");
                break;
            case ForwardTroubleKind.NotListening:
                yield return new LogLine(LogLevel.Error, $"bind [{host}]:{port}: {trouble.Reason}");
                yield return new LogLine(LogLevel.Error, $"channel_setup_fwd_listener_tcpip: cannot listen to port: {port}");
                break;
        }
    }
}
