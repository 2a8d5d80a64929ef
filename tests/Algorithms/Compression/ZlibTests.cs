using System.IO.Compression;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Algorithms.Compression;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Algorithms.Compression;

public sealed class ZlibTests
{
    [Fact]
    public void A_thousand_packets_come_out_one_by_one_as_they_went_in()
    {
        CompressionAlgorithm row = AlgorithmCatalog.Compressions["zlib@openssh.com"];
        using ICompressor compressor = row.CreateCompressor!();
        using IDecompressor decompressor = row.CreateDecompressor!();
        var random = new SeededRandom(1);
        int sent = 0;
        int plain = 0;
        for (int i = 0; i < 1000; i++)
        {
            byte[] payload = Payload(random, i);
            byte[] compressed = compressor.Compress(payload).ToArray();
            Assert.Equal(payload, decompressor.Decompress(compressed).ToArray());
            plain += payload.Length;
            sent += compressed.Length;
        }

        Assert.True(sent < plain);
    }

    [Fact]
    public void A_repeated_packet_shrinks_to_a_few_bytes_because_the_context_goes_on()
    {
        using var compressor = new ZlibCompressor();
        byte[] payload = new SeededRandom(1).Bytes(5000);
        Assert.InRange(compressor.Compress(payload).Length, 5000, 5100);
        Assert.InRange(compressor.Compress(payload).Length, 1, 100);
    }

    [Fact]
    public void The_first_packet_starts_with_the_header_of_zlib_and_no_packet_ends_the_stream()
    {
        using var compressor = new ZlibCompressor();
        byte[] first = compressor.Compress("SSH"u8).ToArray();
        Assert.Equal(8, first[0] & 0x0f);
        Assert.Equal(0, ((first[0] << 8) | first[1]) % 31);

        // A sync flush ends with an empty stored block (RFC 1951 3.2.4).
        Assert.Equal([0x00, 0x00, 0xff, 0xff], first[^4..]);
        Assert.Equal([0x00, 0x00, 0xff, 0xff], compressor.Compress("SSH"u8)[^4..].ToArray());
    }

    [Fact]
    public void What_a_partial_flush_leaves_open_is_read_when_the_next_packet_brings_it()
    {
        // A peer may end a packet by zlib's partial flush, an empty fixed block of ten bits, whose last bits are in the next packet.
        using var decompressor = new ZlibDecompressor();
        using var sync = new ZlibCompressor();
        byte[] first = sync.Compress("first"u8).ToArray();
        byte[] second = sync.Compress("second"u8).ToArray();
        Assert.Equal("first"u8.ToArray(), decompressor.Decompress([.. first, .. second.AsSpan(0, 1)]).ToArray());
        Assert.Equal("second"u8.ToArray(), decompressor.Decompress(second.AsSpan(1)).ToArray());
    }

    [Fact]
    public void A53_a_payload_may_grow_to_the_limit_and_not_a_byte_further()
    {
        foreach (int excess in new[] { 0, 1 })
        {
            using var compressor = new ZlibCompressor();
            using var decompressor = new ZlibDecompressor();
            byte[] compressed = compressor.Compress(new byte[PacketLimits.MaxPacketLength + excess]).ToArray();
            Assert.True(compressed.Length < 1000);
            if (excess == 0)
            {
                Assert.Equal(PacketLimits.MaxPacketLength, decompressor.Decompress(compressed).Length);
                continue;
            }

            Assert.Equal(Violation.BadCompression, Assert.Throws<SshViolationException>(() => { decompressor.Decompress(compressed); }).Violation);
        }
    }

    [Fact]
    public void A53_a_bomb_costs_less_than_a_mebibyte()
    {
        using var compressor = new ZlibCompressor();
        byte[] bomb = compressor.Compress(new byte[200 * 1024 * 1024]).ToArray();
        Assert.InRange(bomb.Length, 1, PacketLimits.MaxPacketLength);
        using var decompressor = new ZlibDecompressor();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<SshViolationException>(() => { decompressor.Decompress(bomb); });
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
    }

    [Fact]
    public void Damage_is_a_violation()
    {
        byte[] honest;
        using (var compressor = new ZlibCompressor()) honest = compressor.Compress(new SeededRandom(1).Bytes(300)).ToArray();
        foreach (byte[] bad in new byte[][] { [], [0x78], [0xff, 0xff, 0xff], [0x78, 0x9c, 0x07], [0x78, 0x9d, .. honest[2..]], [.. honest[..2], 0xff, .. honest[3..]] })
        {
            using var decompressor = new ZlibDecompressor();
            Assert.Equal(Violation.BadCompression, Assert.Throws<SshViolationException>(() => { decompressor.Decompress(bad); }).Violation);
        }
    }

    [Fact]
    public void A_payload_after_the_end_of_the_stream_is_a_violation()
    {
        var whole = new MemoryStream();
        using (var zlib = new ZLibStream(whole, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write("the end"u8);
        byte[] ended = whole.ToArray();

        using var decompressor = new ZlibDecompressor();
        Assert.Equal("the end"u8.ToArray(), decompressor.Decompress(ended).ToArray());
        Assert.Equal(Violation.BadCompression, Assert.Throws<SshViolationException>(() => { decompressor.Decompress(ended); }).Violation);
    }

    private static byte[] Payload(SeededRandom random, int i)
    {
        byte[] payload = random.Bytes(1 + random.Below(i % 100 == 0 ? 32 * 1024 : 600));
        if (i % 3 != 0) for (int at = 0; at < payload.Length; at++) payload[at] = (byte)(at % (2 + (i % 11)));
        return payload;
    }
}
