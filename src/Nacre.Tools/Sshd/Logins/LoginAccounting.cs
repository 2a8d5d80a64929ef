using System.Net;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Logins;

/// <summary>One person at one terminal in the machine's records of logins, from when they come until they go.</summary>
internal sealed class LoginAccounting : IDisposable
{
    private const string DeviceDirectory = "/dev/";

    private readonly ILoginRecords _records;
    private LoginRecord _login;

    private LoginAccounting(ILoginRecords records, LoginRecord login) => (_records, _login) = (records, login);

    /// <summary>Writes that a user has come.</summary>
    /// <param name="records">The files.</param>
    /// <param name="account">The user.</param>
    /// <param name="terminal">The name of the terminal.</param>
    /// <param name="host">Where the user comes from, by name or address.</param>
    /// <param name="address">The address.</param>
    /// <param name="ct">Stops waiting for whoever writes.</param>
    /// <returns>With it, when they were here before; null when they never were.</returns>
    public static async Task<(LoginAccounting Accounting, LastLogin? Last)> BeginAsync(
        ILoginRecords records, UserAccount account, string terminal, string host, IPAddress address, CancellationToken ct)
    {
        LastLogin? last = records.FindLast(account.Uid);
        string line = terminal.StartsWith(DeviceDirectory, StringComparison.Ordinal) ? terminal[DeviceDirectory.Length..] : terminal;
        var login = new LoginRecord(Environment.ProcessId, line, account.Name, host, address, DateTimeOffset.UtcNow);
        await records.LogInAsync(login, account.Uid, ct).ConfigureAwait(false);
        return (new LoginAccounting(records, login), last);
    }

    /// <summary>Writes which process the user has at the terminal.</summary>
    public void SetProcess(int pid)
    {
        _login = _login with { Pid = pid };
        _records.SetProcess(_login);
    }

    /// <summary>Writes that the user has gone.</summary>
    public void Dispose() => _records.LogOut(_login with { Time = DateTimeOffset.UtcNow });
}
