using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Wire;
using Nacre.Tools.Sshd.Log;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>Logs each attempt to log in over one connection in the words that fail2ban and people's scripts look for.</summary>
internal sealed class AttemptLog(ClientConnection client, SshdLog log)
{
    private string? _userName;
    private bool _exists;
    private int _failures;

    public void Report(AttemptReport report)
    {
        if (report.Method.Length == 0)
        {
            // No attempt at all: the time for one is up.
            log.Info($"{report.Error?.Message} for {client.Place}");
            return;
        }

        if (report.Error is not null) log.Error($"authentication of {Printable.Escape(report.UserName)} from {client.Place}: {Printable.Escape(report.Error.Message)}");
        LookUp(report.UserName);
        client.Metrics?.OnAttempt(report.Method, report.Result);
        if (report.Method != MethodName.None) client.Startup?.OnTried();
        if (!IsSilent(report)) log.Tell(new LogLine(LevelOf(report), LineOf(report)));
        if (report is not { Result: AttemptResult.Rejected, Method: MethodName.Password or MethodName.KeyboardInteractive }) return;
        _failures++;
        if (Users.IsRoot) Remember(report.UserName);
    }

    private bool IsValid => _exists && client.IsUserValid;

    private ServerConfig Config => client.ConfigFor(_userName!);

    // As OpenSSH: none is an attempt where it could succeed, and the keys of nobody are not looked at.
    private bool IsSilent(AttemptReport report) => report.Result == AttemptResult.Rejected
        && ((report.Method == MethodName.None && !(Config.PermitEmptyPasswords && Config.PasswordAuthentication)) || (IsByKey(report) && !IsValid));

    // OpenSSH tells more of whom it does not know, of passwords, and of whoever has used up half of the attempts.
    private LogLevel LevelOf(AttemptReport report)
    {
        bool isNotable = report.Result is AttemptResult.Accepted || !IsValid || report.Method == MethodName.Password || _failures >= Config.MaxAuthTries / 2;
        return isNotable ? LogLevel.Info : LogLevel.Verbose;
    }

    private string LineOf(AttemptReport report)
    {
        string verb = report.Result switch
        {
            AttemptResult.Accepted => "Accepted",
            AttemptResult.Partial => "Partial",
            AttemptResult.Postponed => "Postponed",
            _ => "Failed",
        };
        string attempt = $"{verb} {Shown(report.Method)} for {(IsValid ? "" : "invalid user ")}{Printable.Escape(report.UserName)} from {client.Place} ssh2";

        // In OpenSSH the process before the login tells of this by itself.
        if (report.Result == AttemptResult.Postponed) return attempt + " [preauth]";
        if (report.Key is not { } key) return attempt;
        attempt += $": {key.ShortType} {key.FingerprintBy(client.Config.FingerprintHash)}";
        bool isStranger = report is { Result: AttemptResult.Rejected, Hostbased: not null };
        return isStranger ? $"{attempt}, client user \"{Printable.Escape(report.Hostbased!.ClientUser)}\", client host \"{Printable.Escape(report.Hostbased.BareHost)}\"" : attempt;
    }

    private static bool IsByKey(AttemptReport report) => report.Method.StartsWith(MethodName.PublicKey, StringComparison.Ordinal);

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
        (_userName, _exists) = (userName, client.AccountOf(userName) is not null);
        client.Startup?.OnNamed(_exists);
        if (!_exists) log.Info($"Invalid user {Printable.Escape(userName)} from {client.Place}");
    }

    private string Shown(string method) => method switch
    {
        MethodName.KeyboardInteractive when client.Config.UsePam => "keyboard-interactive/pam",
        _ when method.StartsWith(MethodName.PublicKey, StringComparison.Ordinal) => MethodName.PublicKey,
        _ => Printable.Escape(method),
    };
}
