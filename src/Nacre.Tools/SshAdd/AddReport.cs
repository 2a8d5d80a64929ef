namespace Nacre.Tools.SshAdd;

/// <summary>What ssh-add says, with the line ends that OpenSSH's has: errors and steps are lines of a log, which end in CR LF, and what was done is not.</summary>
internal sealed class AddReport(TextWriter output, TextWriter error, AddSettings settings)
{
    /// <summary>What was asked for.</summary>
    public void Print(string line) => output.Write(line + "\n");

    /// <summary>What was done, unless -q wants to hear nothing of it.</summary>
    public void Done(string line)
    {
        if (!settings.IsQuiet) error.Write(line + "\n");
    }

    /// <summary>What was not done.</summary>
    public void Say(string line) => error.Write(line + "\n");

    /// <summary>What went wrong on the way.</summary>
    public void Fail(string line) => error.Write(line + "\r\n");

    /// <summary>A step, for as many -v.</summary>
    public void Trace(int detail, string line)
    {
        if (settings.Verbosity >= detail) error.Write($"debug{detail}: {line}\r\n");
    }
}
