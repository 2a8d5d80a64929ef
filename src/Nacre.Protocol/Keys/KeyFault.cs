namespace Nacre.Protocol.Keys;

/// <summary>Why a key could not be read.</summary>
public enum KeyFault
{
    /// <summary>The bytes are not what the format asks for, or the numbers in them do not make a key.</summary>
    Damaged,

    /// <summary>The bytes are in order as far as they can be judged, but of a type, format or cipher that is not supported here.</summary>
    Unsupported,

    /// <summary>The private key is locked and no passphrase was given.</summary>
    PassphraseNeeded,

    /// <summary>The private key is locked and the passphrase does not open it.</summary>
    WrongPassphrase,
}
