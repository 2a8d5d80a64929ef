namespace Nacre.Tools;

/// <summary>A tool cannot go on; whoever runs it prints the message and ends with the status.</summary>
/// <param name="message">What happened, to what, and what to do next; empty where everything has been said.</param>
/// <param name="status">The exit status; OpenSSH's for what is fatal is 255.</param>
internal sealed class FatalException(string message, int status = 255) : Exception(message)
{
    public int Status { get; } = status;
}
