using System.Globalization;
using System.Text;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>Makes a user's terminals and records the logins at them for a session process, which may not do so itself.</summary>
/// <remarks>
/// Who it is and where from is what the monitor knows; a terminal is the user's own or is not recorded. A session that ends while it says so has closed its
/// terminal, whose number may be somebody else's by now: that is no fault of the session's.
/// </remarks>
internal sealed class TerminalRecords(UserAccount account, LoginRecords files) : IDisposable
{
    private const string Terminals = "pts/";

    private readonly Dictionary<string, LoginRecord> _present = [];

    /// <summary>Makes a terminal and sends it.</summary>
    public void Open(ProcessLink link, OpenTerminalMessage request)
    {
        try
        {
            using Pty pty = Pty.Open();
            pty.GiveTo(account.Uid, account.Gid);
            var opened = new TerminalMessage { Request = request.Request };
            link.Send(0, ref opened, pty.Master);
        }
        catch (UnixException error)
        {
            var refused = new NoTerminalMessage { Request = request.Request, Error = (uint)error.Errno, Attempt = Encoding.UTF8.GetBytes(error.Attempt) };
            link.Send(0, ref refused);
        }
    }

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
                _present[line] = new LoginRecord((int)message.ProcessId, line, account.Name, client.RecordedHost, client.Remote.Address, DateTimeOffset.UtcNow);
                files.LogIn(_present[line], account.Uid);
                break;
            case RecordKind.SetProcess when present is not null:
                _present[line] = present with { Pid = (int)message.ProcessId };
                files.SetProcess(_present[line]);
                break;
            case RecordKind.LogOut when present is not null:
                _present.Remove(line);
                files.LogOut(present with { Time = DateTimeOffset.UtcNow });
                break;
            case > RecordKind.LogOut:
                throw new SshViolationException(Violation.FieldMalformed, $"A session wants a record of the kind {message.Kind}, which there is none of.");
        }
    }

    /// <summary>The process has ended, and whoever was at its terminals has gone.</summary>
    public void Dispose()
    {
        foreach (LoginRecord gone in _present.Values) files.LogOut(gone with { Time = DateTimeOffset.UtcNow });
        _present.Clear();
    }

    private static string DeviceOf(string line) => "/dev/" + line;

    private bool IsOwn(string line) => line.StartsWith(Terminals, StringComparison.Ordinal)
        && uint.TryParse(line.AsSpan(Terminals.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _)
        && FileStatus.TryOfPath(DeviceOf(line), out FileStatus status) && status.Uid == account.Uid;
}
