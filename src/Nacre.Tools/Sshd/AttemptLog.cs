using System.Globalization;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>Logs each attempt to log in over one connection in the words that fail2ban and people's scripts look for.</summary>
internal sealed class AttemptLog(ClientConnection client, SshdLog log)
{
    private string? _userName;
    private bool _exists;

    public void Report(AttemptReport report)
    {
        string verb = report.Result switch
        {
            AttemptResult.Accepted => "Accepted",
            AttemptResult.Partial => "Partial",
            AttemptResult.Postponed => "Postponed",
            _ => "Failed",
        };
        if (report.Method.Length == 0)
        {
            // No attempt at all: the time for one is up.
            log.Error($"{report.Error?.Message} for {client.Place}");
            return;
        }

        if (report.Error is not null) log.Error($"authentication of {Printable.Escape(report.UserName)} from {client.Place}: {Printable.Escape(report.Error.Message)}");
        LookUp(report.UserName);
        if (report.Method != MethodName.None) client.Startup?.OnTried();
        string invalid = _exists ? "" : "invalid user ";
        string key = report.Key is { } shown ? $": {shown.ShortType} {shown.FingerprintBy(client.Config.FingerprintHash)}" : "";
        if (report is { Result: AttemptResult.Rejected, Key: not null, Hostbased: { } host }) key += $", client user \"{Printable.Escape(host.ClientUser)}\", client host \"{Printable.Escape(host.BareHost)}\"";
        string line = string.Create(CultureInfo.InvariantCulture, $"{verb} {Shown(report.Method)} for {invalid}{Printable.Escape(report.UserName)} from {client.Place} ssh2{key}");
        bool isByKeyOrNone = report.Method is MethodName.None or MethodName.Hostbased || report.Method.StartsWith(MethodName.PublicKey, StringComparison.Ordinal);
        bool isRoutine = report.Result == AttemptResult.Postponed || (report.Result == AttemptResult.Rejected && isByKeyOrNone && _exists);
        if (isRoutine) log.Verbose(line);
        else log.Info(line);
        if (Users.IsRoot && report is { Result: AttemptResult.Rejected, Method: MethodName.Password or MethodName.KeyboardInteractive }) Remember(report.UserName);
    }

    private void Remember(string userName)
    {
        var attempt = new LoginRecord(Environment.ProcessId, "ssh:notty", userName, client.Host, client.Remote.Address, DateTimeOffset.UtcNow);
        if (Records.Fail(attempt) is { } fault) log.Error(fault);
    }

    private static LoginRecords Records { get; } = new();

    /// <summary>A connection has one user name, which is looked up once; that there is nobody of it is said before anything else of them.</summary>
    private void LookUp(string userName)
    {
        if (_userName == userName) return;
        (_userName, _exists) = (userName, Users.Find(userName) is not null);
        client.Startup?.OnNamed(_exists);
        if (!_exists) log.Info($"Invalid user {Printable.Escape(userName)} from {client.Place}");
    }

    private static string Shown(string method) => method switch
    {
        MethodName.KeyboardInteractive => "keyboard-interactive/pam",
        _ when method.StartsWith(MethodName.PublicKey, StringComparison.Ordinal) => MethodName.PublicKey,
        _ => Printable.Escape(method),
    };
}
