using Nacre.Config.Values;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.Shared;

/// <summary>Writes what a tool says to standard error, or to the file of -E, in OpenSSH's form and as much as LogLevel, -q and -v want.</summary>
internal sealed class ErrorTrace(LogLevel level, TextWriter output) : ITrace
{
    private readonly Lock _lock = new();

    public bool IsOn(int detail) => level >= LogLevel.Verbose + detail;

    public void Write(int detail, string line)
    {
        if (IsOn(detail)) WriteLine($"debug{detail}: {line}");
    }

    /// <summary>Something that people want to know.</summary>
    public void Say(string line)
    {
        if (level >= LogLevel.Info) WriteLine(line);
    }

    /// <summary>What went wrong, or why the program ends; with -q the exit status alone tells it.</summary>
    public void Fail(string line)
    {
        if (level >= LogLevel.Error) WriteLine(line);
    }

    // A terminal in raw mode needs the carriage return.
    private void WriteLine(string line)
    {
        lock (_lock)
        {
            output.Write(line + (IsRaw ? "\r\n" : "\n"));
            output.Flush();
        }
    }

    /// <summary>True while the terminal that this may go to is in raw mode.</summary>
    public bool IsRaw { get; set; }
}
