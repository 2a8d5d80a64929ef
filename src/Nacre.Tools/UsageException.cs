namespace Nacre.Tools;

/// <summary>A tool was called in a way that it does not know; whoever runs the tool prints the message and the usage.</summary>
internal sealed class UsageException(string message = "") : Exception(message);
