using System.Buffers.Binary;
using Nacre.Crypto;

namespace Nacre.Protocol.Algorithms.Ciphers;

/// <summary>The nonce of AES-GCM packets. RFC 5647 7.1: a fixed field of four bytes and an invocation counter of eight, one up with each packet.</summary>
internal sealed class GcmNonce
{
    private readonly byte[] _bytes;

    public GcmNonce(ReadOnlySpan<byte> iv)
    {
        if (iv.Length != AesGcm.NonceSize) throw new ArgumentException("The initial vector of AES-GCM has 12 bytes.", nameof(iv));
        _bytes = iv.ToArray();
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Counts one packet. The counter may go past zero, as it starts anywhere; keys are changed long before it comes round.</summary>
    public void Advance()
    {
        Span<byte> counter = _bytes.AsSpan(4);
        BinaryPrimitives.WriteUInt64BigEndian(counter, unchecked(BinaryPrimitives.ReadUInt64BigEndian(counter) + 1));
    }
}
