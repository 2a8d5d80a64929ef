using Nacre.Crypto;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Algorithms.Ciphers;
using Nacre.Protocol.Algorithms.Macs;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Algorithms.Ciphers;

/// <summary>A-40: with cipher block chaining, nothing tells which length a forged packet had.</summary>
public sealed class ChainedCipherTests
{
    [Theory]
    [InlineData("aes128-cbc", "hmac-sha2-256")]
    [InlineData("aes192-cbc", "hmac-sha1")]
    [InlineData("aes256-cbc", "hmac-sha2-512")]
    [InlineData("3des-cbc", "hmac-sha1")]
    public void A40_a_bad_length_and_a_bad_tag_fail_alike_after_the_same_number_of_bytes(string cipher, string mac)
    {
        var consumed = new HashSet<int>();
        bool metBadLength = false;
        bool metBadTag = false;
        for (int seed = 0; seed < 40; seed++)
        {
            // Any block in the place of the first decrypts to a length by chance; every other time the honest first block is left and the tag is wrong.
            using var pair = new PacketPair(cipher, mac, seed);
            byte[] packet = pair.Seal(pair.Frame(100 + seed), 0);
            byte[] forged = seed % 2 == 0 ? [.. pair.Random.Bytes(pair.Sealer.BlockSize), .. packet[pair.Sealer.BlockSize..]] : packet;
            forged[^1] ^= 1;

            Assert.True(pair.Opener.TryMeasure(forged, 0, out int total));
            Assert.True(pair.Opener.TryMeasure(forged, 0, out int again));
            Assert.Equal(total, again);
            byte[] fed = new byte[total];
            forged.AsSpan(0, Math.Min(total, forged.Length)).CopyTo(fed);
            Assert.Equal(-1, pair.Opener.Open(fed, 0, new byte[total]));
            consumed.Add(total + pair.Opener.DiscardAfterFailure);
            metBadLength |= pair.Opener.DiscardAfterFailure == 0;
            metBadTag |= pair.Opener.DiscardAfterFailure > 0;
        }

        int overhead = 4 + AlgorithmCatalog.Macs[mac].TagLength;
        Assert.Equal([PacketLimits.MaxPacketLength + overhead], consumed);
        Assert.True(metBadLength && metBadTag);
    }

    [Theory]
    [InlineData("aes128-ctr", "hmac-sha2-256")]
    [InlineData("aes128-cbc", "hmac-sha2-256-etm@openssh.com")]
    [InlineData("aes128-gcm@openssh.com", null)]
    public void Where_nothing_can_be_learned_a_bad_tag_ends_it_at_once(string cipher, string? mac)
    {
        using var pair = new PacketPair(cipher, mac);
        byte[] packet = pair.Seal(pair.Frame(100), 0);
        packet[^1] ^= 1;
        Assert.True(pair.Opener.TryMeasure(packet, 0, out int total));
        Assert.Equal(packet.Length, total);
        Assert.Equal(-1, pair.Opener.Open(packet, 0, new byte[total]));
        Assert.Equal(0, pair.Opener.DiscardAfterFailure);
    }

    [Fact]
    public void A42_encrypt_then_MAC_and_AEAD_write_nothing_before_the_tag_is_verified()
    {
        foreach ((string cipher, string? mac) in new[] { ("aes256-ctr", "hmac-sha2-512-etm@openssh.com"), ("aes256-cbc", "hmac-sha1-etm@openssh.com"), ("chacha20-poly1305@openssh.com", (string?)null) })
        {
            using var pair = new PacketPair(cipher, mac);
            byte[] packet = pair.Seal(pair.Frame(200), 0);
            packet[50] ^= 0x10;
            byte[] frame = new byte[packet.Length];
            frame.AsSpan().Fill(0xEE);
            Assert.True(pair.Opener.TryMeasure(packet, 0, out _));
            Assert.Equal(-1, pair.Opener.Open(packet, 0, frame));
            Assert.All(frame, b => Assert.Equal(0xEE, b));
        }
    }

    [Fact]
    public void A42_the_MAC_of_encrypt_then_MAC_sees_the_ciphertext_before_the_cipher_does()
    {
        using var pair = new PacketPair("aes128-ctr", "hmac-sha2-256-etm@openssh.com");
        byte[] packet = pair.Seal(pair.Frame(20), 0);
        var mac = new RefusingMac(packet[^32..]);
        using var opener = new EncryptThenMacOpener(BlockStream.Create(pair.Cipher, pair.Key, pair.Iv, CipherDirection.Decrypt), mac);
        Assert.Equal(-1, opener.Open(packet, 0, new byte[packet.Length]));
        Assert.Equal(packet[..^32], mac.Seen);

        // The refused packet did not move the cipher's counter either.
        mac.Accepts = true;
        Assert.Equal(packet.Length - 36, opener.Open(packet, 0, new byte[packet.Length]));
    }

    private sealed class RefusingMac(byte[] tagOfThePacket) : PacketMac
    {
        public bool Accepts { get; set; }

        public byte[] Seen { get; private set; } = [];

        public override int TagLength => 32;

        public override void Compute(uint sequence, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> tag)
        {
            Seen = [.. first, .. second];
            tagOfThePacket.CopyTo(tag);
            if (!Accepts) tag[0] ^= 1;
        }

        public override void Dispose()
        {
        }
    }
}
