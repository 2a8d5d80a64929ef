namespace Nacre.Protocol.Algorithms;

/// <summary>What two KEXINITs agree on (RFC 4253 7.1).</summary>
/// <param name="KeyExchange">How the shared secret is made.</param>
/// <param name="HostKey">How the server signs.</param>
/// <param name="ClientToServer">What protects the client's packets.</param>
/// <param name="ServerToClient">What protects the server's packets.</param>
/// <param name="IsOurGuessWrong">True when we announced a guessed share that the peer will drop: the right one must be sent again.</param>
/// <param name="IsPeerGuessWrong">True when the peer announced a guessed share that must be dropped: exactly one packet.</param>
internal sealed record NegotiatedAlgorithms(
    KeyExchangeAlgorithm KeyExchange,
    HostKeyAlgorithm HostKey,
    DirectionAlgorithms ClientToServer,
    DirectionAlgorithms ServerToClient,
    bool IsOurGuessWrong,
    bool IsPeerGuessWrong);

/// <summary>What protects the packets of one direction.</summary>
/// <param name="Cipher">How they are encrypted.</param>
/// <param name="Mac">How they are authenticated; null when the cipher does that.</param>
/// <param name="Compression">How their payloads are compressed.</param>
internal sealed record DirectionAlgorithms(CipherAlgorithm Cipher, MacAlgorithm? Mac, CompressionAlgorithm Compression);
