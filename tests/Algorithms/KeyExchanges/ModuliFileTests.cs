using Nacre.Protocol.Algorithms.KeyExchanges;

namespace Nacre.Tests.Algorithms.KeyExchanges;

public sealed class ModuliFileTests
{
    private static readonly string Prime14 = Convert.ToHexString(FiniteFieldGroup.Group14.Prime.Span);
    private static readonly string Prime16 = Convert.ToHexString(FiniteFieldGroup.Group16.Prime.Span);
    private static readonly string Other14 = Convert.ToHexString(GroupExchangeTests.OtherSafePrime);

    [Fact]
    public void A_group_of_the_file_is_chosen_by_its_size()
    {
        ModuliFile file = Parse($"# Time Type Tests Tries Size Generator Modulus\n20240101000000 2 6 100 2047 2 {Prime14}\n20240101000000 2 6 100 4095 5 {Prime16}\n");
        Assert.Equal(2, file.Count);
        Assert.Equal(256, file.Choose(2048, 2048, 8192).Prime.Length);
        Assert.Equal(512, file.Choose(2048, 3072, 8192).Prime.Length);
        Assert.Equal([5], file.Choose(2048, 3072, 8192).Generator);
        Assert.Equal(512, file.Choose(2048, 8192, 8192).Prime.Length);
        Assert.Equal(256, file.Choose(2048, 3072, 3072).Prime.Length);
    }

    [Fact]
    public void Groups_of_one_size_take_turns_by_chance()
    {
        ModuliFile file = Parse($"1 2 6 100 2047 2 {Prime14}\r\n1 2 6 100 2047 2 {Other14}\r\n");
        var seen = new HashSet<string>();
        for (int i = 0; i < 64; i++) seen.Add(Convert.ToHexString(file.Choose(2048, 2048, 8192).Prime));
        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public void Without_a_fitting_group_the_published_ones_serve()
    {
        Assert.Equal(RfcModuli.Instance.Choose(2048, 3072, 8192), Parse("").Choose(2048, 3072, 8192), Same);
        ModuliFile file = Parse($"1 2 6 100 2047 2 {Prime14}");
        Assert.Equal(512, file.Choose(3072, 3072, 8192).Prime.Length);
    }

    [Theory]
    [InlineData("1 5 6 100 2047 2 P")]
    [InlineData("1 2 7 100 2047 2 P")]
    [InlineData("1 2 0 100 2047 2 P")]
    [InlineData("1 2 6 100 2048 2 P")]
    [InlineData("1 2 6 100 2046 2 P")]
    [InlineData("1 2 6 100 1023 2 P")]
    [InlineData("1 2 6 100 -1 2 P")]
    [InlineData("1 2 6 100 2047 1 P")]
    [InlineData("1 2 6 100 2047 0 P")]
    [InlineData("1 2 6 100 2047 x P")]
    [InlineData("1 2 6 100 2047 2 PG")]
    [InlineData("1 2 6 100 2047 2")]
    [InlineData("1 2 6 100 2047 2 P extra")]
    [InlineData("# 1 2 6 100 2047 2 P")]
    [InlineData("1 2 6 100 99999999999 2 P")]
    [InlineData("garbage")]
    public void A_line_that_is_no_tested_safe_prime_of_its_size_is_passed_over(string line) =>
        Assert.Equal(0, Parse(line.Replace("P", Prime14, StringComparison.Ordinal)).Count);

    [Fact]
    public void An_even_modulus_is_passed_over() => Assert.Equal(0, Parse($"1 2 6 100 2047 2 {Prime14[..^1]}E").Count);

    private static bool Same((byte[] Prime, byte[] Generator) left, (byte[] Prime, byte[] Generator) right) =>
        left.Prime.AsSpan().SequenceEqual(right.Prime) && left.Generator.AsSpan().SequenceEqual(right.Generator);

    private static ModuliFile Parse(string text) => ModuliFile.Parse(text, new SeededRandom(1));
}
