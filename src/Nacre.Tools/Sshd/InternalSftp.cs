using Nacre.Config.Files;
using Nacre.Server;
using Nacre.Tools.SftpServer;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>The command internal-sftp: an SFTP server that is no program of its own, where this process has the user's rights already.</summary>
/// <remarks>
/// A process that has other rights than the user, or is to have another umask, or whose standard error is to be the log, is a child: what one
/// process has only once cannot be changed for one session.
/// </remarks>
internal sealed class InternalSftp
{
    private const string Name = "internal-sftp";

    private readonly SftpServerSettings? _settings;

    private InternalSftp(IReadOnlyList<string> arguments)
    {
        Arguments = arguments;
        try
        {
            _settings = SftpServerSettings.Parse(arguments);
        }
        catch (Exception error) when (error is UsageException or FatalException)
        {
            // The child says what is wrong, where the client sees it.
        }
    }

    /// <summary>The words after the name.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>Reads a command; null when it is another one.</summary>
    public static InternalSftp? Of(string? command)
    {
        if (command is null || !ConfigLine.TrySplitWords(command, out List<string> words)) return null;
        return words is [Name, .. var arguments] ? new InternalSftp(arguments) : null;
    }

    /// <summary>True when it can be served here: nobody gains or loses a right by it.</summary>
    public bool FitsThisProcess(UserAccount account)
    {
        if (account.Uid != Users.EffectiveUid || _settings is null or { LogsToStandardError: true } or { ListsRequests: true }) return false;
        return _settings.Umask is not { } wanted || (Prctl.FileModeMask is { } own && (own & ~wanted) == 0);
    }

    /// <summary>Serves the session to its end.</summary>
    public async Task<ProcessExit> ServeAsync(ServerSession session, UserAccount account, ClientConnection client, SshdLog log, CancellationToken ct)
    {
        SftpServerSettings settings = _settings ?? throw new InvalidOperationException("The flags of internal-sftp were not understood.");
        var sessionLog = new SftpServerLog(settings.Level, (level, line) => log.WriteSftp(level, settings.Facility, line));
        string home = Spawn.CanEnter(account.Home) ? account.Home : "/";
        try
        {
            int status = await new UserSftpSession(settings, account, home, client.Address, sessionLog).RunAsync(session.Input, session.Output, ct).ConfigureAwait(false);
            return ProcessExit.WithStatus((uint)status);
        }
        catch (FatalException fatal)
        {
            log.Error($"{Name}: {Protocol.Wire.Printable.Escape(fatal.Message)}");
            return ProcessExit.WithStatus((uint)fatal.Status);
        }
    }
}
