using System.Globalization;
using System.Text;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>Records a user's logins at terminals for a session process, which may not write the machine's files itself.</summary>
/// <remarks>Who it is and where from is what the monitor knows; a terminal is the user's own or is not recorded.</remarks>
internal sealed class TerminalRecords(UserAccount account) : IDisposable
{
    private const string Terminals = "pts/";

    private readonly LoginRecords _files = new();
    private readonly Dictionary<string, LoginRecord> _present = [];

    /// <summary>Writes what a session says of one of its user's terminals.</summary>
    /// <param name="message">What it says.</param>
    /// <param name="client">Where the user comes from; null once that connection has ended, behind which the end of a program may come.</param>
    public void Take(RecordMessage message, ClientConnection? client)
    {
        string line = Encoding.ASCII.GetString(message.Line);
        LoginRecord? present = _present.GetValueOrDefault(line);
        switch ((RecordKind)message.Kind)
        {
            case RecordKind.LogIn when client is not null && IsOwn(line):
                _present[line] = new LoginRecord((int)message.ProcessId, line, account.Name, client.Host, client.Remote.Address, DateTimeOffset.UtcNow);
                _files.LogIn(_present[line], account.Uid);

                // It is the user's already; that others may write to it takes a group that the user need not be in.
                Pty.Give(DeviceOf(line), account.Uid, account.Gid);
                break;
            case RecordKind.SetProcess when present is not null:
                _present[line] = present with { Pid = (int)message.ProcessId };
                _files.SetProcess(_present[line]);
                break;
            case RecordKind.LogOut when present is not null:
                _present.Remove(line);
                _files.LogOut(present with { Time = DateTimeOffset.UtcNow });
                break;
            case RecordKind.LogIn when client is null:
                break;
            default:
                throw new SshViolationException(Violation.FieldMalformed, "A session wants a login recorded at a terminal that is not its user's.");
        }
    }

    /// <summary>The process has ended, and whoever was at its terminals has gone.</summary>
    public void Dispose()
    {
        foreach (LoginRecord gone in _present.Values) _files.LogOut(gone with { Time = DateTimeOffset.UtcNow });
        _present.Clear();
    }

    private static string DeviceOf(string line) => "/dev/" + line;

    private bool IsOwn(string line) => line.StartsWith(Terminals, StringComparison.Ordinal)
        && uint.TryParse(line.AsSpan(Terminals.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _)
        && FileStatus.TryOfPath(DeviceOf(line), out FileStatus status) && status.Uid == account.Uid;
}
