using Nacre.Protocol.Wire;

namespace Nacre.Tools.Shared;

/// <summary>Writes the tools' -v lines to standard error, or to the file of -E, in OpenSSH's form.</summary>
internal sealed class ErrorTrace(int verbosity, bool isQuiet, TextWriter output) : ITrace
{
    private readonly Lock _lock = new();

    public bool IsOn(int level) => level <= verbosity;

    public void Write(int level, string line)
    {
        if (IsOn(level)) WriteLine($"debug{level}: {line}");
    }

    /// <summary>Something that people want to know; silent with -q.</summary>
    public void Say(string line)
    {
        if (!isQuiet) WriteLine(line);
    }

    /// <summary>Why the program ends; said with -q too.</summary>
    public void Fail(string line) => WriteLine(line);

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
