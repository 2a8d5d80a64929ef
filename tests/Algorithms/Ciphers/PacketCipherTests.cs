using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Algorithms.Ciphers;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Algorithms.Ciphers;

public sealed class PacketCipherTests
{
    private const byte Untouched = 0xEE;

    public static TheoryData<string, string?> All => PacketPair.All;

    [Theory]
    [MemberData(nameof(All))]
    public void A_sealed_packet_is_what_the_base_library_makes_of_it(string cipher, string? mac)
    {
        using var pair = new PacketPair(cipher, mac);
        var reference = new ReferencePackets(pair);
        uint sequence = uint.MaxValue - 2;
        foreach (int length in new[] { 1, 5, 6, 7, 11, 12, 16, 31, 60, 100, 255, 256, 1000 })
        {
            byte[] frame = pair.Frame(length);
            Assert.Equal(reference.Seal(frame, sequence), pair.Seal(frame, sequence));
            sequence = unchecked(sequence + 1);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void What_is_sealed_opens_in_every_size_and_every_split(string cipher, string? mac)
    {
        using var pair = new PacketPair(cipher, mac);
        uint sequence = 3;
        foreach (int length in Enumerable.Range(1, 300).Append(32 * 1024))
        {
            byte[] frame = pair.Frame(length);
            byte[] packet = pair.Seal(frame, sequence);
            byte[] opened = new byte[frame.Length];
            int total = MeasureInChunks(pair, packet, sequence);
            Assert.Equal(packet.Length, total);
            Assert.Equal(frame.Length, pair.Opener.Open(packet, sequence, opened));
            Assert.Equal(frame, opened);
            Assert.Equal(0, pair.Opener.DiscardAfterFailure);
            sequence++;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_largest_packet_opens_and_the_next_larger_is_refused(string cipher, string? mac)
    {
        using var pair = new PacketPair(cipher, mac);
        int outside = pair.Sealer.IsLengthOutside ? 0 : 4;
        int largest = ((PacketLimits.MaxPacketLength + outside) / pair.Sealer.BlockSize * pair.Sealer.BlockSize) - outside;
        byte[] frame = pair.Random.Bytes(largest);
        byte[] packet = pair.Seal(frame, 0);
        byte[] opened = new byte[largest];
        Assert.True(pair.Opener.TryMeasure(packet, 0, out int total));
        Assert.Equal(packet.Length, total);
        Assert.Equal(largest, pair.Opener.Open(packet, 0, opened));
        Assert.Equal(frame, opened);

        packet = pair.Seal(pair.Random.Bytes(largest + pair.Sealer.BlockSize), 1);
        AssertRefused(pair.Opener, packet, 1, []);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Every_flipped_bit_is_found_and_no_plaintext_is_left(string cipher, string? mac)
    {
        using var pair = new PacketPair(cipher, mac);
        byte[] frame = pair.Frame(40);
        byte[] packet = pair.Seal(frame, 7);
        for (int i = 0; i < packet.Length; i++)
        {
            byte[] tampered = [.. packet];
            tampered[i] ^= (byte)(1 << (i % 8));
            using IPacketOpener opener = pair.NewOpener();
            AssertRefused(opener, tampered, 7, frame);
        }

        // AES-GCM counts packets by itself; everything else takes the sequence number in.
        if (pair.Cipher.Construction == CipherConstruction.Gcm) return;
        using IPacketOpener late = pair.NewOpener();
        AssertRefused(late, packet, 8, frame);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_packet_out_of_turn_is_found(string cipher, string? mac)
    {
        using var pair = new PacketPair(cipher, mac);
        byte[] first = pair.Seal(pair.Frame(64), 0);
        byte[] second = pair.Seal(pair.Frame(64), 1);
        using (IPacketOpener opener = pair.NewOpener()) AssertRefused(opener, second, 0, []);

        Assert.True(pair.Opener.TryMeasure(first, 0, out _));
        Assert.NotEqual(-1, pair.Opener.Open(first, 0, new byte[first.Length]));
        AssertRefused(pair.Opener, first, 1, []);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Sealing_and_opening_allocate_nothing(string cipher, string? mac)
    {
        using var pair = new PacketPair(cipher, mac);
        byte[] frame = pair.Frame(1000);
        byte[] packet = new byte[frame.Length + pair.Sealer.Overhead];
        byte[] opened = new byte[frame.Length];
        uint sequence = 0;
        for (; sequence < 10; sequence++) SealAndOpen(pair, frame, packet, opened, sequence);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (; sequence < 500; sequence++) SealAndOpen(pair, frame, packet, opened, sequence);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(frame, opened);
    }

    [Theory]
    [InlineData("aes128-gcm@openssh.com", null, 4)]
    [InlineData("chacha20-poly1305@openssh.com", null, 4)]
    [InlineData("aes128-ctr", "hmac-sha2-256-etm@openssh.com", 4)]
    [InlineData("aes128-ctr", "hmac-sha2-256", 16)]
    [InlineData("aes128-cbc", "hmac-sha2-256", 16)]
    [InlineData("3des-cbc", "hmac-sha1", 8)]
    public void The_length_is_known_from_the_first_bytes_and_not_before(string cipher, string? mac, int needed)
    {
        using var pair = new PacketPair(cipher, mac);
        byte[] packet = pair.Seal(pair.Frame(100), 0);
        for (int have = 0; have < needed; have++) Assert.False(pair.Opener.TryMeasure(packet.AsSpan(0, have), 0, out _));
        for (int have = needed; have <= packet.Length; have++)
        {
            Assert.True(pair.Opener.TryMeasure(packet.AsSpan(0, have), 0, out int total));
            Assert.Equal(packet.Length, total);
        }
    }

    [Fact]
    public void The_counter_of_GCM_goes_past_its_end()
    {
        var nonce = new GcmNonce(Convert.FromHexString("01020304fffffffffffffffe"));
        nonce.Advance();
        Assert.Equal("01020304FFFFFFFFFFFFFFFF", Convert.ToHexString(nonce.Bytes));
        nonce.Advance();
        Assert.Equal("010203040000000000000000", Convert.ToHexString(nonce.Bytes));
        nonce.Advance();
        Assert.Equal("010203040000000000000001", Convert.ToHexString(nonce.Bytes));
    }

    [Fact]
    public void Keys_of_the_wrong_length_and_a_MAC_where_none_belongs_are_refused()
    {
        CipherAlgorithm gcm = AlgorithmCatalog.Ciphers["aes128-gcm@openssh.com"];
        CipherAlgorithm ctr = AlgorithmCatalog.Ciphers["aes128-ctr"];
        MacAlgorithm hmac = AlgorithmCatalog.Macs["hmac-sha2-256"];
        byte[] bytes = new byte[64];
        Assert.Throws<ArgumentException>(() => PacketCiphers.CreateSealer(gcm, hmac, bytes.AsSpan(0, 16), bytes.AsSpan(0, 12), bytes.AsSpan(0, 32)));
        Assert.Throws<ArgumentException>(() => PacketCiphers.CreateOpener(ctr, null, bytes.AsSpan(0, 16), bytes.AsSpan(0, 16), []));
        Assert.Throws<ArgumentException>(() => PacketCiphers.CreateSealer(ctr, hmac, bytes.AsSpan(0, 24), bytes.AsSpan(0, 16), bytes.AsSpan(0, 32)));
        Assert.Throws<ArgumentException>(() => PacketCiphers.CreateOpener(ctr, hmac, bytes.AsSpan(0, 16), bytes.AsSpan(0, 12), bytes.AsSpan(0, 32)));
        Assert.Throws<ArgumentException>(() => PacketCiphers.CreateOpener(ctr, hmac, bytes.AsSpan(0, 16), bytes.AsSpan(0, 16), bytes.AsSpan(0, 20)));
    }

    private static void SealAndOpen(PacketPair pair, byte[] frame, byte[] packet, byte[] opened, uint sequence)
    {
        pair.Sealer.Seal(frame, sequence, packet);
        if (!pair.Opener.TryMeasure(packet, sequence, out int total) || pair.Opener.Open(packet.AsSpan(0, total), sequence, opened) != frame.Length)
        {
            Assert.Fail("A packet did not open.");
        }
    }

    private static int MeasureInChunks(PacketPair pair, byte[] packet, uint sequence)
    {
        int have = 0;
        while (true)
        {
            if (pair.Opener.TryMeasure(packet.AsSpan(0, have), sequence, out int total)) return total;
            have = Math.Min(packet.Length, have + 1 + pair.Random.Below(9));
        }
    }

    /// <summary>Feeds a bad packet, with what follows it if its length claims more, and sees that it fails and shows nothing of the plaintext.</summary>
    private static void AssertRefused(IPacketOpener opener, byte[] packet, uint sequence, byte[] plaintext)
    {
        int total;
        try
        {
            Assert.True(opener.TryMeasure(packet, sequence, out total));
        }
        catch (SshViolationException violation)
        {
            Assert.Equal(Violation.LengthOutOfRange, violation.Violation);
            return;
        }

        byte[] fed = new byte[total];
        packet.AsSpan(0, Math.Min(total, packet.Length)).CopyTo(fed);
        byte[] opened = new byte[total];
        opened.AsSpan().Fill(Untouched);
        Assert.Equal(-1, opener.Open(fed, sequence, opened));
        Assert.All(opened, b => Assert.True(b is 0 or Untouched));
        Assert.False(plaintext.Length > 0 && opened.AsSpan().IndexOf(plaintext.AsSpan(0, 8)) >= 0);
    }
}
