using Nacre.Protocol.Wire;

namespace Nacre.Scp;

/// <summary>An scp conversation is over before its end: the other side gave up, went away or broke the protocol.</summary>
/// <param name="message">What happened, in OpenSSH's words where it has any; those of the other side may hold anything.</param>
/// <param name="inner">What failed underneath, if anything.</param>
internal sealed class ScpException(string message, Exception? inner = null) : SshException(message, inner)
{
    /// <summary>The other side went away.</summary>
    public static ScpException LostConnection(Exception? inner = null) => new("lost connection", inner);
}
