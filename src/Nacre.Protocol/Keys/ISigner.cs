namespace Nacre.Protocol.Keys;

/// <summary>Something that can sign with one key: a private key in memory, or an agent or token that keeps it.</summary>
public interface ISigner
{
    /// <summary>The public key, or the certificate, that the signatures verify under.</summary>
    PublicKey PublicKey { get; }

    /// <summary>Signs data and returns the signature as it goes on the wire (RFC 4253 6.6): the algorithm's name and its blob.</summary>
    /// <param name="algorithm">The signature algorithm, such as rsa-sha2-512; one that the key's type has.</param>
    /// <param name="data">What to sign.</param>
    /// <param name="ct">Cancels waiting for an agent or a person.</param>
    /// <exception cref="Wire.SshException">The key cannot be used: the agent refused, the passphrase was wrong.</exception>
    ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct);
}
