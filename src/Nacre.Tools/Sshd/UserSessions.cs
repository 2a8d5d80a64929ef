using System.Text;
using Nacre.Config;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>Runs the sessions of one connection as its user: shell, command, subsystem, with or without a terminal.</summary>
/// <remarks>
/// As root, every program is started through the launcher, which drops to the user's ids for good before it becomes the program. Not as
/// root, the user is the server's own.
/// </remarks>
internal sealed class UserSessions(ClientConnection client, SshdLog log) : ISessionHandler
{
    // Not its path: the user may be unable to enter the directory that it is installed in, and an update may have put another file there.
    private const string OwnExecutable = "/proc/self/exe";

    public ValueTask<SessionProgram?> ChooseAsync(SessionRequest request, CancellationToken ct)
    {
        ServerConfig config = client.ConfigFor(request.User.Name);
        if (Users.Find(request.User.Name) is not { } account) return ValueTask.FromResult<SessionProgram?>(null);
        SessionRequest wanted = request.Asked ?? request;
        string? asked = CommandFor(wanted, config);
        if (wanted.Kind == SessionKind.Subsystem && asked is null)
        {
            log.Error($"subsystem request for {Printable.Escape(wanted.Text)} by user {Printable.Escape(account.Name)} failed, subsystem not found");
            return ValueTask.FromResult<SessionProgram?>(null);
        }

        string what = request.Kind switch { SessionKind.Shell => "shell", SessionKind.Command => "command", _ => $"subsystem '{Printable.Escape(request.Text)}'" };
        log.Verbose($"Starting session: {what} for {Printable.Escape(account.Name)} from {client.Place}");
        return ValueTask.FromResult<SessionProgram?>((session, token) => RunAsync(session, account, config, asked, token));
    }

    // The command line that was asked for, for the user's shell; null asks for the shell itself, or for a subsystem that there is none of.
    private static string? CommandFor(SessionRequest request, ServerConfig config) => request.Kind switch
    {
        SessionKind.Command => request.Text,
        SessionKind.Subsystem => config.Subsystems.FirstOrDefault(subsystem => subsystem.Name == request.Text)?.Command,
        _ => null,
    };

    // The configuration's command wins over that of a key or certificate, as in OpenSSH.
    private static string? Forced(SessionRequest request, ServerConfig config) => config.ForceCommand ?? (request.Asked is null ? null : request.Text);

    private async Task<ProcessExit> RunAsync(ServerSession session, UserAccount account, ServerConfig config, string? asked, CancellationToken ct)
    {
        try
        {
            if (session.Request.Display is { } display && config.XAuthLocation is { } xauth)
            {
                CStrings environment = LoginEnvironment.Of(account, session.Request, client, config, terminal: null, asked);
                await UserXauth.AddAsync(xauth, display, account, environment, log, ct).ConfigureAwait(false);
            }

            if (session.Request.Terminal is null && InternalSftp.Of(Forced(session.Request, config) ?? asked) is { } sftp && sftp.FitsThisProcess(account)) return await sftp.ServeAsync(session, account, client, log, ct).ConfigureAwait(false);
            return session.Request.Terminal is null
                ? await ChildSession.RunWithPipesAsync(session, ends => Start(session.Request, account, config, asked, ends, null), ct).ConfigureAwait(false)
                : await RunAtTerminalAsync(session, account, config, asked, ct).ConfigureAwait(false);
        }
        catch (UnixException error)
        {
            log.Error($"starting a session for {Printable.Escape(account.Name)} failed: {error.Message}");
            await session.Error.WriteAsync(Encoding.UTF8.GetBytes($"sshd: {error.Message}\r\n"), ct).ConfigureAwait(false);
            await session.Error.CompleteAsync().ConfigureAwait(false);
            return ProcessExit.WithStatus(255);
        }
    }

    private async Task<ProcessExit> RunAtTerminalAsync(ServerSession session, UserAccount account, ServerConfig config, string? asked, CancellationToken ct)
    {
        using Pty pty = Pty.Open();
        if (Users.IsRoot) pty.GiveTo(account.Uid, account.Gid);
        if (asked is null && Forced(session.Request, config) is null && config.PrintMotd) await ShowMotdAsync(session, account, ct).ConfigureAwait(false);
        return await ChildSession.RunWithTerminalAsync(session, pty, () => Start(session.Request, account, config, asked, default, pty), ct).ConfigureAwait(false);
    }

    private static async Task ShowMotdAsync(ServerSession session, UserAccount account, CancellationToken ct)
    {
        const int longest = 64 * 1024;
        if (FileStatus.TryOfPath($"{account.Home.TrimEnd('/')}/.hushlogin", out _)) return;
        try
        {
            string motd = Encoding.UTF8.GetString(FileSafety.Read("/etc/motd", longest, out _));
            await session.Output.WriteAsync(Encoding.UTF8.GetBytes(motd.Replace("\n", "\r\n", StringComparison.Ordinal)), ct).ConfigureAwait(false);
        }
        catch (Exception error) when (error is UnixException or InvalidDataException)
        {
            // There is no message today.
        }
    }

    private ChildProcess Start(SessionRequest request, UserAccount account, ServerConfig config, string? asked, ChildSession.Ends ends, Pty? pty)
    {
        string? command = Forced(request, config) ?? asked;
        (string program, CStrings arguments) = ProgramFor(account, command);
        CStrings environment = LoginEnvironment.Of(account, request, client, config, pty?.Name, asked);
        bool isRoot = Users.IsRoot;
        if (isRoot)
        {
            (program, arguments) = Launched(program, arguments, account);
            environment = LaunchPlan.Veil(environment);
        }

        string? home = isRoot ? null : Spawn.CanEnter(account.Home) ? account.Home : "/";
        return Spawn.Start(new ProgramStart
        {
            Path = program,
            Arguments = arguments,
            Environment = environment,
            WorkingDirectory = home,
            Input = ends.Input,
            Output = ends.Output,
            Error = ends.Error,
            LeadsSession = true,
            ControllingTerminal = pty?.Name,
        });
    }

    // A login shell's name begins with a dash; a command goes to the shell that the user has.
    private static (string Program, CStrings Arguments) ProgramFor(UserAccount account, string? command)
    {
        string shell = account.LoginShell;
        string name = Path.GetFileName(shell);
        if (command is null) return (shell, ["-" + name]);
        if (InternalSftp.Of(command) is not { } sftp) return (shell, [name, "-c", command]);
        return (OwnExecutable, ["nacre", "sftp-server", .. sftp.Arguments]);
    }

    /// <summary>The launcher, which becomes the program as the user.</summary>
    internal static (string Program, CStrings Arguments) Launched(string program, CStrings arguments, UserAccount account)
    {
        var plan = new LaunchPlan
        {
            Program = program,
            Arguments = arguments,
            Uid = account.Uid,
            Gid = account.Gid,
            User = account.Name,
            Directory = account.Home,
            FallbackDirectory = "/",
            OpenFiles = OpenFileLimit.Inherited,
            HasVeiledEnvironment = true,
        };
        return (OwnExecutable, plan.ToArguments(OwnExecutable));
    }
}
