using System.Security.Cryptography;
using System.Text;
using Nacre.Crypto;

namespace Nacre.Tests.Crypto;

public sealed class KeccakTests
{
    [Fact]
    public void Messages_of_every_length_agree_with_the_base_library()
    {
        for (int length = 0; length < 400; length++)
        {
            byte[] message = Vectors.Bytes(length, length);
            Assert.Equal(SHA3_256.HashData(message), Squeeze(Keccak.Sha3With256Bits(), message, 32));
            Assert.Equal(SHA3_512.HashData(message), Squeeze(Keccak.Sha3With512Bits(), message, 64));
            Assert.Equal(Shake128.HashData(message, 500), Squeeze(Keccak.Shake128(), message, 500));
            Assert.Equal(Shake256.HashData(message, length), Squeeze(Keccak.Shake256(), message, length));
        }
    }

    [Fact]
    public void The_empty_message_follows_fips_202() => Assert.Equal(
        "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26", Convert.ToHexStringLower(Squeeze(Keccak.Shake128(), [], 32)));

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(167)]
    [InlineData(169)]
    public void Pieces_make_no_difference(int piece)
    {
        byte[] message = Encoding.ASCII.GetBytes(new string('x', 1000)), expected = Squeeze(Keccak.Shake128(), message, 1000);
        Keccak sponge = Keccak.Shake128();
        for (int i = 0; i < message.Length; i += piece)
            sponge.Absorb(message.AsSpan(i, Math.Min(piece, message.Length - i)));
        var output = new byte[1000];
        for (int i = 0; i < output.Length; i += piece)
            sponge.Squeeze(output.AsSpan(i, Math.Min(piece, output.Length - i)));
        Assert.Equal(expected, output);
    }

    private static byte[] Squeeze(Keccak sponge, byte[] message, int length)
    {
        var output = new byte[length];
        sponge.Absorb(message);
        sponge.Squeeze(output);
        return output;
    }
}
