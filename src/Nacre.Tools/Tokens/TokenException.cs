using Nacre.Protocol.Wire;

namespace Nacre.Tools.Tokens;

/// <summary>Why a token did not do what it was asked for.</summary>
internal enum TokenFault : uint
{
    General = 1,

    /// <summary>The library is none, or ended before its answer.</summary>
    NoProvider = 2,
    NoToken = 3,

    /// <summary>It wants its PIN before it signs with any key.</summary>
    LoginRequired = 4,

    /// <summary>The key wants the PIN each time that it signs.</summary>
    PinRequired = 5,
    PinIncorrect = 6,
    PinLocked = 7,
    NoKey = 8,
}

/// <summary>A token, or the library that speaks with it, did not do what it was asked for.</summary>
internal sealed class TokenException(TokenFault fault, string explanation = "") : SshException(explanation.Length > 0 ? explanation : Words(fault))
{
    public TokenFault Fault => fault;

    private static string Words(TokenFault fault) => fault switch
    {
        TokenFault.NoToken => "there is no token in the slot; put it in and try again",
        TokenFault.LoginRequired or TokenFault.PinRequired => "the token wants its PIN",
        TokenFault.PinIncorrect => "the PIN is wrong",
        TokenFault.PinLocked => "the PIN is locked; unlock it with the tools of the token's maker",
        TokenFault.NoKey => "the token has no private key to this public key",
        _ => "the token or its library refused",
    };
}
