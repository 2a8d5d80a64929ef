using Nacre.Protocol.Transport;
using Nacre.Protocol.Wire;
using Nacre.Tests.Algorithms.Ciphers;

namespace Nacre.Tests.Transport;

public sealed class InboundCodecTests
{
    [Theory]
    [InlineData("aes128-cbc", "hmac-sha2-256")]
    [InlineData("3des-cbc", "hmac-sha1")]
    public void A40_a_forged_packet_of_a_chained_cipher_is_told_of_only_after_as_many_bytes_as_the_largest_has(string cipher, string mac)
    {
        foreach (int forgedByte in new[] { 0, 30, 150 })
        {
            using var pair = new PacketPair(cipher, mac);
            byte[] inbound = new byte[PacketLimits.MaxPacketLength + pair.Sealer.Overhead];
            byte[] packet = pair.Seal(pair.Frame(150), 0);
            packet[forgedByte] ^= 0x40;
            packet.CopyTo(inbound, 0);

            Assert.Null(FirstFailure(pair, inbound, 0, packet.Length, inbound.Length - 1));
            SshViolationException? failure = FirstFailure(pair, inbound, packet.Length, inbound.Length - 1, inbound.Length);
            Assert.Equal(Violation.MacMismatch, failure?.Violation);
            Assert.Equal(Violation.MacMismatch, FirstFailure(pair, inbound, inbound.Length)?.Violation);
        }
    }

    [Fact]
    public void A_forged_packet_of_another_cipher_ends_it_at_once()
    {
        using var pair = new PacketPair("aes128-ctr", "hmac-sha2-256");
        byte[] packet = pair.Seal(pair.Frame(150), 0);
        packet[^1] ^= 1;
        Assert.Equal(Violation.MacMismatch, FirstFailure(pair, packet, packet.Length - 1, packet.Length)?.Violation);
    }

    [Theory]
    [InlineData(4, null)]
    [InlineData(10, null)]
    [InlineData(11, Violation.EmptyPayload)]
    [InlineData(12, Violation.BadPadding)]
    [InlineData(255, Violation.BadPadding)]
    [InlineData(3, Violation.BadPadding)]
    [InlineData(0, Violation.BadPadding)]
    public void P4253_2_padding_has_four_bytes_at_least_and_leaves_room_for_a_payload(byte padding, Violation? expected)
    {
        var pool = new PacketPool();
        using var codec = new InboundCodec(pool);
        byte[] inbound = [0, 0, 0, 12, padding, .. new byte[11]];
        Packet? packet = null;
        Exception? failure = Record.Exception(() => packet = codec.TryRead(inbound, out _));
        Assert.Equal(expected, (failure as SshViolationException)?.Violation);
        Assert.Equal(expected is null ? 11 - padding : null, packet?.Length);
        packet?.Dispose();
        Assert.Equal(0, pool.Outstanding);
    }

    /// <summary>Shows a fresh codec the first bytes, so many at a time, and returns what it throws; every packet goes back to the pool.</summary>
    private static SshViolationException? FirstFailure(PacketPair pair, byte[] inbound, params int[] steps)
    {
        var pool = new PacketPool();
        using var codec = new InboundCodec(pool);
        codec.Switch(new InboundKeys(pair.NewOpener(), null, false, false), isAuthenticated: false);
        try
        {
            foreach (int have in steps)
            {
                Assert.Null(codec.TryRead(inbound.AsSpan(0, have), out int consumed));
                Assert.Equal(0, consumed);
            }

            return null;
        }
        catch (SshViolationException failure)
        {
            return failure;
        }
        finally
        {
            Assert.Equal(0, pool.Outstanding);
        }
    }
}
