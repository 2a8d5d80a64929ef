using Nacre.Crypto;

namespace Nacre.Tests.Crypto;

public sealed class SystemRandomTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(257)]
    [InlineData(1 << 20)]
    public void Every_byte_that_is_asked_for_is_drawn(int count)
    {
        // A byte that is left out is zero in each of eight draws by accident once in 2^64.
        byte[] seen = new byte[count];
        for (int i = 0; i < 8; i++)
        {
            byte[] drawn = SystemRandom.Instance.Bytes(count);
            for (int j = 0; j < count; j++) seen[j] |= drawn[j];
        }

        Assert.DoesNotContain((byte)0, seen);
    }

    [Fact]
    public void Every_number_below_a_limit_comes_about_equally_often()
    {
        const int limit = 36, draws = 36_000;
        int[] counts = new int[limit];
        for (int i = 0; i < draws; i++) counts[SystemRandom.Instance.Below(limit)]++;

        // Ten standard deviations.
        Assert.All(counts, count => Assert.InRange(count, 690, 1310));
        Assert.Equal(0, SystemRandom.Instance.Below(1));
        Assert.InRange(SystemRandom.Instance.Below(int.MaxValue), 0, int.MaxValue - 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => SystemRandom.Instance.Below(0));
    }

    [Fact]
    public void Text_and_digits_have_their_length_and_nothing_but_what_they_may()
    {
        string text = SystemRandom.Instance.Text("abc", 300);
        Assert.Equal(300, text.Length);
        Assert.Equal("abc", string.Concat(text.Distinct().Order()));
        Assert.Matches("^[0-9a-f]{10}$", SystemRandom.Instance.Hex(5));
        Assert.NotEqual(SystemRandom.Instance.Hex(16), SystemRandom.Instance.Hex(16));
    }
}
