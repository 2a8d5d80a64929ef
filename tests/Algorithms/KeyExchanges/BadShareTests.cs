using System.Numerics;
using Nacre.Crypto;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Algorithms.KeyExchanges;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Algorithms.KeyExchanges;

/// <summary>A-47: no share that a method does not allow gets past it, at either end.</summary>
public sealed class BadShareTests
{
    public static TheoryData<string> Methods => [.. AlgorithmCatalog.KeyExchanges.Names];

    public static TheoryData<string> FiniteFields =>
        [.. AlgorithmCatalog.KeyExchanges.Names.Where(name => name.StartsWith("diffie-hellman", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_share_of_any_other_length_is_refused(string name)
    {
        KeyExchangeAlgorithm row = AlgorithmCatalog.KeyExchanges[name];
        using KeyExchangeMethod client = HandshakeTests.Create(row, new SeededRandom(1));
        byte[] clientShare = client.Begin();
        using KeyExchangeMethod server = HandshakeTests.Create(row, new SeededRandom(2));
        byte[] serverShare = server.Respond(clientShare, out Secret shared);
        shared.Dispose();
        bool isNumber = FiniteFields.Any(field => field.Data == name);
        foreach (int length in Lengths(clientShare.Length).Where(length => length != clientShare.Length && (!isNumber || length is 0 || length > clientShare.Length)))
        {
            AssertRefused(row, asServer: true, Resized(clientShare, length, isNumber));
        }

        foreach (int length in Lengths(serverShare.Length).Where(length => length != serverShare.Length && (!isNumber || length is 0 || length > serverShare.Length)))
        {
            AssertRefused(row, asServer: false, Resized(serverShare, length, isNumber));
        }
    }

    [Theory]
    [MemberData(nameof(FiniteFields))]
    public void A_number_outside_of_2_to_p_minus_2_or_not_in_its_shortest_form_is_refused(string name)
    {
        KeyExchangeAlgorithm row = AlgorithmCatalog.KeyExchanges[name];
        BigInteger p = new(PrimeOf(row).Prime.Span, isUnsigned: true, isBigEndian: true);
        BigInteger[] bad = [0, 1, p - 1, p, p + 1, 2 * p, p * p, -1, -2, 2 - p];
        foreach (BigInteger value in bad)
        {
            foreach (bool asServer in new[] { true, false }) AssertRefused(row, asServer, Contents(value));
        }

        foreach (byte[] bytes in new byte[][] { [0], [0, 0], [0, 2], [0, 0x7f], [0xff], [0xff, 0x02], [0, .. Contents(p - 2)] })
        {
            foreach (bool asServer in new[] { true, false }) AssertRefused(row, asServer, bytes);
        }
    }

    [Theory]
    [MemberData(nameof(FiniteFields))]
    public void The_numbers_2_and_p_minus_2_are_taken(string name)
    {
        KeyExchangeAlgorithm row = AlgorithmCatalog.KeyExchanges[name];
        BigInteger p = new(PrimeOf(row).Prime.Span, isUnsigned: true, isBigEndian: true);
        foreach (BigInteger value in new[] { 2, p - 2 })
        {
            using KeyExchangeMethod server = HandshakeTests.Create(row, new SeededRandom(1));
            Assert.NotEmpty(server.Respond(Contents(value), out Secret shared));
            Assert.NotEqual(0, shared.Length);
            shared.Dispose();
        }
    }

    [Theory]
    [InlineData("ecdh-sha2-nistp256", 32)]
    [InlineData("ecdh-sha2-nistp384", 48)]
    [InlineData("ecdh-sha2-nistp521", 66)]
    public void A_point_off_the_curve_at_infinity_or_in_another_form_is_refused(string name, int size)
    {
        KeyExchangeAlgorithm row = AlgorithmCatalog.KeyExchanges[name];
        using KeyExchangeMethod client = row.Create!(new SeededRandom(1));
        byte[] honest = client.Begin();
        Assert.Equal(1 + (2 * size), honest.Length);
        List<byte[]> bad =
        [
            new byte[honest.Length], new byte[1], [4], Compressed(honest, size), Flipped(honest, 0, 0x04), Flipped(honest, 0, 0x02), Flipped(honest, 1, 0x01),
            Flipped(honest, size, 0x01), Flipped(honest, size + 1, 0x80), Flipped(honest, 2 * size, 0x01),
        ];
        byte[] overlarge = [.. honest];
        overlarge.AsSpan(1, size).Fill(0xff);
        bad.Add(overlarge);
        foreach (byte[] share in bad)
        {
            foreach (bool asServer in new[] { true, false }) AssertRefused(row, asServer, share);
        }
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void A_point_of_small_order_is_refused_alone_and_in_a_hybrid(string point)
    {
        byte[] small = Convert.FromHexString(point);
        foreach (KeyExchangeAlgorithm row in AlgorithmCatalog.KeyExchanges.Rows.Where(row => row.Name.Contains("25519", StringComparison.Ordinal)))
        {
            using KeyExchangeMethod client = row.Create!(new SeededRandom(1));
            byte[] clientShare = client.Begin();
            using KeyExchangeMethod server = row.Create(new SeededRandom(2));
            byte[] serverShare = server.Respond(clientShare, out Secret shared);
            shared.Dispose();
            AssertRefused(row, asServer: true, [.. clientShare[..^32], .. small]);
            AssertRefused(row, asServer: false, [.. serverShare[..^32], .. small]);
        }
    }

    [Fact]
    public void An_encapsulation_key_that_is_not_reduced_is_refused()
    {
        KeyExchangeAlgorithm row = AlgorithmCatalog.KeyExchanges["mlkem768x25519-sha256"];
        using KeyExchangeMethod client = row.Create!(new SeededRandom(1));
        byte[] share = client.Begin();
        foreach (int coefficient in new[] { 0, 100, 255, 767 })
        {
            // FIPS 203 7.2: twelve bits each, so 3329 and more are not the encoding of anything.
            byte[] bad = [.. share];
            int at = coefficient / 2 * 3;
            if (coefficient % 2 == 0) (bad[at], bad[at + 1]) = (0x01, (byte)((bad[at + 1] & 0xf0) | 0x0d));
            else (bad[at + 1], bad[at + 2]) = ((byte)((bad[at + 1] & 0x0f) | 0x10), 0xd0);
            AssertRefused(row, asServer: true, bad);
        }
    }

    [Theory]
    [InlineData("mlkem768x25519-sha256")]
    [InlineData("sntrup761x25519-sha512")]
    public void A_damaged_ciphertext_gives_another_secret_and_no_error(string name)
    {
        KeyExchangeAlgorithm row = AlgorithmCatalog.KeyExchanges[name];
        for (int i = 0; i < 8; i++)
        {
            using KeyExchangeMethod client = row.Create!(new SeededRandom(1));
            using KeyExchangeMethod server = row.Create(new SeededRandom(2));
            byte[] share = server.Respond(client.Begin(), out Secret atServer);
            share[i * 100] ^= 1;
            using Secret atClient = client.Finish(share);
            Assert.Equal(atServer.Length, atClient.Length);
            Assert.False(atClient.FixedTimeEquals(atServer.Span));
            atServer.Dispose();
        }
    }

    [Theory]
    [InlineData("mlkem768x25519-sha256", 1216, 1120, 32)]
    [InlineData("sntrup761x25519-sha512", 1190, 1071, 64)]
    [InlineData("sntrup761x25519-sha512@openssh.com", 1190, 1071, 64)]
    [InlineData("curve25519-sha256", 32, 32, 0)]
    public void Shares_and_secrets_have_the_sizes_of_their_RFC(string name, int client, int server, int secret)
    {
        KeyExchangeAlgorithm row = AlgorithmCatalog.KeyExchanges[name];
        using KeyExchangeMethod clientSide = row.Create!(new SeededRandom(1));
        using KeyExchangeMethod serverSide = row.Create(new SeededRandom(2));
        byte[] clientShare = clientSide.Begin();
        Assert.Equal(client, clientShare.Length);
        Assert.Equal(server, serverSide.Respond(clientShare, out Secret shared).Length);
        if (secret > 0) Assert.Equal(secret, shared.Length);
        shared.Dispose();
    }

    private static void AssertRefused(KeyExchangeAlgorithm row, bool asServer, byte[] share)
    {
        using KeyExchangeMethod method = HandshakeTests.Create(row, new SeededRandom(3));
        SshViolationException violation = Assert.Throws<SshViolationException>(() =>
        {
            if (asServer)
            {
                method.Respond(share, out _);
            }
            else
            {
                method.Begin();
                method.Finish(share);
            }
        });
        Assert.Equal(Violation.BadKeyExchangeValue, violation.Violation);
    }

    private static IEnumerable<int> Lengths(int right) =>
        new[] { 0, 1, 2, 31, 32, 33, 64, 65, 66, right / 2, right - 32, right - 1, right + 1, right + 32, right + 1000, 200_000 }.Where(length => length >= 0).Distinct();

    private static byte[] Resized(byte[] share, int length, bool isNumber)
    {
        byte[] resized = new byte[length];
        share.AsSpan(0, Math.Min(length, share.Length)).CopyTo(resized);
        if (isNumber && length > 0) resized[0] = 0x7f;
        return resized;
    }

    private static byte[] Flipped(byte[] share, int index, byte mask)
    {
        byte[] flipped = [.. share];
        flipped[index] ^= mask;
        return flipped;
    }

    private static byte[] Compressed(byte[] point, int size) => [(byte)(2 + (point[^1] & 1)), .. point.AsSpan(1, size)];

    private static byte[] Contents(BigInteger value) => value.IsZero ? [] : value.ToByteArray(isUnsigned: false, isBigEndian: true);

    private static FiniteFieldGroup PrimeOf(KeyExchangeAlgorithm row) => row.Name switch
    {
        "diffie-hellman-group1-sha1" => FiniteFieldGroup.Group1,
        "diffie-hellman-group16-sha512" => FiniteFieldGroup.Group16,
        "diffie-hellman-group18-sha512" => FiniteFieldGroup.Group18,
        _ => FiniteFieldGroup.Group14,
    };
}
