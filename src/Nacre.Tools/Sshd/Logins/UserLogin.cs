using System.Text;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Logins;

/// <summary>What a user's way in leaves for their sessions: what PAM and the account have to say, its variables, and whether the password must be changed.</summary>
/// <remarks>One for a connection. Who lets the user in fills it, who runs their sessions reads it.</remarks>
internal sealed class UserLogin : IDisposable
{
    /// <summary>More than this is not kept for showing: modules say a few lines.</summary>
    private const int LongestMessages = 64 * 1024;

    /// <summary>More remarks than this are not kept.</summary>
    private const int MostRemarks = 64;

    private const int LongestRemark = 1023;

    private readonly StringBuilder _messages = new();
    private readonly List<string> _remarks = [];
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _opening = new(1, 1);
    private AuthenticationFile? _file;

    /// <summary>True where nothing but changing the password, which has expired, is open to the user.</summary>
    public bool MustChangePassword { get; set; }

    /// <summary>True where PAM's session for the user is open.</summary>
    public bool IsSessionOpen { get; set; }

    /// <summary>By whom programs are started within PAM's session; null where there is none, or this process lives in it itself.</summary>
    public KeptPrograms? Programs { get; set; }

    /// <summary>What the user is told in place of a program, where PAM would not open the session; null where it was not asked or has opened it.</summary>
    public string? Refusal { get; set; }

    /// <summary>The variables that PAM's modules have set: while they let the user in, and for the session where it is open.</summary>
    public CStrings PamVariables { get; set; } = [];

    /// <summary>Has PAM open its session, where the first program of a connection needs one; it is there for those that follow.</summary>
    /// <param name="open">Opens it.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="SessionRefusedException">PAM would not open it.</exception>
    public async Task OpenSessionAsync(Func<Task<KeptSession>> open, CancellationToken ct)
    {
        await _opening.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (IsSessionOpen) return;
            KeptSession kept = await open().ConfigureAwait(false);
            if (kept.Fault is { } fault)
            {
                kept.Dispose();
                throw new SessionRefusedException(fault, kept.Messages);
            }

            (Programs, PamVariables, IsSessionOpen) = (kept.ServeHere(), kept.Environment, true);
            Say(kept.Messages);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Keeps lines to show before the first shell.</summary>
    public void Say(string text)
    {
        if (text.Length == 0 || _messages.Length + text.Length > LongestMessages) return;
        _messages.Append(text);
        if (text[^1] != '\n') _messages.Append('\n');
    }

    /// <summary>Keeps a line on how the user's keys were judged, which a client that tells what happens is sent after the login (SSH_MSG_DEBUG).</summary>
    public void Remark(string line)
    {
        // A key is judged twice: when the client asks whether it would do, and when it signs.
        lock (_lock)
        {
            if (_remarks.Count < MostRemarks && !_remarks.Contains(line)) _remarks.Add(line[..Math.Min(line.Length, LongestRemark)]);
        }
    }

    /// <summary>The remarks, once.</summary>
    public IReadOnlyList<string> TakeRemarks()
    {
        lock (_lock)
        {
            string[] remarks = [.. _remarks];
            _remarks.Clear();
            return remarks;
        }
    }

    /// <summary>What is to be shown, once.</summary>
    public string TakeMessages()
    {
        lock (_lock)
        {
            string text = _messages.ToString();
            _messages.Clear();
            return text;
        }
    }

    /// <summary>The file that tells sessions how the user got in (ExposeAuthInfo), made for the first of them; null when it cannot be made.</summary>
    public string? FileOf(AuthenticationFile.Content content, UserAccount account, SshdLog log)
    {
        lock (_lock) return (_file ??= AuthenticationFile.Create(content, account, log))?.Path;
    }

    /// <summary>The connection has ended, and with it PAM's session.</summary>
    public void Dispose()
    {
        Programs?.Dispose();
        lock (_lock)
        {
            _file?.Dispose();
            _file = null;
        }
    }
}
