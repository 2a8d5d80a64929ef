using Nacre.Config.Values;
using Nacre.Unix;

namespace Nacre.Tools.SftpServer;

/// <summary>The log of one SFTP session: standard error or syslog, in OpenSSH's form.</summary>
/// <remarks>Whoever composes a line has escaped what came from the client.</remarks>
internal sealed class SftpServerLog(LogLevel level, Action<LogLevel, string> write)
{
    public LogLevel Level => level;

    /// <summary>A log on standard error.</summary>
    public static SftpServerLog ToStandardError(LogLevel level) => new(level, static (level, line) => Console.Error.Write(ErrorLine(level, line)));

    /// <summary>A log in syslog.</summary>
    public static SftpServerLog ToSystemLog(LogLevel level, LogFacility facility)
    {
        SystemLog.Open("sftp-server", (SystemLog.Facility)((int)facility << 3));
        return new SftpServerLog(level, static (level, line) => SystemLog.Write(PriorityOf(level), NameOf(level) + line));
    }

    /// <summary>A line as standard error has it.</summary>
    public static string ErrorLine(LogLevel level, string line) => $"{(level >= LogLevel.Debug1 ? NameOf(level) : "")}{line}\r\n";

    public void Write(LogLevel lineLevel, string line)
    {
        if (lineLevel <= level) write(lineLevel, line);
    }

    /// <summary>What a line begins with that does not stand for itself.</summary>
    public static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Fatal => "fatal: ",
        LogLevel.Error => "error: ",
        LogLevel.Debug1 => "debug1: ",
        LogLevel.Debug2 => "debug2: ",
        LogLevel.Debug3 => "debug3: ",
        _ => "",
    };

    /// <summary>How much a line matters to syslog.</summary>
    public static SystemLog.Priority PriorityOf(LogLevel level) => level switch
    {
        LogLevel.Fatal => SystemLog.Priority.Critical,
        LogLevel.Error => SystemLog.Priority.Error,
        LogLevel.Info or LogLevel.Verbose => SystemLog.Priority.Info,
        _ => SystemLog.Priority.Debug,
    };
}
