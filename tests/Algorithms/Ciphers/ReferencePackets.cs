using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using Nacre.Crypto;
using Nacre.Protocol.Algorithms;

namespace Nacre.Tests.Algorithms.Ciphers;

/// <summary>
/// A second way to seal the packets of one direction, made of the base library's one-shot calls and of plain arithmetic, to compare with.
/// It keeps the whole plaintext and encrypts it anew for each packet, which is slow and has no state to get wrong.
/// </summary>
internal sealed class ReferencePackets(PacketPair pair)
{
    private readonly List<byte> _plaintext = [];
    private ulong _gcmPackets;

    public byte[] Seal(byte[] frame, uint sequence)
    {
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, frame.Length);
        if (pair.Cipher.Construction == CipherConstruction.Gcm) return SealGcm(length, frame);
        if (pair.Cipher.Construction == CipherConstruction.ChaChaPoly) return SealChaCha(length, frame, sequence);
        if (pair.Mac!.IsEtm)
        {
            byte[] covered = [.. length, .. Encrypt(frame)];
            return [.. covered, .. Authenticate(sequence, covered)];
        }

        byte[] packet = [.. length, .. frame];
        return [.. Encrypt(packet), .. Authenticate(sequence, packet)];
    }

    private byte[] SealGcm(byte[] length, byte[] frame)
    {
        byte[] nonce = [.. pair.Iv];
        BinaryPrimitives.WriteUInt64BigEndian(nonce.AsSpan(4), BinaryPrimitives.ReadUInt64BigEndian(pair.Iv.AsSpan(4)) + _gcmPackets++);
        using var gcm = new System.Security.Cryptography.AesGcm(pair.Key, 16);
        byte[] ciphertext = new byte[frame.Length];
        byte[] tag = new byte[16];
        gcm.Encrypt(nonce, frame, ciphertext, tag, length);
        return [.. length, .. ciphertext, .. tag];
    }

    private byte[] SealChaCha(byte[] length, byte[] frame, uint sequence)
    {
        byte[] sealedLength = ChaChaXor(pair.Key[32..], 0, sequence, length);
        byte[] sealedFrame = ChaChaXor(pair.Key[..32], 1, sequence, frame);
        byte[] covered = [.. sealedLength, .. sealedFrame];
        return [.. covered, .. PolyTag(ChaChaXor(pair.Key[..32], 0, sequence, new byte[32]), covered)];
    }

    private byte[] Authenticate(uint sequence, byte[] covered)
    {
        byte[] numbered = [.. new byte[4], .. covered];
        BinaryPrimitives.WriteUInt32BigEndian(numbered, sequence);
        string name = pair.Mac!.Name;
        if (name.StartsWith("hmac-sha2-256", StringComparison.Ordinal)) return HMACSHA256.HashData(pair.MacKey, numbered);
        if (name.StartsWith("hmac-sha2-512", StringComparison.Ordinal)) return HMACSHA512.HashData(pair.MacKey, numbered);
        if (name.StartsWith("hmac-sha1", StringComparison.Ordinal)) return HMACSHA1.HashData(pair.MacKey, numbered);

        // UMAC itself is held against its published vectors; here it counts that the nonce is the sequence number.
        byte[] tag = new byte[pair.Mac.TagLength];
        using var umac = new Umac(pair.MacKey, tag.Length);
        umac.Compute(sequence, covered, tag);
        return tag;
    }

    private byte[] Encrypt(byte[] bytes)
    {
        int start = _plaintext.Count;
        _plaintext.AddRange(bytes);
        byte[] all = [.. _plaintext];
        if (pair.Cipher.Construction == CipherConstruction.Ctr) return Ctr(all)[start..];
        using SymmetricAlgorithm cipher = pair.Cipher.BlockSize == 8 ? TripleDES.Create() : Aes.Create();
        cipher.Key = pair.Key;
        return cipher.EncryptCbc(all, pair.Iv, PaddingMode.None)[start..];
    }

    private byte[] Ctr(byte[] bytes)
    {
        using Aes aes = Aes.Create();
        aes.Key = pair.Key;
        byte[] output = new byte[bytes.Length];
        BigInteger counter = new(pair.Iv, isUnsigned: true, isBigEndian: true);
        byte[] block = new byte[16];
        for (int i = 0; i < bytes.Length; i++)
        {
            if (i % 16 == 0) block = aes.EncryptEcb(Block(counter++), PaddingMode.None);
            output[i] = (byte)(bytes[i] ^ block[i % 16]);
        }

        return output;
    }

    private static byte[] Block(BigInteger counter)
    {
        byte[] bytes = (counter % (BigInteger.One << 128)).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[16 - bytes.Length], .. bytes];
    }

    private static byte[] ChaChaXor(byte[] key, ulong counter, ulong sequence, byte[] bytes)
    {
        byte[] output = new byte[bytes.Length];
        uint[] block = [];
        for (int i = 0; i < bytes.Length; i++)
        {
            if (i % 64 == 0) block = ChaChaBlock(key, counter++, sequence);
            output[i] = (byte)(bytes[i] ^ (block[i % 64 / 4] >> (i % 4 * 8)));
        }

        return output;
    }

    private static uint[] ChaChaBlock(byte[] key, ulong counter, ulong sequence)
    {
        uint[] start = new uint[16];
        (start[0], start[1], start[2], start[3]) = (0x61707865, 0x3320646e, 0x79622d32, 0x6b206574);
        for (int i = 0; i < 8; i++) start[4 + i] = BinaryPrimitives.ReadUInt32LittleEndian(key.AsSpan(4 * i));
        (start[12], start[13]) = ((uint)counter, (uint)(counter >> 32));
        (start[14], start[15]) = (BinaryPrimitives.ReverseEndianness((uint)(sequence >> 32)), BinaryPrimitives.ReverseEndianness((uint)sequence));
        uint[] state = [.. start];
        for (int round = 0; round < 10; round++)
        {
            for (int i = 0; i < 4; i++) Quarter(state, i, 4 + i, 8 + i, 12 + i);
            for (int i = 0; i < 4; i++) Quarter(state, i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4));
        }

        for (int i = 0; i < 16; i++) state[i] += start[i];
        return state;
    }

    private static void Quarter(uint[] s, int a, int b, int c, int d)
    {
        s[a] += s[b];
        s[d] = BitOperations.RotateLeft(s[d] ^ s[a], 16);
        s[c] += s[d];
        s[b] = BitOperations.RotateLeft(s[b] ^ s[c], 12);
        s[a] += s[b];
        s[d] = BitOperations.RotateLeft(s[d] ^ s[a], 8);
        s[c] += s[d];
        s[b] = BitOperations.RotateLeft(s[b] ^ s[c], 7);
    }

    private static byte[] PolyTag(byte[] key, byte[] message)
    {
        BigInteger prime = (BigInteger.One << 130) - 5;
        byte[] clamped = key[..16];
        foreach (int i in new[] { 3, 7, 11, 15 }) clamped[i] &= 15;
        foreach (int i in new[] { 4, 8, 12 }) clamped[i] &= 252;
        BigInteger r = new(clamped, isUnsigned: true);
        BigInteger sum = 0;
        foreach (byte[] piece in message.Chunk(16)) sum = (sum + new BigInteger([.. piece, 1], isUnsigned: true)) * r % prime;
        byte[] tag = ((sum + new BigInteger(key.AsSpan(16), isUnsigned: true)) % (BigInteger.One << 128)).ToByteArray(isUnsigned: true);
        return [.. tag, .. new byte[16 - tag.Length]];
    }
}
