using System.Text;
using Nacre.Tools.Sshd.Monitor;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Session;

/// <summary>Has the monitor record logins at terminals, for a process that has only its user's rights.</summary>
internal sealed class RemoteRecords(ChildLink link, uint connection) : ILoginRecords
{
    private readonly LoginRecords _readable = new();

    public LastLogin? FindLast(uint uid) => _readable.FindLast(uid);

    public void LogIn(LoginRecord login, uint uid) => Send(RecordKind.LogIn, login);

    public void SetProcess(LoginRecord login) => Send(RecordKind.SetProcess, login);

    public void LogOut(LoginRecord login) => Send(RecordKind.LogOut, login);

    private void Send(RecordKind kind, LoginRecord login)
    {
        var record = new RecordMessage { Kind = (uint)kind, ProcessId = (uint)login.Pid, Line = Encoding.ASCII.GetBytes(login.Line) };
        link.Link.Send(connection, ref record);
    }
}
