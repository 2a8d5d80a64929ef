using Nacre.Config.Values;

namespace Nacre.Tools.Sshd.Log;

/// <summary>A line of the server's log, and from which level on it is told.</summary>
internal readonly record struct LogLine(LogLevel Level, string Text);
