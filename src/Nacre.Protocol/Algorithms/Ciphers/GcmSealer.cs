using System.Buffers.Binary;
using Nacre.Crypto;

namespace Nacre.Protocol.Algorithms.Ciphers;

/// <summary>Seals with AES-GCM as aes128-gcm@openssh.com and aes256-gcm@openssh.com do (RFC 5647): the length is clear and authenticated.</summary>
internal sealed class GcmSealer(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv) : IPacketSealer
{
    private readonly AesGcm _aes = new(key);
    private readonly GcmNonce _nonce = new(iv);

    public int BlockSize => 16;

    public bool IsLengthOutside => true;

    public int Overhead => 4 + AesGcm.TagSize;

    public int Seal(ReadOnlySpan<byte> frame, uint sequence, Span<byte> output)
    {
        BinaryPrimitives.WriteInt32BigEndian(output, frame.Length);
        _aes.Seal(_nonce.Bytes, output[..4], frame, output.Slice(4, frame.Length), output.Slice(4 + frame.Length, AesGcm.TagSize));
        _nonce.Advance();
        return frame.Length + Overhead;
    }

    public void WriteIv(Span<byte> iv) => _nonce.Bytes.CopyTo(iv);

    public void Dispose() => _aes.Dispose();
}
