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
    private int _arriving;
    private bool _isOver;

    /// <summary>How many connections there are, those on their way to a session included.</summary>
    public int Connections
    {
        get
        {
            lock (_lock) return _arriving + _sessions.Values.Sum(session => session.IsOver ? 0 : session.Users);
        }
    }

    /// <summary>Starts the process of a user who has passed all that was asked for, or has PAM open a session, while the client is still told.</summary>
    public void Prepare(GuardedLogin login)
    {
        try
        {
            SessionPlan plan = SessionPlan.Of(login);
            if (plan.Wanted is { } wanted) login.Kept = OpenAsync(wanted, login);
            else login.Session = Join(plan, login, kept: null);
        }
        catch (Exception error) when (error is UnixException or ChrootException || Shortage.Explains(error))
        {
            // It is tried again, and told of, when the connection is handed over.
        }
    }

    /// <summary>Gives a connection to its user's process, once PAM has opened its session.</summary>
    /// <exception cref="SshViolationException">What the gate hands over is another connection than the one that was judged.</exception>
    public void HandOver(GuardedLogin login, LinkMessage message)
    {
        login.Client.Startup?.LogIn();

        // What a proxy had to say of it was waited for here.
        SocketPolls.Forget(login.Socket.SafeHandle);
        HandOverMessage handOver = message.Read<HandOverMessage>();
        if (!Message.ReadRecord<TransportFields>(handOver.Snapshot).SessionId.SequenceEqual(login.SessionId.Span))
        {
            message.Dispose();
            Forget(login);
            throw new SshViolationException(Violation.FieldMalformed, "The gate handed over another session than the one that logged in.");
        }

        lock (_lock) _arriving++;
        _ = HandOverAsync(login, message);
    }

    private async Task HandOverAsync(GuardedLogin login, LinkMessage message)
    {
        using (message)
        using (login.Socket)
        using (login)
        {
            KeptSession? kept = null;
            try
            {
                SessionPlan? plan = login.Session is null or { IsOver: true } ? SessionPlan.Of(login) : null;
                if (plan?.Wanted is { } wanted) kept = await (login.Kept ?? OpenAsync(wanted, login)).ConfigureAwait(false);
                if (plan is not null) login.Session = Join(plan, login, kept);
                Adopt(login, message, kept);
            }
            catch (Exception error) when (error is UnixException || Shortage.Explains(error))
            {
                log.Error($"no process for the session of {Printable.Escape(login.User!.Name)}: {error.Message}");
                Lose(login);
            }
            catch (ChrootException error)
            {
                login.Log.Fatal(Printable.Escape(error.Message));
                Lose(login);
            }
            catch (Exception failure)
            {
                log.Error($"a connection ended by an internal failure: {Printable.Escape(failure.ToString())}");
                Lose(login);
            }
            finally
            {
                // A process that lives within the session has the line until it ends.
                if (login.Session is not { IsWithin: true }) kept?.Dispose();
                lock (_lock) _arriving--;
            }
        }
    }

    /// <summary>A connection ended at the gate; its user, if there is one, has no use for what waits.</summary>
    public void Forget(GuardedLogin login)
    {
        login.Dispose();
        login.Socket.Dispose();
        if (login.Session is { } waiting) Leave(waiting);
        if (login.Kept is { } kept) _ = CloseAsync(kept);
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

    private void Adopt(GuardedLogin login, LinkMessage message, KeptSession? kept)
    {
        try
        {
            login.Session!.Adopt(login, message.Read<HandOverMessage>(), kept);
        }
        catch (UnixException)
        {
            Leave(login.Session!);
            throw;
        }
    }

    private static void Lose(GuardedLogin login) => login.Client.Metrics?.OnEnded(default);

    // What could not be opened need not be closed, and whoever wanted it has been told.
    private static async Task CloseAsync(Task<KeptSession> opening)
    {
        try
        {
            (await opening.ConfigureAwait(false)).Dispose();
        }
        catch (UnixException)
        {
        }
    }

    private async Task<KeptSession> OpenAsync(KeptSession.Wanted wanted, GuardedLogin login)
    {
        KeptSession kept = await KeptSession.OpenAsync(ProgramStart.OwnExecutable, wanted, CancellationToken.None).ConfigureAwait(false);
        bool isOver;
        lock (_lock)
        {
            isOver = _isOver;
            _running.RemoveAll(each => each.IsCompleted);
            _running.Add(WatchAsync(kept, login.User!.Name));
        }

        // The user may be let in all the same, and hears why there is no program.
        if (kept.Fault is { } fault) log.Error($"{Printable.Escape(fault)} (user {Printable.Escape(login.User!.Name)})");
        if (!isOver) return kept;
        kept.Dispose();
        throw new UnixException(Errno.EPIPE, "open a session, since sshd ends");
    }

    private async Task WatchAsync(KeptSession kept, string userName)
    {
        ChildExit exit = await kept.Closed.ConfigureAwait(false);
        if (exit is not { Status: 0, IsBySignal: false } && kept.Fault is null && !_isOver) log.Error($"the process {kept.Pid} that kept PAM's session of {Printable.Escape(userName)} ended {ChildStart.Describe(exit)}");
    }

    private SessionProcess Join(SessionPlan plan, GuardedLogin login, KeptSession? kept)
    {
        // Where modules have set the session apart, whoever acts for the user lives in it; groups are the same for all who share a process.
        bool isOpen = kept is { Fault: null };
        bool isWithin = isOpen && kept!.IsApart && !plan.StaysRoot;
        string? groups = isOpen ? string.Join(',', kept!.Groups) : null;
        var key = new SessionKey(plan.Account.Name, plan.Account.Uid, plan.Root ?? "", groups, plan.StaysRoot || isWithin ? login.Number : 0);
        lock (_lock)
        {
            if (_isOver) throw new UnixException(Errno.EPIPE, "start a session, since sshd ends");
            if (!_sessions.TryGetValue(key, out SessionProcess? session) || session.IsOver)
            {
                _sessions[key] = session = SessionProcess.Start(plan.Account, groups, plan.StaysRoot ? null : plan.Root, plan.StaysRoot, isWithin ? kept : null, log, Leave);
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
    private sealed record SessionKey(string UserName, uint Uid, string Root, string? Groups, uint Connection);
}
