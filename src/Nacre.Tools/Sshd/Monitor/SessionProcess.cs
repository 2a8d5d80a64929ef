using System.Collections.Concurrent;
using System.Text;
using Nacre.Protocol.Authentication;
using Nacre.Protocol.Connection;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tools.Sshd.Session;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>One user's session process as the monitor sees it: gives it that user's connections, and signs for them.</summary>
internal sealed class SessionProcess : IDisposable
{
    private readonly Task<IRunningProgram> _process;
    private readonly ProcessLink _link;
    private readonly SshdLog _log;
    private readonly ConcurrentDictionary<uint, Adopted> _adopted = [];
    private readonly HashSet<uint> _sent = [];

    private readonly TerminalRecords _records;
    private Timer? _linger;

    private SessionProcess(Task<IRunningProgram> process, ProcessLink link, UserAccount account, SshdLog log) => (_process, _link, _records, _log) = (process, link, new TerminalRecords(account, new LoginRecords()), log);

    /// <summary>Its number; 0 before it has started.</summary>
    public int Pid => _process.IsCompletedSuccessfully ? _process.Result.Pid : 0;

    /// <summary>True where it serves one connection only, and ends with it.</summary>
    public bool IsOfOneConnection { get; private init; }

    /// <summary>True where it lives in its connection's session of PAM, and so do the programs that it starts.</summary>
    public bool IsWithin { get; private init; }

    /// <summary>Connections that it has, and logins that are on their way to it.</summary>
    public int Users { get; set; }

    /// <summary>True once it takes no more connections.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Hears that a connection has ended.</summary>
    public required Action<SessionProcess> OnEnded { get; init; }

    /// <summary>Starts one, which becomes its user before anything else.</summary>
    /// <param name="account">The user.</param>
    /// <param name="groups">The groups that PAM has set for the user, with commas between them; null for those that the machine has for them.</param>
    /// <param name="root">The directory that becomes its root directory; null for none.</param>
    /// <param name="staysRoot">Whether it stays root all the same, outside of that directory.</param>
    /// <param name="within">The session of PAM that it is to live in; null for none.</param>
    /// <param name="log">The log.</param>
    /// <param name="onEnded">Hears that a connection has ended.</param>
    public static SessionProcess Start(UserAccount account, string? groups, string? root, bool staysRoot, KeptSession? within, SshdLog log, Action<SessionProcess> onEnded)
    {
        (Task<IRunningProgram> process, ProcessLink link) = within is null
            ? StartAtOnce(account) : ChildStart.StartWithin(within, SessionProcessProgram.Verb, account.Name);
        var begin = new BeginMessage
        {
            LogLevel = (uint)log.Level,
            Uid = account.Uid,
            Gid = account.Gid,
            UserName = Encoding.UTF8.GetBytes(account.Name),
            FullName = Encoding.UTF8.GetBytes(account.Gecos),
            Home = Encoding.UTF8.GetBytes(account.Home),
            Shell = Encoding.UTF8.GetBytes(account.Shell),
            Root = Encoding.UTF8.GetBytes(root ?? ""),
            StaysRoot = staysRoot,
            HasGroups = groups is not null,
            Groups = Encoding.ASCII.GetBytes(groups ?? ""),
        };
        link.Send(0, ref begin);
        return new SessionProcess(process, link, account, log) { OnEnded = onEnded, IsOfOneConnection = staysRoot || within is not null, IsWithin = within is not null };
    }

    private static (Task<IRunningProgram> Process, ProcessLink Link) StartAtOnce(UserAccount account)
    {
        (ChildProcess process, ProcessLink link) = ChildStart.Start(SessionProcessProgram.Verb, account.Name);
        return (Task.FromResult<IRunningProgram>(process), link);
    }

    /// <summary>Gives it a connection. The message with the snapshot is the caller's.</summary>
    /// <param name="login">The login.</param>
    /// <param name="handOver">The state of its transport.</param>
    /// <param name="kept">The session of PAM that was opened for it, or was not to be had; null where none was wanted.</param>
    /// <exception cref="UnixException">The session of PAM has ended already.</exception>
    public void Adopt(GuardedLogin login, HandOverMessage handOver, KeptSession? kept)
    {
        AuthenticatedUser user = login.User!;
        bool isRefused = kept?.Fault is not null;
        bool hasKeeper = kept is not null && !isRefused && !IsWithin;
        CStrings variables = kept is null || isRefused ? login.Client.Login.PamVariables : kept.Environment;
        if (kept is not null && !isRefused) login.Client.Login.Say(kept.Messages);
        if (hasKeeper)
        {
            kept!.Serve();
            SocketPolls.Forget(kept.Line);
            var keeper = default(KeeperMessage);
            _link.Send(login.Number, ref keeper, kept.Line);
        }

        _adopted[login.Number] = new Adopted(login.SessionId, login.Book.HostKeys, login.Client);
        var adopt = new AdoptMessage
        {
            LogLevel = (uint)login.Log.Level,
            Config = login.Book.Give(login.Client.ConfigFor(user.Name), _link, _sent),
            Origin = Origin.Write(login.Client),
            UserName = Encoding.UTF8.GetBytes(user.Name),
            Steps = WriteSteps(user.Steps),
            Permissions = LoginPermissionsFields.Write(user.Permissions),
            MustChangePassword = login.Client.Login.MustChangePassword,
            Pam = (uint)(kept is null ? PamState.None : isRefused ? PamState.Refused : PamState.Open),
            HasKeeper = hasKeeper,
            Refusal = isRefused ? Encoding.UTF8.GetBytes(kept!.Messages) : default,
            Messages = Encoding.UTF8.GetBytes(login.Client.Login.TakeMessages()),
            Remarks = Strings.Write(login.Client.Login.TakeRemarks().Select(Encoding.UTF8.GetBytes)),
            Variables = Strings.Write(Enumerable.Range(0, variables.Count).Select(i => variables[i].ToArray())),
            Snapshot = handOver.Snapshot,
        };
        _link.Send(login.Number, ref adopt, login.Socket.SafeHandle);
        _ = TellAsync(login.Log);
    }

    // Within a session of PAM it has no number before that is open.
    private async Task TellAsync(SshdLog log)
    {
        try
        {
            log.Verbose($"User child is on pid {(await _process.ConfigureAwait(false)).Pid}");
        }
        catch (UnixException)
        {
            // Whoever awaits its end says why there is none.
        }
    }

    /// <summary>Answers it until it ends, and says how it ended; an end that was wanted is no news.</summary>
    public async Task<string?> RunAsync()
    {
        string reason = "";
        try
        {
            while (await _link.ReadAsync(CancellationToken.None).ConfigureAwait(false) is { } message)
            {
                // The files of logins are waited for where others write to them.
                if (message.Type == MonitorMessageType.Record) await PoolThread.EnterAsync();
                using (message) Take(message);
            }
        }
        catch (SshViolationException fault)
        {
            reason = $"; it was ended: {Printable.Escape(fault.Message)}";
            await KillAsync().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            reason = $"; it was ended by an internal failure: {Printable.Escape(failure.ToString())}";
            await KillAsync().ConfigureAwait(false);
        }

        Dispose();
        _records.Dispose();
        foreach (Adopted lost in _adopted.Values) lost.Client.Metrics?.OnEnded(default);
        ChildExit exit = await (await _process.ConfigureAwait(false)).Exited.ConfigureAwait(false);
        return exit is { Status: 0, IsBySignal: false } ? null : ChildStart.Describe(exit) + reason;
    }

    // One that could not be started is no concern here: whoever awaits its end hears of that.
    private async Task KillAsync()
    {
        try
        {
            (await _process.ConfigureAwait(false)).Signal(UnixSignal.KILL);
        }
        catch (UnixException)
        {
        }
    }

    /// <summary>Does something when the time is up, counted from the last call; for the holder of the table's lock.</summary>
    public void Linger(TimeSpan time, Action<SessionProcess> end)
    {
        // One timer, set anew each time: a login after the other would else leave as many behind, each of which wakes threads for nothing.
        _linger ??= new Timer(_ => end(this));
        _linger.Change(time, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Lets it go: it ends when it hears of that.</summary>
    public void Dispose()
    {
        IsOver = true;
        _link.Dispose();
    }

    private void Take(LinkMessage message)
    {
        switch (message.Type)
        {
            case MonitorMessageType.Ready:
                break;
            case MonitorMessageType.Log:
                ChildLog.Write(_log, message.Read<LogMessage>(), mayChooseFacility: true, Pid);
                break;
            case MonitorMessageType.Ended:
                if (!_adopted.TryRemove(message.Connection, out Adopted? ended)) break;
                ended.Client.Metrics?.OnEnded(message.Read<EndedMessage>().Tally);
                OnEnded(this);
                break;
            case MonitorMessageType.OpenTerminal:
                _records.Open(_link, message.Read<OpenTerminalMessage>());
                break;
            case MonitorMessageType.Record:
                Record(message.Connection, message.Read<RecordMessage>());
                break;
            case MonitorMessageType.Sign when _adopted.TryGetValue(message.Connection, out Adopted? adopted):
                Sign(message.Connection, message.Read<SignMessage>(), adopted);
                break;
            default:
                throw new SshViolationException(Violation.UnexpectedMessage, $"A session asked for {message.Type}.");
        }
    }

    private void Record(uint connection, RecordMessage record)
    {
        _records.Take(record, _adopted.GetValueOrDefault(connection)?.Client);
        if ((RecordKind)record.Kind != RecordKind.LogIn) return;
        var recorded = new RecordedMessage { Request = record.Request };
        _link.Send(connection, ref recorded);
    }

    // The hash of another exchange, or the proof of a key for this very session; nothing else that could mean something elsewhere.
    private void Sign(uint connection, SignMessage request, Adopted adopted)
    {
        if (request.Data.Length > GuardedLogin.MaxHash && !HostKeyProofs.IsDataToSign(request.Data, request.HostKey, adopted.SessionId.Span))
        {
            throw new SshViolationException(Violation.FieldMalformed, "A session wants something signed that is neither a hash nor a proof.");
        }

        HostKeySigning.Answer(_link, connection, request, adopted.HostKeys, CancellationToken.None);
    }

    private static byte[] WriteSteps(IReadOnlyList<AuthenticationStep> steps)
    {
        var written = new List<byte>();
        foreach (AuthenticationStep step in steps)
        {
            var fields = new StepFields { Method = Encoding.UTF8.GetBytes(step.Method), Key = step.Key is { } key ? key.Blob.Span : default };
            written.AddRange(Message.WriteRecord(ref fields));
        }

        return [.. written];
    }

    private sealed record Adopted(ReadOnlyMemory<byte> SessionId, IReadOnlyList<ISigner> HostKeys, ClientConnection Client);
}
