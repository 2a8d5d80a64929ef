using Nacre.Crypto;

namespace Nacre.Tests.Crypto;

public sealed class SecretTests
{
    [Fact]
    public void A_secret_is_erased_when_it_is_disposed_of()
    {
        Secret secret = Secret.CopyOf([1, 2, 3]);
        Span<byte> view = secret.Span;
        secret.Dispose();
        Assert.Equal([0, 0, 0], view.ToArray());
        Assert.Throws<ObjectDisposedException>(() => secret.Span.Length);
        Assert.Throws<ObjectDisposedException>(() => secret.Memory.Length);
        secret.Dispose();
    }

    [Fact]
    public void A_secret_does_not_print_its_bytes()
    {
        using Secret secret = Secret.CopyOf("hunter2"u8);
        Assert.Equal("[secret]", $"{secret}");
    }

    [Fact]
    public unsafe void A_secret_stays_where_it_is_when_the_heap_is_compacted()
    {
        using var secret = new Secret(32);
        fixed (byte* before = secret.Span)
        {
            nint address = (nint)before;
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            fixed (byte* after = secret.Span)
                Assert.Equal(address, (nint)after);
        }
    }

    [Fact]
    public void Secrets_are_equal_when_length_and_bytes_are()
    {
        using Secret one = Secret.CopyOf([1, 2, 3]);
        Assert.True(one.FixedTimeEquals([1, 2, 3]));
        Assert.False(one.FixedTimeEquals([1, 2, 4]));
        Assert.False(one.FixedTimeEquals([1, 2]));
    }

    [Fact]
    public void A_random_secret_takes_its_bytes_from_the_source()
    {
        using Secret secret = Secret.Random(4, new GivenRandom([9, 8, 7, 6]));
        Assert.Equal([9, 8, 7, 6], secret.Span.ToArray());
    }

    [Fact]
    public void The_system_source_does_not_repeat_itself()
    {
        using Secret one = Secret.Random(32, SystemRandom.Instance);
        using Secret two = Secret.Random(32, SystemRandom.Instance);
        Assert.False(one.FixedTimeEquals(two.Span));
    }
}

public sealed class ConstantTimeTests
{
    [Theory]
    [InlineData("0102", "0102", 0x00)]
    [InlineData("0102", "0103", 0xFF)]
    [InlineData("8000", "0000", 0xFF)]
    [InlineData("", "", 0x00)]
    public void A_difference_gives_a_full_mask(string left, string right, byte expected) =>
        Assert.Equal(expected, ConstantTime.DifferenceMask(Vectors.Hex(left), Vectors.Hex(right)));

    [Fact]
    public void A_mask_chooses_between_copying_and_keeping()
    {
        byte[] target = [1, 2];
        ConstantTime.ConditionalCopy(0, [3, 4], target);
        Assert.Equal([1, 2], target);
        ConstantTime.ConditionalCopy(0xFF, [3, 4], target);
        Assert.Equal([3, 4], target);
    }

    [Fact]
    public void Only_zeroes_are_zero()
    {
        Assert.True(ConstantTime.IsZero(new byte[33]));
        Assert.False(ConstantTime.IsZero([0, 0, 128]));
    }
}
