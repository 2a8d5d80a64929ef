using System.IO.Pipelines;
using Nacre.Config.Values;
using Nacre.Unix;

namespace Nacre.Tools.SftpServer;

/// <summary>The program sftp-server: serves one SFTP session on standard input and output, as the user that it runs as.</summary>
internal static class SftpServerApplet
{
    public static int Run(string[] arguments)
    {
        try
        {
            SftpServerSettings settings = SftpServerSettings.Parse(arguments);
            if (!settings.ListsRequests) return Serve(settings);
            foreach (string name in Nacre.Sftp.SftpServer.RequestNames) Console.Out.WriteLine(name);
            return 0;
        }
        catch (UsageException wrong)
        {
            SftpServerSettings.Flags.Explain(wrong, Console.Error);
            return 1;
        }
        catch (FatalException fatal)
        {
            Console.Error.WriteLine(fatal.Message);
            return fatal.Status;
        }
    }

    private static int Serve(SftpServerSettings settings)
    {
        const int inputBlock = 256 * 1024;
        UserAccount account = Users.Current ?? AccountBySshd() ?? throw new FatalException($"No user found for uid {Users.CurrentUid}");
        SftpServerLog log = settings.LogsToStandardError ? SftpServerLog.ToStandardError(settings.Level) : SftpServerLog.ToSystemLog(settings.Level, settings.Facility);
        if (settings.Umask is { } mask) _ = Prctl.SetFileModeMask(mask);
        if (AddressOfClient(log) is not { } address) return 255;
        PipeReader input = PipeReader.Create(InheritedStream.OpenInput(), new StreamPipeReaderOptions(bufferSize: inputBlock));
        PipeWriter output = PipeWriter.Create(InheritedStream.OpenOutput());
        return new UserSftpSession(settings, account, Environment.CurrentDirectory, address, log).RunAsync(input, output, CancellationToken.None).GetAwaiter().GetResult();
    }

    // Within another root there may be no accounts, and sshd has told who the user is.
    private static UserAccount? AccountBySshd() =>
        Environment.GetEnvironmentVariable("USER") is { } name && Environment.GetEnvironmentVariable("HOME") is { } home && Environment.GetEnvironmentVariable("SSH_CONNECTION") is not null
            ? new UserAccount(name, Users.CurrentUid, Users.CurrentGid, "", home, "") : null;

    // sshd tells by SSH_CONNECTION who the client is.
    private static string? AddressOfClient(SftpServerLog log)
    {
        if (Environment.GetEnvironmentVariable("SSH_CONNECTION") is not { } connection) return "UNKNOWN";
        int end = connection.IndexOf(' ', StringComparison.Ordinal);
        if (end >= 0) return connection[..end];
        log.Write(LogLevel.Error, $"Malformed SSH_CONNECTION variable: \"{Protocol.Wire.Printable.Escape(connection)}\"");
        return null;
    }
}
