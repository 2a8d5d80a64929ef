namespace Nacre.Protocol.Wire;

/// <summary>The peer broke the protocol; the connection is over and the DISCONNECT carries <see cref="Exception.Message"/>.</summary>
public class SshViolationException : SshException
{
    /// <summary>Creates the exception for a violation.</summary>
    /// <param name="violation">Which rule was broken.</param>
    /// <param name="message">What happened, to what; it is sent to the peer, so it holds no secret.</param>
    /// <param name="inner">What failed underneath, if anything.</param>
    public SshViolationException(Violation violation, string message, Exception? inner = null)
        : base(message, inner) => Violation = violation;

    /// <summary>Which rule was broken.</summary>
    public Violation Violation { get; }

    /// <summary>Whether the connection was lost before the peer had said who it is.</summary>
    internal bool IsBeforeIdentification { get; init; }
}
