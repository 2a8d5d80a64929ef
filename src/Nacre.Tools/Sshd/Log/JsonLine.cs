using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Nacre.Config.Values;

namespace Nacre.Tools.Sshd.Log;

/// <summary>Writes a line of the log as a JSON object, for programs that collect logs (LogFormat json).</summary>
internal static class JsonLine
{
    /// <param name="time">When it happened; written in UTC.</param>
    /// <param name="level">How much it matters.</param>
    /// <param name="processId">Whose process writes.</param>
    /// <param name="message">The line as it would stand in a log of text.</param>
    public static string Of(DateTimeOffset time, LogLevel level, int processId, string message)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("time", time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
            writer.WriteString("program", "sshd");
            writer.WriteNumber("pid", processId);
            writer.WriteString("level", NameOf(level));
            writer.WriteString("message", message);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Fatal => "fatal",
        LogLevel.Error => "error",
        LogLevel.Info => "info",
        LogLevel.Verbose => "verbose",
        LogLevel.Debug1 => "debug1",
        LogLevel.Debug2 => "debug2",
        LogLevel.Debug3 => "debug3",
        _ => "quiet",
    };
}
