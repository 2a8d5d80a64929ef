using System.Text;
using Nacre.Config.Files;
using Nacre.Protocol.Wire;
using Nacre.Server;
using Nacre.Tools.SftpServer;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>The command internal-sftp: an SFTP server that is no program of its own, where this process has the user's rights already.</summary>
/// <remarks>A process that has other rights than the user starts it as a child. The same flags hold for both.</remarks>
internal sealed class InternalSftp
{
    private const string Name = "internal-sftp";

    private InternalSftp(IReadOnlyList<string> arguments) => Arguments = arguments;

    /// <summary>The words after the name.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>Reads a command; null when it is another one.</summary>
    public static InternalSftp? Of(string? command)
    {
        if (command is null || !ConfigLine.TrySplitWords(command, out List<string> words)) return null;
        return words is [Name, .. var arguments] ? new InternalSftp(arguments) : null;
    }

    /// <summary>Serves the session to its end. A terminal that was asked for would only change the bytes: it gets none.</summary>
    public async Task<ProcessExit> ServeAsync(ServerSession session, UserAccount account, ClientConnection client, SshdLog log, CancellationToken ct)
    {
        try
        {
            var settings = SftpServerSettings.Parse(Arguments);
            if (!settings.ListsRequests) return ProcessExit.WithStatus((uint)await ServeAsync(settings, session, account, client, log, ct).ConfigureAwait(false));
            await session.Output.WriteAsync(Encoding.ASCII.GetBytes(string.Concat(Nacre.Sftp.SftpServer.RequestNames.Select(static name => name + "\n"))), ct).ConfigureAwait(false);
            return ProcessExit.WithStatus(0);
        }
        catch (UsageException wrong)
        {
            using var usage = new StringWriter();
            SftpServerSettings.Flags.Explain(wrong, usage);
            await session.Error.WriteAsync(Encoding.UTF8.GetBytes(usage.ToString()), ct).ConfigureAwait(false);
            return ProcessExit.WithStatus(1);
        }
        catch (FatalException fatal)
        {
            log.Error($"{Name}: {Printable.Escape(fatal.Message)}");
            await session.Error.WriteAsync(Encoding.UTF8.GetBytes(fatal.Message + "\n"), ct).ConfigureAwait(false);
            return ProcessExit.WithStatus((uint)fatal.Status);
        }
    }

    private static async Task<int> ServeAsync(SftpServerSettings settings, ServerSession session, UserAccount account, ClientConnection client, SshdLog log, CancellationToken ct)
    {
        await using SessionErrorLines? lines = settings.LogsToStandardError ? new SessionErrorLines(session.Error, ct) : null;
        var sessionLog = new SftpServerLog(settings.Level, lines is not null ? lines.Write : (level, line) => log.WriteSftp(level, settings.Facility, line));

        // The umask belongs to the whole process, of which this is one session.
        using IDisposable? lifted = settings.Umask is null ? null : FileModeMask.Lift();
        string home = Spawn.CanEnter(account.Home) ? account.Home : "/";
        return await new UserSftpSession(settings, account, home, client.Address, sessionLog).RunAsync(session.Input, session.Output, ct).ConfigureAwait(false);
    }
}
