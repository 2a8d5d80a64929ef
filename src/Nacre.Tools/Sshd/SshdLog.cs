using Nacre.Config.Values;
using Nacre.Protocol.Wire;
using Nacre.Tools.SftpServer;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>The server's log: standard error, a file or syslog, in the words that people's scripts read from OpenSSH.</summary>
/// <remarks>Whoever composes a line has escaped what came from a peer; a line never holds a line end.</remarks>
internal sealed class SshdLog : ITrace, IDisposable
{
    private readonly Lock _lock = new();
    private readonly TextWriter? _writer;
    private readonly bool _ownsWriter;

    private SshdLog(LogLevel level, TextWriter? writer, bool ownsWriter) => (Level, _writer, _ownsWriter) = (level, writer, ownsWriter);

    public LogLevel Level { get; }

    public static SshdLog ToStandardError(LogLevel level) => new(level, Console.Error, ownsWriter: false);

    /// <summary>Logs to a writer, which it disposes of.</summary>
    public static SshdLog To(LogLevel level, TextWriter writer) => new(level, writer, ownsWriter: true);

    public static SshdLog ToSystemLog(LogLevel level, LogFacility facility)
    {
        SystemLog.Open("sshd", (SystemLog.Facility)((int)facility << 3));
        return new SshdLog(level, null, ownsWriter: false);
    }

    public bool IsOn(int level) => Level >= LogLevel.Verbose + level;

    public void Write(int level, string line, string file = "", string member = "", int number = 0) => Write(LogLevel.Verbose + level, $"debug{level}: {line}", SystemLog.Priority.Debug);

    public void Info(string line) => Write(LogLevel.Info, line, SystemLog.Priority.Info);

    public void Verbose(string line) => Write(LogLevel.Verbose, line, SystemLog.Priority.Info);

    public void Error(string line) => Write(LogLevel.Error, line, SystemLog.Priority.Error);

    public void Fatal(string line) => Write(LogLevel.Fatal, line, SystemLog.Priority.Critical);

    /// <summary>Writes a line of an SFTP session that is served within this process, which has a level and a facility of its own.</summary>
    public void WriteSftp(LogLevel level, LogFacility facility, string line)
    {
        lock (_lock)
        {
            if (_writer is null) SystemLog.Write(SftpServerLog.PriorityOf(level), SftpServerLog.NameOf(level) + line, (SystemLog.Facility)((int)facility << 3));
            else _writer.Write($"{SftpServerLog.NameOf(level)}{line}\r\n");
        }
    }

    public void Dispose()
    {
        if (_ownsWriter) _writer!.Dispose();
    }

    private void Write(LogLevel level, string line, SystemLog.Priority priority)
    {
        if (level > Level) return;
        lock (_lock)
        {
            if (_writer is null) SystemLog.Write(priority, line);
            else _writer.Write(line + "\r\n");
        }
    }
}
