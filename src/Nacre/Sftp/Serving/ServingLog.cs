using System.Runtime.CompilerServices;

namespace Nacre.Sftp.Serving;

/// <summary>The log of one session: makes a line only when somebody hears it.</summary>
internal sealed class ServingLog(SftpServerOptions options)
{
    public bool IsOn(SftpLogLevel level) => options.Log is not null && level <= options.LogLevel;

    /// <summary>Writes a line; text that is put into it is escaped.</summary>
    public void Write(SftpLogLevel level, [InterpolatedStringHandlerArgument("", nameof(level))] ref LogLine line)
    {
        if (line.IsWanted) options.Log!(level, line.ToStringAndClear());
    }
}
