using System.Runtime.CompilerServices;
using Nacre.Config.Values;
using Nacre.Protocol.Wire;
using Nacre.Unix;

namespace Nacre.Tools.Shared;

/// <summary>Writes what a tool says to standard error, to the file of -E or to the system's log, in OpenSSH's form and as much as LogLevel, -q and -v want.</summary>
internal sealed class ErrorTrace : ITrace
{
    private readonly Lock _lock = new();
    private readonly TextWriter? _output;

    /// <summary>Writes to standard error or a file.</summary>
    public ErrorTrace(LogLevel level, TextWriter output) => (Level, _output) = (level, output);

    private ErrorTrace(LogLevel level) => Level = level;

    /// <summary>How much is told; a person can change it by an escape sequence.</summary>
    public LogLevel Level { get; set; }

    /// <summary>True when lines go to the system's log, where the person at the terminal does not see them.</summary>
    public bool IsSystemLog => _output is null;

    /// <summary>Where the time goes is noted; null where nobody has asked.</summary>
    public Timeline? Timeline { get; set; }

    /// <summary>True while the terminal that this may go to is in raw mode.</summary>
    public bool IsRaw { get; set; }

    /// <summary>Writes to the system's log.</summary>
    public static ErrorTrace ToSystemLog(LogLevel level, string program, LogFacility facility, VerbosePlaces verbosePlaces)
    {
        SystemLog.Open(program, (SystemLog.Facility)((int)facility << 3));
        return new ErrorTrace(level) { VerbosePlaces = verbosePlaces };
    }

    public VerbosePlaces VerbosePlaces { get; init; } = VerbosePlaces.None;

    public bool IsOn(int detail) => Level >= LogLevel.Verbose + detail || VerbosePlaces.IsAny;

    public void Write(int detail, string line, [CallerFilePath] string file = "", [CallerMemberName] string member = "", [CallerLineNumber] int number = 0)
    {
        if (VerbosePlaces.Has(file, member, number, out string place)) Write(Level, $"debug{detail}: {place}: {line}", SystemLog.Priority.Debug);
        else if (detail == 0) Verbose(line);
        else Write(LogLevel.Verbose + detail, $"debug{detail}: {line}", SystemLog.Priority.Debug);
    }

    /// <summary>A step that those see who asked for more, without the mark of a debug line.</summary>
    public void Verbose(string line) => Write(LogLevel.Verbose, line, SystemLog.Priority.Info);

    /// <summary>Something that people want to know.</summary>
    public void Say(string line) => Write(LogLevel.Info, line, SystemLog.Priority.Info);

    /// <summary>What went wrong, or why the program ends; with -q the exit status alone tells it.</summary>
    public void Fail(string line) => Write(LogLevel.Error, line, SystemLog.Priority.Error);

    private void Write(LogLevel level, string line, SystemLog.Priority priority)
    {
        if (Level < level) return;
        lock (_lock)
        {
            if (_output is null)
            {
                foreach (string each in line.Split('\n')) SystemLog.Write(priority, each);
                return;
            }

            // A terminal in raw mode needs the carriage return.
            _output.Write(IsRaw ? line.Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n" : line + "\n");
            _output.Flush();
        }
    }
}
