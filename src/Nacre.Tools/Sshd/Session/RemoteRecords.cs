using System.Text;
using Nacre.Tools.Sshd.Monitor;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Session;

/// <summary>Has the monitor record logins at terminals, for a process that has only its user's rights.</summary>
internal sealed class RemoteRecords(ChildLink link, uint connection, LoginRecords readable) : ILoginRecords
{
    public LastLogin? FindLast(uint uid) => readable.FindLast(uid);

    // The terminal must not be gone before the monitor has looked at it.
    public async ValueTask LogInAsync(LoginRecord login, uint uid, CancellationToken ct)
    {
        await link.AskAsync(request => Send(RecordKind.LogIn, login, request), ct).ConfigureAwait(false);
        await PoolThread.EnterAsync();
    }

    public void SetProcess(LoginRecord login) => Send(RecordKind.SetProcess, login);

    public void LogOut(LoginRecord login) => Send(RecordKind.LogOut, login);

    private void Send(RecordKind kind, LoginRecord login, uint request = 0)
    {
        var record = new RecordMessage { Kind = (uint)kind, Request = request, ProcessId = (uint)login.Pid, Line = Encoding.ASCII.GetBytes(login.Line) };
        link.Link.Send(connection, ref record);
    }
}
