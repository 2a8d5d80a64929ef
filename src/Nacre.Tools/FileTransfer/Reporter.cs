using Nacre.Protocol.Wire;

namespace Nacre.Tools.FileTransfer;

/// <summary>What sftp and scp tell people. Every line is escaped whole, since names come from the other side .</summary>
/// <param name="output">Where results go.</param>
/// <param name="error">Where failures go.</param>
/// <param name="prefix">Put before each failure.</param>
internal sealed class Reporter(TextWriter output, TextWriter error, string prefix = "")
{
    /// <summary>Say results and failures only.</summary>
    public bool IsQuiet { get; init; }

    /// <summary>Show how far each copy is; for terminals.</summary>
    public bool ShowsProgress { get; set; }

    /// <summary>Prints a result.</summary>
    public void Print(string line)
    {
        output.Write(Printable.Escape(line) + "\n");
        output.Flush();
    }

    /// <summary>Shows a line that was read, with its tabs.</summary>
    public void Echo(string line)
    {
        output.Write(string.Join('\t', line.Split('\t').Select(Printable.Escape)) + "\n");
        output.Flush();
    }

    /// <summary>Prints without ending the line.</summary>
    public void Prompt(string text)
    {
        output.Write(text);
        output.Flush();
    }

    /// <summary>Says what is being done, unless quiet.</summary>
    public void Tell(string line)
    {
        if (!IsQuiet) Print(line);
    }

    /// <summary>Says on the error stream what happened, unless quiet.</summary>
    public void Note(string line)
    {
        if (!IsQuiet) error.Write(Printable.Escape(line) + "\n");
    }

    /// <summary>Says what failed.</summary>
    public void Fail(string line) => error.Write(prefix + Printable.Escape(line) + "\n");

    /// <summary>A meter for the copies of one command; null when none is wanted.</summary>
    public TransferMeter? StartMeter() => ShowsProgress ? new TransferMeter(output) : null;
}
