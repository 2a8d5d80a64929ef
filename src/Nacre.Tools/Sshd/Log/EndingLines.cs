using System.Globalization;
using System.Net.Sockets;
using Nacre.Config.Values;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.Sshd.Log;

/// <summary>Says how a connection ended in OpenSSH's words, by which fail2ban and people's scripts know whom to watch.</summary>
/// <param name="place">The client: "ADDRESS port N".</param>
/// <param name="userName">Whom the client says it is; null before it does.</param>
/// <param name="isValid">Whether that is somebody who may log in here.</param>
/// <param name="isLoggedIn">Whether they have.</param>
/// <param name="hasIdentified">Whether the client has said what it speaks.</param>
internal sealed class EndingLines(string place, string? userName, bool isValid, bool isLoggedIn, bool hasIdentified)
{
    // OpenSSH marks so what its unprivileged process tells; that has no part in it before the client has said what it speaks.
    private readonly string _mark = isLoggedIn || !hasIdentified ? "" : " [preauth]";

    private readonly string _who = userName is null ? ""
        : $"{(isLoggedIn ? "user" : isValid ? "authenticating user" : "invalid user")} {Printable.Escape(userName)} ";

    /// <summary>The lines; none for an end that the server itself has made, of which it has told already.</summary>
    public IEnumerable<LogLine> For(Exception? error) => error switch
    {
        null => [],
        SshDisconnectedException left => [Received(left), Info($"Disconnected from {_who}{place}{_mark}")],
        NegotiationFailedException failed => [Info($"Unable to negotiate with {_who}{place}: {failed.Reason}. Their offer: {failed.TheirOffer}{_mark}")],
        SshViolationException violation => Violated(violation),
        ClientRefusedException refused => [Info($"Disconnecting {_who}{place}: {refused.Message}{_mark}")],
        SshException other => [Info($"ssh_dispatch_run_fatal: Connection from {_who}{place}: {Printable.Escape(other.Message)}{_mark}")],
        _ => Lost(error),
    };

    private static LogLine Info(string text) => new(LogLevel.Info, text);

    // Only leaving as agreed is nothing to look at.
    private LogLine Received(SshDisconnectedException left)
    {
        const uint byApplication = 11;
        string text = string.Create(CultureInfo.InvariantCulture, $"Received disconnect from {place}:{left.ReasonCode}: {left.Description}{_mark}");
        return new LogLine((uint)left.ReasonCode == byApplication ? LogLevel.Info : LogLevel.Error, text);
    }

    private LogLine[] Violated(SshViolationException error) => error.Violation switch
    {
        Violation.ConnectionLost => Lost(error.InnerException),
        Violation.TooManyAuthenticationAttempts =>
        [
            new LogLine(LogLevel.Error, $"maximum authentication attempts exceeded for {(isValid ? "" : "invalid user ")}{Printable.Escape(userName ?? "")} from {place} ssh2{_mark}"),
            Info($"Disconnecting {_who}{place}: Too many authentication failures{_mark}"),
        ],
        Violation.BadIdentification => [Info($"banner exchange: Connection from {place}: invalid format")],
        Violation.VersionNotSupported =>
        [
            new LogLine(LogLevel.Error, Printable.Escape(error.Message).TrimEnd('.')),
            Info($"banner exchange: Connection from {place}: could not read protocol version"),
        ],
        Violation.PeerSilent => [Info($"Timeout, client not responding from {_who}{place}")],
        Violation.MacMismatch or Violation.LengthOutOfRange => [Info($"ssh_dispatch_run_fatal: Connection from {_who}{place}: message authentication code incorrect{_mark}")],
        _ => [Info($"ssh_dispatch_run_fatal: Connection from {_who}{place}: {Printable.Escape(error.Message)}{_mark}")],
    };

    private LogLine[] Lost(Exception? cause)
    {
        bool isReset = cause is SocketException { SocketErrorCode: SocketError.ConnectionReset } or IOException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionReset } };
        LogLine end = Info($"Connection {(isReset ? "reset" : "closed")} by {_who}{place}{_mark}");
        if (hasIdentified) return [end];
        string remote = isReset ? "read: Connection reset by peer" : "Connection closed by remote host";
        return [new LogLine(LogLevel.Error, $"kex_exchange_identification: {remote}"), end];
    }
}
