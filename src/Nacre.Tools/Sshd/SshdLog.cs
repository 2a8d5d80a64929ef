using System.Runtime.CompilerServices;
using Nacre.Config;
using Nacre.Config.Values;
using Nacre.Protocol.Wire;
using Nacre.Tools.SftpServer;
using Nacre.Tools.Shared;
using Nacre.Tools.Sshd.Log;
using Nacre.Unix;

namespace Nacre.Tools.Sshd;

/// <summary>The server's log: standard error, a file or syslog, in the words that people's scripts read from OpenSSH.</summary>
/// <remarks>Whoever composes a line has escaped what came from a peer; a line never holds a line end.</remarks>
internal sealed class SshdLog : ITrace, IDisposable
{
    private readonly Place _place;
    private readonly bool _ownsPlace;
    private readonly Action<LogLevel, LogFacility?, string>? _tell;
    private VerbosePlaces _places = VerbosePlaces.None;
    private bool _isJson;

    private SshdLog(LogLevel level, Place place, bool ownsPlace = false, Action<LogLevel, LogFacility?, string>? tell = null) =>
        (Level, _place, _ownsPlace, _tell) = (level, place, ownsPlace, tell);

    public LogLevel Level { get; private set; }

    public static SshdLog ToStandardError(LogLevel level) => new(level, new Place { Writer = Console.Error });

    /// <summary>Logs to a writer, which it disposes of.</summary>
    public static SshdLog To(LogLevel level, TextWriter writer) => new(level, new Place { Writer = writer }, ownsPlace: true);

    public static SshdLog ToSystemLog(LogLevel level, LogFacility facility)
    {
        SystemLog.Open("sshd", (SystemLog.Facility)((int)facility << 3));
        return new SshdLog(level, new Place());
    }

    /// <summary>Has another process write the lines, each with its level and with a facility where it has one of its own.</summary>
    public static SshdLog Through(LogLevel level, Action<LogLevel, LogFacility?, string> tell) => new(level, new Place(), tell: tell);

    /// <summary>The same log for one connection, of which more or less may be told than of others.</summary>
    public SshdLog ForConnection() => At(Level);

    /// <summary>The same log for one connection, of which so much is told.</summary>
    public SshdLog At(LogLevel level) => new(level, _place, ownsPlace: false, _tell) { _places = _places, _isJson = _isJson };

    /// <summary>Tells so much from now on.</summary>
    public void SetLevel(LogLevel level) => Level = level;

    /// <summary>Tells from now on what a configuration wants to be told; a level that the command line has set stays unless a Match block changes it.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="general">The configuration for connections that no Match block fits; null when that is meant.</param>
    public void Obey(ServerConfig config, ServerConfig? general = null)
    {
        if (general is not null && config.LogLevel != general.LogLevel) Level = config.LogLevel;
        _places = new VerbosePlaces(config.LogVerbose);
        _isJson = config.LogFormat == LogFormat.Json;
    }

    /// <summary>Goes on elsewhere: in a file that has been opened anew, or in the system's log under another facility.</summary>
    /// <param name="writer">The file, which it disposes of in the end; null where the log is no file.</param>
    /// <param name="facility">The facility.</param>
    public void MoveTo(TextWriter? writer, LogFacility facility)
    {
        lock (_place.Gate)
        {
            if (_place.Writer is null) SystemLog.Open("sshd", (SystemLog.Facility)((int)facility << 3));
            else if (writer is not null) (_place.Writer, writer) = (writer, _place.Writer);
        }

        writer?.Dispose();
    }

    public bool IsOn(int level) => Level >= LogLevel.Verbose + level || _places.IsAny;

    public void Write(int level, string line, [CallerFilePath] string file = "", [CallerMemberName] string member = "", [CallerLineNumber] int number = 0)
    {
        if (_places.Has(file, member, number, out string place)) Write(Level, $"debug{level}: {place}: {line}", SystemLog.Priority.Debug);
        else Write(LogLevel.Verbose + level, $"debug{level}: {line}", SystemLog.Priority.Debug);
    }

    public void Tell(LogLine line) => Write(line.Level, line.Text, SftpServerLog.PriorityOf(line.Level));

    public void Info(string line) => Write(LogLevel.Info, line, SystemLog.Priority.Info);

    public void Verbose(string line) => Write(LogLevel.Verbose, line, SystemLog.Priority.Info);

    public void Error(string line) => Write(LogLevel.Error, line, SystemLog.Priority.Error);

    public void Fatal(string line) => Write(LogLevel.Fatal, line, SystemLog.Priority.Critical);

    /// <summary>Writes a line of an SFTP session that is served within this process, which has a level and a facility of its own.</summary>
    public void WriteSftp(LogLevel level, LogFacility facility, string line, int process = 0)
    {
        if (_tell is not null)
        {
            _tell(level, facility, line);
            return;
        }

        var own = (SystemLog.Facility)((int)facility << 3);
        if (_isJson) Put(SftpServerLog.PriorityOf(level), Json(level, line, process), "\n", own, process);
        else Put(SftpServerLog.PriorityOf(level), SftpServerLog.NameOf(level) + line, "\r\n", own, process);
    }

    /// <summary>Writes a line of another process, which has composed it as one of its own.</summary>
    public void Relay(LogLevel level, string line, int process) => WriteAlways(level, line, SftpServerLog.PriorityOf(level), process);

    public void Dispose()
    {
        if (_ownsPlace) _place.Writer!.Dispose();
    }

    private void Write(LogLevel level, string line, SystemLog.Priority priority)
    {
        if (level <= Level) WriteAlways(level, line, priority);
    }

    private void WriteAlways(LogLevel level, string line, SystemLog.Priority priority, int process = 0)
    {
        if (_tell is not null)
        {
            _tell(level, null, line);
            return;
        }

        // As OpenSSH has it: on standard error and in a file, a line says by itself how much it matters.
        if (_isJson) Put(priority, Json(level, line, process), "\n", process: process);
        else Put(priority, _place.Writer is null ? NameOf(priority) + line : line, "\r\n", process: process);
    }

    private void Put(SystemLog.Priority priority, string line, string end, SystemLog.Facility facility = 0, int process = 0)
    {
        lock (_place.Gate)
        {
            if (_place.Writer is null) SystemLog.Write(priority, line, facility, process);
            else _place.Writer.Write(line + end);
        }
    }

    private static string Json(LogLevel level, string line, int process) => JsonLine.Of(DateTimeOffset.UtcNow, level, process == 0 ? Environment.ProcessId : process, line);

    /// <summary>Where the lines go, of the server and of each of its connections; whoever writes has it locked.</summary>
    private sealed class Place
    {
        public Lock Gate { get; } = new();

        /// <summary>Standard error or a file; null for the system's log, and for another process's.</summary>
        public TextWriter? Writer { get; set; }
    }

    private static string NameOf(SystemLog.Priority priority) => priority switch
    {
        SystemLog.Priority.Critical => "fatal: ",
        SystemLog.Priority.Error => "error: ",
        _ => "",
    };
}
