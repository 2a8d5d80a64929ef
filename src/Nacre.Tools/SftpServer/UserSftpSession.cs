using System.Globalization;
using System.IO.Pipelines;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Protocol.Wire;
using Nacre.Sftp;
using Nacre.Unix;

namespace Nacre.Tools.SftpServer;

/// <summary>Serves one SFTP session to a user whose rights this process has: the program sftp-server, or internal-sftp within sshd.</summary>
/// <param name="settings">The flags.</param>
/// <param name="account">The user.</param>
/// <param name="directory">Where the session starts unless the flags say otherwise, and when it cannot start where they say.</param>
/// <param name="address">Where the client is, for the log.</param>
/// <param name="log">The log.</param>
internal sealed class UserSftpSession(SftpServerSettings settings, UserAccount account, string directory, string address, SftpServerLog log)
{
    /// <summary>OpenSSH's exit status after a message whose length is out of range.</summary>
    private const int BadLengthStatus = 11;

    private const int BrokenStatus = 255;

    private static readonly TokenRules StartTokens = new("duU", Tilde: true);

    /// <summary>Serves to the end.</summary>
    /// <returns>The exit status.</returns>
    /// <exception cref="FatalException">The start directory has a token that is none.</exception>
    public async Task<int> RunAsync(PipeReader input, PipeWriter output, CancellationToken ct)
    {
        string start = settings.StartDirectory is { } named ? Expand(named) : directory;
        (string user, string client) = (Printable.Escape(account.Name), Printable.Escape(address));
        log.Write(LogLevel.Info, $"session opened for local user {user} from [{client}]");
        if (settings.StartDirectory is not null && Fault(start) is { } fault)
        {
            log.Write(LogLevel.Error, $"chdir to \"{Printable.Escape(start)}\" failed: {fault}");
            start = directory;
        }

        int status = await ServeAsync(start, user, client, input, output, ct).ConfigureAwait(false);
        log.Write(LogLevel.Info, $"session closed for local user {user} from [{client}]");
        return status;
    }

    private async Task<int> ServeAsync(string start, string user, string client, PipeReader input, PipeWriter output, CancellationToken ct)
    {
        var files = new LocalFileSystem(start, new LocalFileSystemOptions { Umask = settings.Umask ?? FileModeMask.Own });
        try
        {
            await new Nacre.Sftp.SftpServer(files, Options()).RunAsync(input, output, ct).ConfigureAwait(false);
            return 0;
        }
        catch (SshViolationException wrong) when (wrong.Violation == Violation.LengthOutOfRange)
        {
            log.Write(LogLevel.Error, $"bad message from {client} local user {user}");
            return BadLengthStatus;
        }
        catch (SshViolationException wrong)
        {
            log.Write(LogLevel.Fatal, Printable.Escape(wrong.Message));
            return BrokenStatus;
        }
        catch (Exception error) when (error is SshException or IOException or UnixException)
        {
            log.Write(LogLevel.Error, Printable.Escape(error.Message));
            return 1;
        }
    }

    // At the default level nobody hears of anything but of errors, and no line is made of a request.
    private SftpServerOptions Options() => new()
    {
        IsReadOnly = settings.IsReadOnly,
        AllowedRequests = settings.AllowedRequests,
        DeniedRequests = settings.DeniedRequests ?? [],
        Log = log.Level < LogLevel.Error ? null : (level, line) => log.Write(LogLevel.Error + (int)level, line),
        LogLevel = (SftpLogLevel)Math.Max(0, log.Level - LogLevel.Error),
    };

    private string Expand(string text)
    {
        var tokens = new Dictionary<char, string> { ['d'] = account.Home, ['u'] = account.Name, ['U'] = account.Uid.ToString(CultureInfo.InvariantCulture) };
        var identity = new LocalIdentity
        {
            UserName = account.Name,
            HomeDirectory = account.Home,
            UserId = account.Uid,
            HostName = Users.HostName,
            HomeOf = static name => Users.Find(name)?.Home,
        };
        if (!new TokenExpander(identity, tokens).TryExpand(text, StartTokens, out string expanded, out string error)) throw new FatalException(error);
        return Path.GetFullPath(expanded.Length == 0 ? "." : expanded, directory);
    }

    private static string? Fault(string path) => Spawn.CanEnter(path) ? null
        : !FileStatus.TryOfPath(path, out FileStatus status) ? UnixException.Describe(Errno.ENOENT)
        : UnixException.Describe(status.IsDirectory ? Errno.EACCES : Errno.ENOTDIR);
}
