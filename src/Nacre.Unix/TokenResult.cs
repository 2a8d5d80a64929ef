namespace Nacre.Unix;

/// <summary>What a function of a PKCS#11 library returns (PKCS#11 v2.40, CK_RV): those that somebody here tells apart.</summary>
internal enum TokenResult : ulong
{
    Ok = 0,
    DeviceRemoved = 0x32,
    PinIncorrect = 0xa0,
    PinInvalid = 0xa1,
    PinLength = 0xa2,
    PinLocked = 0xa4,
    SessionClosed = 0xb0,
    SessionHandleInvalid = 0xb3,
    TokenNotPresent = 0xe0,
    TokenNotRecognized = 0xe1,
    UserAlreadyLoggedIn = 0x100,
    UserNotLoggedIn = 0x101,
    AlreadyInitialized = 0x191,
}

/// <summary>A function of a PKCS#11 library failed, or said what cannot be.</summary>
internal sealed class TokenLibraryException : Exception
{
    public TokenLibraryException(string message)
        : base(message)
    {
    }

    // OpenSSH's words.
    public TokenLibraryException(string function, TokenResult result)
        : base($"{function} failed: {(ulong)result}") => Result = result;

    /// <summary>What it returned; <see cref="TokenResult.Ok"/> where that is not what is wrong.</summary>
    public TokenResult Result { get; }

    /// <summary>True when the session is no more: the token was taken out, perhaps to be put in again.</summary>
    public bool IsSessionLost => Result is TokenResult.SessionClosed or TokenResult.SessionHandleInvalid or TokenResult.DeviceRemoved;
}
