namespace Nacre.Server;

/// <summary>What came of one connection in the process that serves it.</summary>
/// <param name="HasHandshake">Whether the first key exchange was completed there.</param>
/// <param name="Rekeys">Key exchanges after the first.</param>
/// <param name="Channels">Channels that were opened, by either side.</param>
/// <param name="BytesReceived">Bytes from the client.</param>
/// <param name="BytesSent">Bytes to the client.</param>
internal readonly record struct ConnectionTally(bool HasHandshake, long Rekeys, long Channels, long BytesReceived, long BytesSent);
