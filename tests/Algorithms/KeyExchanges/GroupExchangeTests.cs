using System.Numerics;
using Nacre.Crypto;
using Nacre.Protocol.Algorithms.KeyExchanges;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Algorithms.KeyExchanges;

public sealed class GroupExchangeTests
{
    private static readonly GroupSizes Usual = new(2048, 3072, 8192);

    [Fact]
    public void A_client_asks_for_what_RFC_8270_allows()
    {
        Assert.Equal(new GroupSizes(2048, 3072, 8192), GroupExchange.Request(128));
        Assert.Equal(new GroupSizes(2048, 4096, 8192), GroupExchange.Request(256));
        Assert.Equal(new GroupSizes(2048, 4096, 8192), GroupExchange.Request(512));
    }

    [Theory]
    [InlineData(1024, 2048, 8192, 2048, 2048, 8192)]
    [InlineData(1, 1, 4_000_000_000, 2048, 2048, 8192)]
    [InlineData(2048, 3072, 4096, 2048, 3072, 4096)]
    [InlineData(1024, 1024, 2048, 2048, 2048, 2048)]
    [InlineData(8192, 16384, 20000, 8192, 8192, 8192)]
    public void A_server_keeps_a_request_within_its_limits(uint min, uint preferred, uint max, int keptMin, int keptPreferred, int keptMax) =>
        Assert.Equal(new GroupSizes(keptMin, keptPreferred, keptMax), GroupExchange.Limit(min, preferred, max));

    [Theory]
    [InlineData(4096, 4096, 2048)]
    [InlineData(2048, 1024, 8192)]
    [InlineData(2048, 8193, 8192)]
    [InlineData(1024, 1024, 2047)]
    [InlineData(8193, 8193, 16384)]
    [InlineData(0, 0, 0)]
    public void A_server_refuses_a_request_that_nothing_meets(uint min, uint preferred, uint max) =>
        AssertRefused(() => GroupExchange.Limit(min, preferred, max));

    [Fact]
    public void Both_ends_agree_in_a_group_that_is_in_no_RFC()
    {
        // A safe prime of 2048 bits that OpenSSL made for this test.
        byte[] prime = OtherSafePrime;
        using FiniteFieldMethod client = GroupExchange.ForClient(prime, [2], Usual, new SeededRandom(1));
        using FiniteFieldMethod server = GroupExchange.ForServer(prime, [2], new SeededRandom(2));
        byte[] share = server.Respond(client.Begin(), out Secret atServer);
        using Secret atClient = client.Finish(share);
        Assert.True(atClient.FixedTimeEquals(atServer.Span));
        atServer.Dispose();
    }

    [Fact]
    public void A48_a_group_of_another_size_than_asked_for_is_refused()
    {
        AssertRefused(() => ForClient(FiniteFieldGroup.Group1.Prime.Span, [2], Usual));
        AssertRefused(() => ForClient(FiniteFieldGroup.Group14.Prime.Span, [2], new GroupSizes(3072, 4096, 8192)));
        AssertRefused(() => ForClient(FiniteFieldGroup.Group18.Prime.Span, [2], new GroupSizes(2048, 4096, 4096)));
        byte[] tooLarge = [1, .. FiniteFieldGroup.Group18.Prime.Span];
        AssertRefused(() => ForClient(tooLarge, [2], Usual));
        byte[] tooSmall = FiniteFieldGroup.Group14.Prime.ToArray();
        tooSmall[0] = 0x7f;
        AssertRefused(() => ForClient(tooSmall, [2], Usual));
        AssertRefused(() => ForClient([], [2], Usual));
        AssertRefused(() => ForClient([5], [2], Usual));
    }

    [Fact]
    public void A48_a_modulus_that_is_even_composite_or_not_safe_is_refused()
    {
        BigInteger prime = new(FiniteFieldGroup.Group14.Prime.Span, isUnsigned: true, isBigEndian: true);
        BigInteger half = new(FiniteFieldGroup.Group1.Prime.Span, isUnsigned: true, isBigEndian: true);
        foreach (BigInteger modulus in new[] { prime - 1, prime + 2, prime - 2, prime + 30, half * (half - 2), half * half, UnsafePrime })
        {
            byte[] bytes = modulus.ToByteArray(isUnsigned: true, isBigEndian: true);
            Assert.Equal(2048, bytes.Length * 8);
            AssertRefused(() => ForClient(bytes, [2], Usual));
        }
    }

    [Fact]
    public void A48_a_generator_that_generates_nothing_is_refused()
    {
        BigInteger prime = new(FiniteFieldGroup.Group14.Prime.Span, isUnsigned: true, isBigEndian: true);
        foreach (BigInteger generator in new[] { 0, 1, prime - 1, prime, prime + 1, prime * prime })
        {
            byte[] bytes = generator.ToByteArray(isUnsigned: true, isBigEndian: true);
            AssertRefused(() => ForClient(FiniteFieldGroup.Group14.Prime.Span, bytes, Usual));
        }

        using FiniteFieldMethod method = GroupExchange.ForClient(FiniteFieldGroup.Group14.Prime.Span, [5], Usual, new SeededRandom(1));
        Assert.NotEmpty(method.Begin());
    }

    [Theory]
    [InlineData(2048, 2048, 8192, 2048)]
    [InlineData(2048, 2049, 8192, 4096)]
    [InlineData(2048, 3072, 8192, 4096)]
    [InlineData(2048, 4096, 8192, 4096)]
    [InlineData(2048, 8192, 8192, 8192)]
    [InlineData(2048, 3072, 3072, 2048)]
    [InlineData(2048, 8192, 8191, 4096)]
    [InlineData(2049, 3000, 3072, 2048)]
    public void The_published_groups_serve_the_nearest_size_from_above(int min, int preferred, int max, int bits)
    {
        (byte[] prime, byte[] generator) = RfcModuli.Instance.Choose(min, preferred, max);
        Assert.Equal(bits, prime.Length * 8);
        Assert.Equal([2], generator);
    }

    internal static byte[] OtherSafePrime { get; } = Convert.FromHexString(
        "9CD6045BE9D26EBE01FE99985B2A02E6A3906B9BA1C7A62B9053024B621C454D93C11448E3EE3A32B79264899966CC6A4AE6BFCAB0D054964E0CED248A803BCD" +
        "F445856CE8DE6B9A6867D9A03072EC11C90FC59FBA8632A79276DF36AF596299F2BF62D85549E90A60BAB986B1CE0BFA7717007B725B03949B1A591CC3EF63F1" +
        "BAF6BF39B92B2364CEEC4733E0D5E8883C4E81FC523B053D45F63DB5996292D4C0A44DD17E6C17A8865703738EBC2EA4DF319D5E4F0231BF1CD6F0177A0D6C30" +
        "965693F88A97E6220FC9B52D02EDC1E450D59A2A4B179650DA065FE9690C39B4EC1B6E93DBF439BB61B845ADB9FD9C51F5C1EC4D77C76A7DE8B92EFA6D2C036F");

    /// <summary>A prime of 2048 bits whose half is composite.</summary>
    private static BigInteger UnsafePrime { get; } = new(Convert.FromHexString(
        "C0F263CB73ABCC5986279763528D016A7FAF3BC682DFA7A3957BEFA3C604F9C3282D18819756339554F441F4EFDE1F83E4D8E11517092BD266D6CDC0CA246C7A" +
        "A54181925D28B1F393FD3C3DC4BEADECC70DDCAA6EE38DBBCAEDA79251BBCE93E1E7783D3A18F8BD086ED21F39AD2C5B4428298EC349346B88A8379BFC59C16E" +
        "0550231121F9367BC7FE5FFEE6E577005CCD2F202E2CD591A06B41149EE8DBA0082978D2E1A99544950A8BAFBFD835B7F7885645C591E9B04209CA728507C7FF" +
        "265CB73D541862287F27320642CD40BA54054563C47C3A7A99CDEBA67367201A84B8B72BA3583A4C031FD64C96E2F12D67CC8DA482B91FE9211B0ABF322047DB"), isUnsigned: true, isBigEndian: true);

    private static void ForClient(ReadOnlySpan<byte> prime, ReadOnlySpan<byte> generator, GroupSizes sizes) =>
        GroupExchange.ForClient(prime, generator, sizes, new SeededRandom(1)).Dispose();

    private static void AssertRefused(Action action) =>
        Assert.Equal(Violation.BadKeyExchangeValue, Assert.Throws<SshViolationException>(action).Violation);
}
