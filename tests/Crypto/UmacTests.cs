using System.Buffers.Binary;
using System.Text;
using Nacre.Crypto;

namespace Nacre.Tests.Crypto;

/// <summary>The appendix of RFC 4418 as its erratum 1507 corrects it.</summary>
public sealed class UmacTests
{
    private static readonly byte[] Key = "abcdefghijklmnop"u8.ToArray();
    private static readonly ulong Nonce = BinaryPrimitives.ReadUInt64BigEndian("bcdefghi"u8);

    [Theory]
    [InlineData("", 1, "6E155FAD26900BE1")]
    [InlineData("a", 3, "44B5CB542F220104")]
    [InlineData("a", 1 << 10, "26BF2F5D60118BD9")]
    [InlineData("a", 1 << 15, "27F8EF643B0D118D")]
    [InlineData("a", 1 << 20, "A4477E87E9F55853")]
    [InlineData("a", (1 << 24) - 1, "FCE61C9EE7D13958")]
    [InlineData("a", 1 << 24, "DE9359204D2ECB26")]
    [InlineData("abc", 1, "D4D7B9F6BD4FBFCF")]
    [InlineData("abc", 500, "D4CF26DDEFD5C01A")]
    public void Tags_of_eight_bytes_follow_rfc_4418(string text, int repetitions, string expected) =>
        Assert.Equal(expected, Convert.ToHexString(Tag(8, Nonce, Repeat(text, repetitions))));

    /// <summary>The RFC gives tags of 12 bytes, which are the beginning of those of 16; where the whole is known it is Nettle's.</summary>
    [Theory]
    [InlineData("", 1, "32FEDB100C79AD58F07FF7643CC60465")]
    [InlineData("a", 3, "185E4FE905CBA7BD85E4C2DC3D117D8D")]
    [InlineData("a", 1 << 10, "7A54ABE04AF82D60FB298C3C")]
    [InlineData("a", 1 << 15, "7B136BD911E4B734286EF2BE")]
    [InlineData("a", 1 << 20, "F8ACFA3AC31CFEEA047F7B11")]
    [InlineData("a", (1 << 24) - 1, "A00D9823CD389FE1309F54F6")]
    [InlineData("a", 1 << 24, "8278DD9D67C76D9F9A3C5386")]
    [InlineData("abc", 1, "883C3D4B97A61976FFCF2323")]
    [InlineData("abc", 500, "8824A260C53C66A36C9260A6")]
    public void Tags_of_sixteen_bytes_follow_rfc_4418(string text, int repetitions, string expected) =>
        Assert.StartsWith(expected, Convert.ToHexString(Tag(16, Nonce, Repeat(text, repetitions))), StringComparison.Ordinal);

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Nonces_may_come_in_any_order(int size)
    {
        using var umac = new Umac(Key, size);
        byte[] message = Vectors.Bytes(100);
        foreach (ulong nonce in new ulong[] { 0, 1, 2, 1, 5, 4, 3, 0, ulong.MaxValue, ulong.MaxValue - 1, 0 })
        {
            var tag = new byte[size];
            umac.Compute(nonce, message, tag);
            Assert.Equal(Tag(size, nonce, message), tag);
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void Zeros_at_the_end_make_a_difference_at_every_length(int size)
    {
        var seen = new HashSet<string>();
        for (int length = 0; length <= 2100; length++)
            Assert.True(seen.Add(Convert.ToHexString(Tag(size, 1, new byte[length]))));
    }

    [Fact]
    public void Nothing_is_allocated_and_wrong_sizes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new Umac(new byte[15], 8));
        Assert.Throws<ArgumentException>(() => new Umac(new byte[16], 12));
        using Umac small = new(Key, 8), large = new(Key, 16);
        Assert.Throws<ArgumentException>(() => small.Compute(0, default, new byte[16]));
        Assert.Throws<ArgumentException>(() => small.Compute(0, new byte[(1 << 24) + 1], new byte[8]));
        byte[] message = new byte[5000], tag8 = new byte[8], tag16 = new byte[16];
        ulong nonce = 0;
        Assert.Equal(0, Vectors.AllocatedBy(() =>
        {
            small.Compute(nonce, message, tag8);
            large.Compute(nonce++, message, tag16);
        }));
    }

    private static byte[] Tag(int size, ulong nonce, byte[] message)
    {
        using var umac = new Umac(Key, size);
        var tag = new byte[size];
        umac.Compute(nonce, message, tag);
        return tag;
    }

    private static byte[] Repeat(string text, int repetitions) =>
        Encoding.ASCII.GetBytes(new StringBuilder().Insert(0, text, repetitions).ToString());
}
