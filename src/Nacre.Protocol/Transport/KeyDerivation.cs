using System.Security.Cryptography;
using Nacre.Crypto;

namespace Nacre.Protocol.Transport;

/// <summary>Derives the keys of one exchange from its shared secret and hash (RFC 4253 7.2).</summary>
internal sealed class KeyDerivation(HashAlgorithmName hashName, Secret sharedSecret, ReadOnlyMemory<byte> exchangeHash, ReadOnlyMemory<byte> sessionId)
{
    /// <summary>The key of the given letter, A to F, extended to the length asked for.</summary>
    public Secret Derive(char letter, int length)
    {
        var key = new Secret(length);
        if (length == 0) return key;
        using var hash = Digest.Begin(hashName);
        Span<byte> block = stackalloc byte[64];

        // K1 = HASH(K || H || X || session_id)
        AppendSecretAndHash(hash);
        hash.Append([(byte)letter]);
        hash.Append(sessionId.Span);
        int size = hash.Size;
        hash.Finish(block);
        int filled = Math.Min(size, length);
        block[..filled].CopyTo(key.Span);

        // K2 = HASH(K || H || K1), K3 = HASH(K || H || K1 || K2), and so on
        while (filled < length)
        {
            AppendSecretAndHash(hash);
            hash.Append(key.Span[..filled]);
            hash.Finish(block);
            int taken = Math.Min(size, length - filled);
            block[..taken].CopyTo(key.Span[filled..]);
            filled += taken;
        }

        CryptographicOperations.ZeroMemory(block);
        return key;
    }

    private void AppendSecretAndHash(Digest hash)
    {
        hash.AppendString(sharedSecret.Span);
        hash.Append(exchangeHash.Span);
    }
}
