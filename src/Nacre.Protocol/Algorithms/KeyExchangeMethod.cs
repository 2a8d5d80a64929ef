using Nacre.Crypto;

namespace Nacre.Protocol.Algorithms;

/// <summary>
/// One run of a key exchange in which each side sends one share. An instance serves one exchange and holds its ephemeral secrets until Dispose.
/// </summary>
/// <remarks>
/// Shares and the shared secret are the contents of their length-prefixed fields, whether those are strings (RFC 5656, RFC 10042, RFC 9941)
/// or mpints (RFC 4253 8): the caller sends them and hashes them with a length before them and need not know which. A peer's share that
/// the method does not allow (wrong length, not on the curve, out of range, all-zero result) throws
/// <see cref="Wire.SshViolationException"/> with <see cref="Wire.Violation.BadKeyExchangeValue"/>.
/// </remarks>
internal abstract class KeyExchangeMethod : IDisposable
{
    /// <summary>Client: makes the ephemeral keys and returns the share to send.</summary>
    public abstract byte[] Begin();

    /// <summary>Server: takes the client's share, returns the share to send back and the shared secret K.</summary>
    public abstract byte[] Respond(ReadOnlySpan<byte> clientShare, out Secret sharedSecret);

    /// <summary>Client: takes the server's share and returns the shared secret K.</summary>
    public abstract Secret Finish(ReadOnlySpan<byte> serverShare);

    /// <summary>Wipes the ephemeral secrets.</summary>
    public abstract void Dispose();
}
