using System.Runtime.CompilerServices;
using Nacre.Config;
using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Tools.Sshd.Admission;
using Nacre.Tools.Sshd.Logins;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>The session processes, one for each user who is logged in; one that is left stays a while for whoever comes back.</summary>
internal sealed class SessionTable(SshdLog log) : IAsyncDisposable
{
    /// <summary>How long a process without connections is kept: scripts log in again and again, and a process is what a login costs most.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(10);

    /// <summary>How long one is kept that nobody can come back to: as long as it takes to tell its programs that the client has gone.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<SessionKey, SessionProcess> _sessions = [];
    private readonly List<Task> _running = [];
    private bool _isOver;

    /// <summary>How many connections there are, those on their way to a session included.</summary>
    public int Connections
    {
        get
        {
            lock (_lock) return _sessions.Values.Sum(session => session.IsOver ? 0 : session.Users);
        }
    }

    /// <summary>Starts the process of a user who has passed all that was asked for, while the client is still told.</summary>
    public void Prepare(GuardedLogin login)
    {
        try
        {
            login.Session = Join(login);
        }
        catch (Exception error) when (error is UnixException or ChrootException || Shortage.Explains(error))
        {
            // It is tried again, and told of, when the connection is handed over.
        }
    }

    /// <summary>Gives a connection to its user's process.</summary>
    /// <exception cref="SshViolationException">What the gate hands over is another connection than the one that was judged.</exception>
    public void HandOver(GuardedLogin login, LinkMessage message)
    {
        using (message)
        using (login.Socket)
        using (login)
        {
            login.Client.Startup?.LogIn();

            // What a proxy had to say of it was waited for here.
            SocketPolls.Forget(login.Socket.SafeHandle);
            HandOverMessage handOver = message.Read<HandOverMessage>();
            if (!Message.ReadRecord<TransportFields>(handOver.Snapshot).SessionId.SequenceEqual(login.SessionId.Span)) throw new SshViolationException(Violation.FieldMalformed, "The gate handed over another session than the one that logged in.");
            try
            {
                if (login.Session is null or { IsOver: true }) login.Session = Join(login);
                login.Session.Adopt(login, handOver);
            }
            catch (Exception error) when (error is UnixException || Shortage.Explains(error))
            {
                log.Error($"no process for the session of {Printable.Escape(login.User!.Name)}: {error.Message}");
                login.Client.Metrics?.OnEnded(default);
            }
            catch (ChrootException error)
            {
                login.Log.Fatal(Printable.Escape(error.Message));
                login.Client.Metrics?.OnEnded(default);
            }
        }
    }

    /// <summary>A connection ended at the gate; its user, if there is one, has no use for the process that waits.</summary>
    public void Forget(GuardedLogin login)
    {
        login.Dispose();
        login.Socket.Dispose();
        if (login.Session is { } waiting) Leave(waiting);
    }

    /// <summary>Ends all sessions, and their connections.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_lock)
        {
            _isOver = true;
            running = [.. _running];
            foreach (SessionProcess session in _sessions.Values) session.Dispose();
        }

        await Task.WhenAny(Task.WhenAll(running), Task.Delay(EndTime)).ConfigureAwait(false);
    }

    private SessionProcess Join(GuardedLogin login)
    {
        UserAccount account = login.Client.AccountOf(login.User!.Name) ?? throw new UnixException(Errno.ENOENT, "look up the user");
        ServerConfig config = login.Client.ConfigFor(account.Name);
        string? root = ChrootPath.For(account, config);

        // A runtime that still compiles opens its assemblies when they are first needed: such a build has each program launched into the root.
        bool staysRoot = root is not null && RuntimeFeature.IsDynamicCodeSupported;
        KeptSession.Wanted? within = config.UsePam && !staysRoot ? PamVariables.SessionOf(login.User!.Name, login.User, login.Client, config) : null;
        var key = new SessionKey(account.Name, account.Uid, root ?? "", staysRoot || within is not null ? login.Number : 0);
        lock (_lock)
        {
            if (_isOver) throw new UnixException(Errno.EPIPE, "start a session, since sshd ends");
            if (!_sessions.TryGetValue(key, out SessionProcess? session) || session.IsOver)
            {
                _sessions[key] = session = SessionProcess.Start(account, staysRoot ? null : root, staysRoot, within, log, Leave);
                _running.RemoveAll(each => each.IsCompleted);
                _running.Add(RunAsync(key, session));
            }

            session.Users++;
            return session;
        }
    }

    private void Leave(SessionProcess session)
    {
        lock (_lock)
        {
            if (--session.Users == 0) session.Linger(session.IsOfOneConnection ? Farewell : Linger, EndIdle);
        }
    }

    private void EndIdle(SessionProcess session)
    {
        // Somebody may have come back.
        lock (_lock)
        {
            if (session.Users == 0) session.Dispose();
        }
    }

    private async Task RunAsync(SessionKey key, SessionProcess session)
    {
        string? failure;
        try
        {
            failure = await session.RunAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is UnixException or InvalidDataException || Shortage.Explains(error))
        {
            failure = $"before it began: {error.Message}";
        }

        lock (_lock)
        {
            if (_sessions.TryGetValue(key, out SessionProcess? present) && present == session) _sessions.Remove(key);
        }

        if (failure is not null && !_isOver) log.Error($"the session process {session.Pid} of {Printable.Escape(key.UserName)} ended {failure}");
    }

    /// <summary>Whose process it is; one that stays root, or lives within a session of PAM, has one connection only, whose number is in it.</summary>
    private sealed record SessionKey(string UserName, uint Uid, string Root, uint Connection);
}
