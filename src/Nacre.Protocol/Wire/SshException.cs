namespace Nacre.Protocol.Wire;

/// <summary>Anything that goes wrong in an SSH connection and that is not a mistake of the calling program.</summary>
public class SshException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, to what, and what to do next.</param>
    /// <param name="inner">What failed underneath, if anything.</param>
    public SshException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
