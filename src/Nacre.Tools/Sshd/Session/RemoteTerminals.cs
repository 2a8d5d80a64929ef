using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<uint, TaskCompletionSource<Pty>> _awaited = [];
    private uint _requests;

    public SafeHandle? Directory => directory;

    public async ValueTask<Pty> OpenAsync(UserAccount account, CancellationToken ct)
    {
        uint request = Interlocked.Increment(ref _requests);
        var awaited = new TaskCompletionSource<Pty>(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited[request] = awaited;
        var open = new OpenTerminalMessage { Request = request };
        link.Link.Send(0, ref open);
        try
        {
            return await awaited.Task.WaitAsync(ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // One that comes too late is nobody's.
            _awaited.TryRemove(request, out _);
            if (!awaited.TrySetCanceled(ct) && awaited.Task.IsCompletedSuccessfully) (await awaited.Task.ConfigureAwait(false)).Dispose();
            throw;
        }
    }

    /// <summary>Takes the monitor's answer.</summary>
    public void Take(LinkMessage message)
    {
        if (message.Type == MonitorMessageType.NoTerminal)
        {
            NoTerminalMessage refused = message.Read<NoTerminalMessage>();
            if (_awaited.TryRemove(refused.Request, out TaskCompletionSource<Pty>? waiting)) waiting.TrySetException(new UnixException((Errno)refused.Error, Encoding.UTF8.GetString(refused.Attempt)));
            return;
        }

        _awaited.TryRemove(message.Read<TerminalMessage>().Request, out TaskCompletionSource<Pty>? awaited);
        try
        {
            Pty pty = Pty.FromMaster(message.TakeDescriptor());
            if (awaited is null || !awaited.TrySetResult(pty)) pty.Dispose();
        }
        catch (UnixException error)
        {
            // This process had no room for it: one session ends, and no other.
            awaited?.TrySetException(error);
        }
    }
}
