using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Nacre.Config;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tools.Sshd.Log;
using Nacre.Unix;

namespace Nacre.Tools.Sshd.Logins;

/// <summary>One session's program, from what has to come before it to its end: what refuses it, PAM's session, the greeting, the login script, the records.</summary>
/// <remarks>
/// As root, every program is started through the launcher, which drops to the user's ids for good before it becomes the program. Where PAM has a
/// session open, the process that keeps it starts them in it. Not as root, the user is the server's own.
/// </remarks>
internal sealed class UserProgram
{
    private const string NoLogin = "/etc/nologin";
    private const int LongestNoLogin = 64 * 1024;
    private const string PasswordProgram = "/usr/bin/passwd";
    private const int RefusedStatus = 254;
    private const int FailedStatus = 255;

    private readonly ClientConnection _client;
    private readonly SshdLog _log;
    private readonly UserAccount _account;
    private readonly ServerConfig _config;
    private readonly ServerSession _session;
    private readonly string? _asked;
    private readonly string? _command;

    // What the launcher is to enter; null for a process that is where it is to be.
    private string? _root;

    /// <param name="session">What the client asked for, and its streams.</param>
    /// <param name="account">The user.</param>
    /// <param name="client">Where the user comes from.</param>
    /// <param name="asked">The command line that was asked for; null for the shell.</param>
    /// <param name="log">The log.</param>
    public UserProgram(ServerSession session, UserAccount account, ClientConnection client, string? asked, SshdLog log)
    {
        (_session, _account, _client, _asked, _log) = (session, account, client, asked, log);
        _config = client.ConfigFor(account.Name);

        // The configuration's command wins over that of a key or certificate.
        _command = _config.ForceCommand ?? (Request.Asked is null ? null : Request.Text) ?? asked;
    }

    /// <summary>Which of the connection's sessions it is, from zero.</summary>
    public required int Number { get; init; }

    private SessionRequest Request => _session.Request;

    private bool IsForced => _config.ForceCommand is not null || Request.Asked is not null;

    /// <summary>Whether PAM is to open a session before there can be a program.</summary>
    private bool NeedsPam => Users.IsRoot && _config.UsePam && !_client.Login.IsSessionOpen;

    /// <summary>Whether what is no program of its own is served within this process: nobody gains or loses a right by it, nor what PAM has set.</summary>
    private bool IsServedHere => _root is null && !NeedsPam && _client.Login.Programs is null && !_client.Login.MustChangePassword && _account.Uid == Users.EffectiveUid;

    /// <summary>Whether the user is to be shown anything: not one who runs a command, and not one who wants it quiet.</summary>
    private bool IsGreeted => _command is null && (_root is not null || !LoginGreeting.IsHushed(_account));

    public async Task<ProcessExit> RunAsync(CancellationToken ct)
    {
        try
        {
            // A session process has entered it already.
            if (_client.Account is null) _root = ChrootPath.For(_account, _config);
            if (Request.Terminal is null) LogStart(terminal: null);
            if (await RefuseAsync(ct).ConfigureAwait(false) is { } refused) return refused;
            if (IsServedHere && InternalSftp.Of(_command) is { } sftp) return await sftp.ServeAsync(_session, _account, _client, _log, ct).ConfigureAwait(false);
            return Request.Terminal is null
                ? await ChildSession.RunWithPipesAsync(_session, ends => StartAsync(ends, ct), ct).ConfigureAwait(false)
                : await RunAtTerminalAsync(ct).ConfigureAwait(false);
        }
        catch (SessionRefusedException refused)
        {
            _log.Error($"{Printable.Escape(refused.Message)} (user {Printable.Escape(_account.Name)})");
            return await EndAsync(_session.Error, refused.Told, RefusedStatus, ct).ConfigureAwait(false);
        }
        catch (ChrootException error)
        {
            _log.Fatal(Printable.Escape(error.Message));
            return ProcessExit.WithStatus(FailedStatus);
        }
        catch (UnixException error)
        {
            _log.Error($"starting a session for {Printable.Escape(_account.Name)} failed: {error.Message}");
            return await EndAsync(_session.Error, $"sshd: {error.Message}\r\n", FailedStatus, ct).ConfigureAwait(false);
        }
    }

    /// <summary>What keeps a user who has been let in from a session all the same.</summary>
    private async Task<ProcessExit?> RefuseAsync(CancellationToken ct)
    {
        if (_client.Login.Refusal is { } refusal) return await EndAsync(_session.Error, refusal, RefusedStatus, ct).ConfigureAwait(false);
        bool isPasswordDue = _client.Login.MustChangePassword;
        if (isPasswordDue && Request.Terminal is null) return await EndAsync(_session.Error, "WARNING: Your password has expired.\r\nPassword change required but no TTY available.\r\n", 1, ct).ConfigureAwait(false);
        // With PAM that is the business of its account modules.
        if (!NeedsPam && !_client.Login.IsSessionOpen && _account.Uid != 0 && FileStatus.TryOfPath(NoLogin, out _))
        {
            _log.Info($"User {Printable.Escape(_account.Name)} not allowed because {NoLogin} exists");
            return await EndAsync(_session.Error, ReadNoLogin(), RefusedStatus, ct).ConfigureAwait(false);
        }

        if (!IsForced || InternalSftp.Of(_command) is null || (Request.Asked ?? Request).Kind == SessionKind.Subsystem) return null;
        _log.Error($"Connection from user {Printable.Escape(_account.Name)} {_client.Place}: refusing non-sftp session");
        return await EndAsync(_session.Output, "This service allows sftp connections only.\n", 1, ct).ConfigureAwait(false);
    }

    private static async Task<ProcessExit> EndAsync(System.IO.Pipelines.PipeWriter stream, string text, uint status, CancellationToken ct)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), ct).ConfigureAwait(false);
        return ProcessExit.WithStatus(status);
    }

    private static string ReadNoLogin()
    {
        try
        {
            return Encoding.UTF8.GetString(FileSafety.Read(NoLogin, LongestNoLogin, out _));
        }
        catch (Exception error) when (error is UnixException or InvalidDataException)
        {
            // That it is there is enough.
            return "";
        }
    }

    private void LogStart(string? terminal) => _log.Verbose(SessionLine.Of(Request, _config, _client, _account.Name, terminal, Number));

    private async Task<ProcessExit> RunAtTerminalAsync(CancellationToken ct)
    {
        using Pty pty = await _client.Terminals.OpenAsync(_account, ct).ConfigureAwait(false);
        LogStart(pty.Name);
        if (NeedsPam) await OpenPamAsync(ct).ConfigureAwait(false);
        (LoginAccounting? recorded, LastLogin? last) = _client.Records is { } records
            ? await LoginAccounting.BeginAsync(records, _account, pty.Name, _client.RecordedHost, _client.Remote.Address, ct).ConfigureAwait(false) : default;
        using LoginAccounting? accounting = recorded;
        await PoolThread.EnterAsync();
        if (IsGreeted)
        {
            string greeting = LoginGreeting.Of(_client.Login.TakeMessages(), _config.PrintLastLog ? last : null, _config.PrintMotd);
            if (greeting.Length > 0) await _session.Output.WriteAsync(Encoding.UTF8.GetBytes(greeting), ct).ConfigureAwait(false);
        }

        if (_client.Login.MustChangePassword) await _session.Output.WriteAsync("WARNING: Your password has expired.\r\nYou must change your password now and log in again!\r\n"u8.ToArray(), ct).ConfigureAwait(false);

        return await ChildSession.RunWithTerminalAsync(_session, pty, held => StartAtTerminalAsync(pty, held, accounting, ct), ct).ConfigureAwait(false);
    }

    private async Task<IRunningProgram> StartAtTerminalAsync(Pty pty, SafeFileHandle held, LoginAccounting? accounting, CancellationToken ct)
    {
        await PoolThread.EnterAsync(); // from here on files are read, which may take long
        CStrings environment = EnvironmentFor(pty.Name);
        await RunScriptAsync(environment, held, held, ct).ConfigureAwait(false);
        IRunningProgram program = await StartProgramAsync(new ChildSession.Ends(held, held, held), pty.Name, environment).ConfigureAwait(false);
        accounting?.SetProcess(program.Pid);
        return program;
    }

    private async Task<IRunningProgram> StartAsync(ChildSession.Ends ends, CancellationToken ct)
    {
        if (NeedsPam) await OpenPamAsync(ct).ConfigureAwait(false);

        // The pipe is empty, and has room for all of it.
        if (IsGreeted) Descriptors.Write(ends.Output, Encoding.UTF8.GetBytes(_client.Login.TakeMessages()));
        CStrings environment = EnvironmentFor(null);
        await RunScriptAsync(environment, ends.Output, ends.Error, ct).ConfigureAwait(false);
        return await StartProgramAsync(ends, null, environment).ConfigureAwait(false);
    }

    private async Task OpenPamAsync(CancellationToken ct)
    {
        KeptSession.Wanted wanted = PamVariables.SessionOf(_account, _root, Request.User, _client, _config);
        await _client.Login.OpenSessionAsync(() => KeptSession.OpenAsync(ProgramStart.OwnExecutable, wanted, ct), ct).ConfigureAwait(false);
        await PoolThread.EnterAsync();
    }

    private CStrings EnvironmentFor(string? terminal) => new LoginEnvironment(_account, Request, _client, _config)
    {
        Terminal = terminal,
        Asked = _asked,
        OfUser =
        [
            .. Request.User.Permissions.Environment.Where(variable => _config.PermitUserEnvironment.Permits(variable.Key)),
            .. _root is null ? UserEnvironmentFile.Read(_account, _config.PermitUserEnvironment, _log) : [],
        ],
        OfPam = _client.Login.PamVariables,
        AuthenticationFile = _config.ExposeAuthInfo ? _client.Login.FileOf(AuthenticationFile.Content.Of(Request.User, _config.UsePam), _account, _log) : null,
    }.ToStrings();

    private async Task RunScriptAsync(CStrings environment, SafeHandle output, SafeHandle error, CancellationToken ct)
    {
        // Within another root the paths mean other files, which are not looked at from here.
        if (_root is not null || _client.Login.MustChangePassword) return;
        bool isSubsystem = (Request.Asked ?? Request).Kind == SessionKind.Subsystem;
        bool mayBeOwn = !isSubsystem && _config.ForceCommand is null && _config.PermitUserRc && Request.User.Permissions.UserRc;
        if (LoginScript.Of(_account, mayBeOwn, Request.Display, _config.XAuthLocation) is not { } script) return;
        await script.RunAsync(
            (program, arguments, input, its, complaints) => StartAsync(program, arguments, environment, input, its, complaints),
            output, error, _account.Name, _log, ct).ConfigureAwait(false);
        await PoolThread.EnterAsync();
    }

    private ValueTask<IRunningProgram> StartProgramAsync(ChildSession.Ends ends, string? terminal, CStrings environment)
    {
        (string program, CStrings arguments) = ProgramFor();
        return StartAsync(program, arguments, environment, ends.Input, ends.Output, ends.Error, terminal);
    }

    private ValueTask<IRunningProgram> StartAsync(string program, CStrings arguments, CStrings environment, SafeHandle? input, SafeHandle? output, SafeHandle? error, string? terminal = null)
    {
        if (_client.Login.Programs is not { } kept) return ValueTask.FromResult<IRunningProgram>(Spawn.Start(Prepared(program, arguments, environment, input, output, error, terminal)));
        var start = new ProgramStart { Path = program, Arguments = arguments, Environment = environment, Input = input, Output = output, Error = error };
        return new ValueTask<IRunningProgram>(kept.StartAsync(start, takesTerminal: terminal is not null));
    }

    private ProgramStart Prepared(string program, CStrings arguments, CStrings environment, SafeHandle? input, SafeHandle? output, SafeHandle? error, string? terminal)
    {
        // A process that has the user's ids for good has no others to give up.
        bool isRoot = Users.IsRoot && _client.Account is null;
        if (isRoot) (program, arguments) = Launched(program, arguments, _account, _root);
        return new ProgramStart
        {
            Path = program,
            Arguments = arguments,
            Environment = isRoot ? LaunchPlan.Veil(environment) : environment,
            WorkingDirectory = isRoot ? null : Spawn.CanEnter(_account.Home) ? _account.Home : "/",
            Input = input,
            Output = output,
            Error = error,
            LeadsSession = true,
            ControllingTerminal = terminal is not null && IsInSight(terminal) ? terminal : null,
            TerminalDirectory = _client.Terminals.Directory,
        };
    }

    // Within a root directory that has no terminals the program has one all the same, but not as its controlling terminal, where there was no way to keep them in hand.
    private bool IsInSight(string terminal) => _client.Terminals.Directory is not null || FileStatus.TryOfPath(terminal, out _);

    // A login shell's name begins with a dash; a command goes to the shell that the user has.
    private (string Program, CStrings Arguments) ProgramFor()
    {
        if (_client.Login.MustChangePassword) return (PasswordProgram, [Path.GetFileName(PasswordProgram)]);
        string shell = _account.LoginShell;
        string name = Path.GetFileName(shell);
        if (_command is null) return (shell, ["-" + name]);
        if (InternalSftp.Of(_command) is not { } sftp) return (shell, [name, "-c", _command]);
        return (ProgramStart.OwnExecutable, ["nacre", "sftp-server", .. sftp.Arguments]);
    }

    /// <summary>The launcher, which becomes the program as the user.</summary>
    private static (string Program, CStrings Arguments) Launched(string program, CStrings arguments, UserAccount account, string? root)
    {
        var plan = new LaunchPlan
        {
            Program = program,
            Arguments = arguments,
            Uid = account.Uid,
            Gid = account.Gid,
            User = account.Name,
            Root = root,

            // Within another root there is no file to execute again.
            StaysItself = root is not null && program == ProgramStart.OwnExecutable,
            Directory = account.Home,
            FallbackDirectory = "/",
            OpenFiles = OpenFileLimit.Inherited,
            HasVeiledEnvironment = true,
        };
        return (ProgramStart.OwnExecutable, plan.ToArguments(ProgramStart.OwnExecutable));
    }
}
