using Nacre.Crypto;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Algorithms.KeyExchanges;

namespace Nacre.Tests.Algorithms.KeyExchanges;

/// <summary>
/// Many exchanges of each method in memory, so that the shapes of K that come up once in two and once in 256 times are met
/// (P-4251-1, P-10042-1).
/// </summary>
public sealed class HandshakeTests
{
    /// <summary>Every method with a number of exchanges that takes about a second.</summary>
    public static TheoryData<string, int> Quick => new()
    {
        { "curve25519-sha256", 2000 },
        { "curve25519-sha256@libssh.org", 2000 },
        { "ecdh-sha2-nistp256", 2000 },
        { "ecdh-sha2-nistp384", 100 },
        { "ecdh-sha2-nistp521", 200 },
        { "mlkem768x25519-sha256", 2000 },
        { "sntrup761x25519-sha512", 200 },
        { "sntrup761x25519-sha512@openssh.com", 20 },
        { "diffie-hellman-group1-sha1", 500 },
        { "diffie-hellman-group14-sha1", 200 },
        { "diffie-hellman-group14-sha256", 200 },
        { "diffie-hellman-group16-sha512", 30 },
        { "diffie-hellman-group18-sha512", 10 },
        { "diffie-hellman-group-exchange-sha256", 50 },
    };

    public static TheoryData<string, int> Slow => new()
    {
        { "sntrup761x25519-sha512", 2000 },
        { "sntrup761x25519-sha512@openssh.com", 2000 },
        { "ecdh-sha2-nistp384", 2000 },
        { "ecdh-sha2-nistp521", 2000 },
        { "diffie-hellman-group1-sha1", 2000 },
        { "diffie-hellman-group14-sha1", 2000 },
        { "diffie-hellman-group14-sha256", 2000 },
        { "diffie-hellman-group16-sha512", 2000 },
        { "diffie-hellman-group18-sha512", 2000 },
        { "diffie-hellman-group-exchange-sha256", 2000 },
    };

    [Theory]
    [MemberData(nameof(Quick))]
    public void Both_ends_of_every_exchange_have_the_same_secret(string name, int count) => RunExchanges(name, count);

    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Slow))]
    public void Both_ends_of_two_thousand_exchanges_have_the_same_secret(string name, int count) => RunExchanges(name, count);

    [Fact]
    public void Every_key_exchange_of_the_catalog_is_run_two_thousand_times()
    {
        var counts = new Dictionary<string, int>();
        foreach (TheoryDataRow<string, int> row in Quick.Concat(Slow))
        {
            counts[row.Data.Item1] = Math.Max(row.Data.Item2, counts.GetValueOrDefault(row.Data.Item1));
        }

        Assert.Equal(AlgorithmCatalog.KeyExchanges.Names.Order(StringComparer.Ordinal), counts.Keys.Order(StringComparer.Ordinal));
        Assert.All(counts, count => Assert.Equal(2000, count.Value));
    }

    [Fact]
    public void The_same_randomness_gives_the_same_exchange()
    {
        foreach (KeyExchangeAlgorithm row in AlgorithmCatalog.KeyExchanges.Rows)
        {
            using KeyExchangeMethod first = Create(row, new SeededRandom(5));
            using KeyExchangeMethod second = Create(row, new SeededRandom(5));
            using KeyExchangeMethod other = Create(row, new SeededRandom(6));
            byte[] share = first.Begin();
            Assert.Equal(share, second.Begin());
            Assert.NotEqual(share, other.Begin());
        }
    }

    [Fact]
    public void Finish_before_Begin_is_a_mistake_of_the_caller()
    {
        foreach (KeyExchangeAlgorithm row in AlgorithmCatalog.KeyExchanges.Rows)
        {
            using KeyExchangeMethod method = Create(row, new SeededRandom(5));
            Assert.Throws<InvalidOperationException>(() => method.Finish([2]));
        }
    }

    internal static KeyExchangeMethod Create(KeyExchangeAlgorithm row, IRandomSource random)
    {
        if (!row.IsGroupExchange) return row.Create!(random);
        (byte[] prime, byte[] generator) = RfcModuli.Instance.Choose(2048, 2048, 8192);
        return GroupExchange.ForServer(prime, generator, random);
    }

    private static KeyExchangeMethod CreateClient(KeyExchangeAlgorithm row, IRandomSource random)
    {
        if (!row.IsGroupExchange) return row.Create!(random);
        (byte[] prime, byte[] generator) = RfcModuli.Instance.Choose(2048, 2048, 8192);
        return GroupExchange.ForClient(prime, generator, new GroupSizes(2048, 2048, 8192), random);
    }

    private static void RunExchanges(string name, int count)
    {
        KeyExchangeAlgorithm row = AlgorithmCatalog.KeyExchanges[name];
        var random = new SeededRandom(count);
        var shapes = new SecretShapes();
        for (int i = 0; i < count; i++)
        {
            using KeyExchangeMethod client = CreateClient(row, random);
            using KeyExchangeMethod server = Create(row, random);
            byte[] clientShare = client.Begin();
            byte[] serverShare = server.Respond(clientShare, out Secret atServer);
            using Secret atClient = client.Finish(serverShare);
            Assert.True(atClient.Span.SequenceEqual(atServer.Span));
            shapes.Count(atClient.Span);
            atServer.Dispose();
        }

        shapes.AssertMet(row, count);
    }

    /// <summary>Counts what the secrets looked like.</summary>
    private sealed class SecretShapes
    {
        private readonly Dictionary<int, int> _lengths = [];
        private int _signBytes;
        private int _firstBitSet;

        public void Count(ReadOnlySpan<byte> contents)
        {
            _lengths[contents.Length] = _lengths.GetValueOrDefault(contents.Length) + 1;
            if (contents[0] == 0) _signBytes++;
            if ((contents[0] & 0x80) != 0) _firstBitSet++;
        }

        public void AssertMet(KeyExchangeAlgorithm row, int count)
        {
            if (row.IsPostQuantum)
            {
                // A string: always of the hash's length, with its first bit set as often as not, and now and then a leading zero that stays.
                Assert.Single(_lengths);
                Assert.InRange(_firstBitSet, count / 3, count * 2 / 3);
                if (count >= 2000) Assert.NotEqual(0, _signBytes);
                return;
            }

            // An mpint: never negative, with a zero byte before a set first bit, and now and then shorter than the field.
            Assert.Equal(0, _firstBitSet);
            Assert.NotEqual(0, _signBytes);
            int full = _lengths.Keys.Max();
            int shortened = _lengths.Where(length => length.Key < full - 1).Sum(length => length.Value);
            if (count >= 2000) Assert.NotEqual(0, shortened);
        }
    }
}
