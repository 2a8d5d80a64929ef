using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys;

/// <summary>A key could not be read; the one exception that comes out of reading keys, whatever their bytes are.</summary>
public sealed class KeyFormatException : SshException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="fault">Why the key could not be read.</param>
    /// <param name="message">One sentence for a person; it holds nothing of the key.</param>
    /// <param name="inner">What failed underneath, if anything.</param>
    public KeyFormatException(KeyFault fault, string message, Exception? inner = null)
        : base(message, inner) => Fault = fault;

    /// <summary>Why the key could not be read.</summary>
    public KeyFault Fault { get; }

    internal static KeyFormatException Damaged(string message, Exception? inner = null) => new(KeyFault.Damaged, message, inner);

    internal static KeyFormatException Unsupported(string message, Exception? inner = null) => new(KeyFault.Unsupported, message, inner);

    internal static KeyFormatException WrongPassphrase() => new(KeyFault.WrongPassphrase, "The passphrase does not unlock the private key.");
}
