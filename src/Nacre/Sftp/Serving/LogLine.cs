using System.Globalization;
using System.Runtime.CompilerServices;
using Nacre.Protocol.Sftp;
using Nacre.Protocol.Wire;

namespace Nacre.Sftp.Serving;

/// <summary>A line of the log in the making; nothing is made of one that nobody hears, and no text gets into one unescaped .</summary>
[InterpolatedStringHandler]
internal ref struct LogLine
{
    private DefaultInterpolatedStringHandler _line;

    public LogLine(int literalLength, int formattedCount, ServingLog log, SftpLogLevel level, out bool isWanted)
    {
        IsWanted = isWanted = log.IsOn(level);
        if (isWanted) _line = new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture);
    }

    public bool IsWanted { get; }

    public void AppendLiteral(string text) => _line.AppendLiteral(text);

    public void AppendFormatted(string text) => _line.AppendLiteral(Printable.Escape(FileNameText.Encode(text)));

    public void AppendFormatted<T>(T value)
        where T : struct => _line.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string format)
        where T : struct => _line.AppendFormatted(value, format);

    public string ToStringAndClear() => _line.ToStringAndClear();
}
