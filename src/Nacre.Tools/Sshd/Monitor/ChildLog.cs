using System.Text;
using Nacre.Config.Values;
using Nacre.Protocol.Wire;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>Writes the lines of the monitor's processes, as lines and nothing else.</summary>
internal static class ChildLog
{
    /// <param name="log">The log.</param>
    /// <param name="message">The line.</param>
    /// <param name="mayChooseFacility">True for a process whose SFTP sessions have a facility of their own.</param>
    /// <param name="process">The process whose lines they are; 0 for this one.</param>
    public static void Write(SshdLog log, LogMessage message, bool mayChooseFacility, int process)
    {
        var level = (LogLevel)message.Level;
        if (!Enum.IsDefined(level) || (message.Facility > 0 && !Enum.IsDefined((LogFacility)(message.Facility - 1)))) throw new SshViolationException(Violation.FieldMalformed, "A line for the log has no level that there is.");

        // Its maker has escaped what came from the network; that it is one line is not taken on trust.
        string line = Encoding.UTF8.GetString(message.Text).ReplaceLineEndings("\\n");
        if (message.Facility > 0 && mayChooseFacility) log.WriteSftp(level, (LogFacility)(message.Facility - 1), line, process);
        else log.Relay(level, line, process);
    }
}
