using System.Runtime.InteropServices;
using System.Text;
using Nacre.Tools.Sshd.Logins;
using Nacre.Tools.Sshd.Monitor;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Session;

/// <summary>Terminals that the monitor makes for a process that has only its user's rights, and may see no /dev.</summary>
/// <param name="link">The link to the monitor.</param>
/// <param name="directory">Where programs find them; null where by their path.</param>
internal sealed class RemoteTerminals(ChildLink link, SafeHandle? directory) : ITerminals
{
    private readonly AwaitedAnswers<Pty> _awaited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SafeHandle? Directory => directory;

    public ValueTask<Pty> OpenAsync(UserAccount account, CancellationToken ct) => _awaited.AskAsync(Ask, ct);

    /// <summary>Takes the monitor's answer.</summary>
    public void Take(LinkMessage message)
    {
        if (message.Type == MonitorMessageType.NoTerminal)
        {
            NoTerminalMessage refused = message.Read<NoTerminalMessage>();
            _awaited.Fail(refused.Request, new UnixException((Errno)refused.Error, Encoding.UTF8.GetString(refused.Attempt)));
            return;
        }

        uint request = message.Read<TerminalMessage>().Request;
        try
        {
            Pty pty = Pty.FromMaster(message.TakeDescriptor());
            if (!_awaited.TryAnswer(request, pty)) pty.Dispose();
        }
        catch (UnixException error)
        {
            // This process had no room for it: one session ends, and no other.
            _awaited.Fail(request, error);
        }
    }

    private void Ask(uint request)
    {
        var open = new OpenTerminalMessage { Request = request };
        link.Link.Send(0, ref open);
    }
}
