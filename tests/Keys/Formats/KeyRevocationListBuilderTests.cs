using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Keys.Formats;

/// <summary>Lists are written as they are read, in few bytes and in one order.</summary>
public sealed class KeyRevocationListBuilderTests : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private readonly PrivateKey _authority = PrivateKey.GenerateEd25519();
    private readonly PrivateKey _key = PrivateKey.GenerateEd25519();
    private readonly PrivateKey _other = PrivateKey.GenerateEcdsa();

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void A_list_says_its_number_its_time_and_its_comment()
    {
        var list = KeyRevocationList.Parse(new KeyRevocationListBuilder { Version = 7, Comment = "für alle" }.Write(Now));
        Assert.Equal((7ul, 1_800_000_000ul, "für alle"), (list.Version, list.GeneratedAt, list.Comment));
        Assert.False(list.Contains(_key.PublicKey));
    }

    [Fact]
    public void A_certificate_is_revoked_by_its_number_or_else_by_its_id_and_its_key_is_not()
    {
        KeyRevocationList list = Written(builder =>
        {
            builder.Add(Certify(_key, 5));
            builder.Add(Certify(_other, 0, "b"));
        });
        Assert.True(list.Contains(Certify(_other, 5, "x")));
        Assert.True(list.Contains(Certify(_key, 0, "b")));
        Assert.False(list.Contains(Certify(_key, 6)));
        Assert.False(list.Contains(Certify(_key, 0)));
        Assert.False(list.Contains(_key.PublicKey));
        Assert.False(list.Contains(new CertificateDraft(_key.PublicKey) { Serial = 5 }.Issue(_other)));
    }

    [Fact]
    public void A_key_is_revoked_in_each_of_four_ways_also_by_a_certificate_of_it()
    {
        Action<KeyRevocationListBuilder>[] ways =
        [
            builder => builder.Add(_key.PublicKey), builder => builder.AddKey(Certify(_key, 1)), builder => builder.AddSha1(Certify(_key, 1)), builder => builder.AddSha256(Certify(_key, 1)),
            builder => builder.AddFingerprint(_key.PublicKey.Fingerprint), builder => builder.AddFingerprint(_key.PublicKey.Fingerprint + "="),
        ];
        foreach (KeyRevocationList list in ways.Select(Written))
        {
            Assert.True(list.Contains(_key.PublicKey));
            Assert.True(list.Contains(Certify(_key, 1)));
            Assert.False(list.Contains(_other.PublicKey));
        }
    }

    [Fact]
    public void Without_an_authority_everybodys_certificates_are_meant()
    {
        KeyRevocationList list = Written(builder =>
        {
            builder.AddSerials(null, 5, 5);
            builder.AddKeyId(null, "ü");
            builder.AddSerials(_other.PublicKey, 8, 9);
        });
        Assert.True(list.Contains(Certify(_key, 5)));
        Assert.True(list.Contains(Certify(_key, 1, "ü")));
        Assert.False(list.Contains(Certify(_key, 8)));
    }

    [Theory]
    [InlineData("MD5:aa", "unsupported hash algorithm")]
    [InlineData("sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", "unsupported hash algorithm")]
    [InlineData("SHA256:", "decode hash failed: invalid format")]
    [InlineData("SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF", "decode hash failed: invalid format")]
    [InlineData("SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUAA", "decode hash failed: invalid format")]
    [InlineData("SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF!", "decode hash failed: invalid format")]
    public void What_is_no_fingerprint_is_refused(string fingerprint, string why) =>
        Assert.Equal(why, Assert.Throws<FormatException>(() => new KeyRevocationListBuilder().AddFingerprint(fingerprint)).Message);

    [Fact]
    public void What_no_certificate_can_have_is_refused()
    {
        var builder = new KeyRevocationListBuilder();
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.AddSerials(null, 0, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.AddSerials(null, 4, 3));
        Assert.Throws<ArgumentException>(() => builder.AddKeyId(null, "a\0b"));
        Assert.Throws<ArgumentException>(() => builder.Comment = "a\0b");
        Assert.Throws<ArgumentException>(() => builder.Comment = new string('x', KeyRevocationHead.MaxComment + 1));
        builder.Comment = new string('x', KeyRevocationHead.MaxComment);
        Assert.Equal(KeyRevocationHead.MaxComment, KeyRevocationList.Parse(builder.Write(Now)).Comment.Length);
    }

    [Fact]
    public void A_list_that_goes_on_from_another_has_all_that_it_had()
    {
        byte[] first = Bytes(builder =>
        {
            builder.Version = 3;
            builder.Comment = "c";
            builder.AddSerials(_authority.PublicKey, 1, 100);
            builder.AddKeyId(null, "id");
            builder.AddKey(_key.PublicKey);
            builder.AddSha1(_other.PublicKey);
        });
        var next = new KeyRevocationListBuilder(KeyRevocationList.Parse(first));
        Assert.Equal(first, next.Write(Now));
        next.AddSerials(_authority.PublicKey, 90, 200);
        KeyRevocationList list = KeyRevocationList.Parse(next.Write(Now));
        Assert.Equal([new SerialRange(1, 200)], list.Items.Certificates.First().Value.Serials.ToRanges());
        Assert.True(list.Contains(_key.PublicKey));
        Assert.True(list.Contains(_other.PublicKey));
        Assert.True(list.Contains(Certify(_key, 150)));

        var text = new KeyRevocationListBuilder(KeyRevocationList.Parse(Encoding.UTF8.GetBytes($"{_key.PublicKey}\n")));
        Assert.True(KeyRevocationList.Parse(text.Write(Now)).Contains(_key.PublicKey));
    }

    [Fact]
    public void The_order_in_which_things_are_added_does_not_show()
    {
        Action<KeyRevocationListBuilder>[] steps =
        [
            builder => builder.AddKey(_key.PublicKey), builder => builder.AddKey(_other.PublicKey), builder => builder.AddSerials(null, 5, 9), builder => builder.AddSerials(null, 1, 4), builder => builder.AddSerials(null, 7, 12),
            builder => builder.AddKeyId(null, "b"), builder => builder.AddKeyId(null, "a"), builder => builder.AddSha256(_key.PublicKey), builder => builder.AddSha256(_other.PublicKey),
        ];
        byte[] forwards = Bytes(builder => Array.ForEach(steps, step => step(builder)));
        Assert.Equal(forwards, Bytes(builder => Array.ForEach([.. steps.Reverse()], step => step(builder))));
    }

    /// <summary>Numbers close together, far apart, in a row and at the ends; each set in the fewest bytes that one kind of section could do, or fewer.</summary>
    [Fact]
    public void Numbers_of_every_pattern_come_back_from_few_bytes()
    {
        var random = new Random(20260);
        for (int round = 0; round < 300; round++)
        {
            var numbers = new SerialNumbers();
            var naive = new SortedSet<ulong>();
            ulong start = round % 10 == 0 ? ulong.MaxValue - 40_000 : (ulong)random.NextInt64(1, 1 << (1 + (round % 40)));
            ulong spread = 1ul << random.Next(1, 18);
            for (int i = random.Next(1, 40); i > 0; i--)
            {
                ulong lowest = Math.Min(start + (ulong)random.NextInt64((long)spread), ulong.MaxValue - 300), highest = lowest + (ulong)(random.Next(3) == 0 ? random.Next(300) : 0);
                numbers.Add(lowest, highest);
                for (ulong serial = lowest; serial <= highest; serial++) naive.Add(serial);
            }

            SerialRange[] ranges = numbers.ToRanges();
            var output = new SectionWriter();
            SerialSections.Write(ranges, output);
            Assert.True(output.Written.Length <= Math.Min(5 + (8 * naive.Count), 21 * ranges.Length));
            SerialNumbers read = ReadBack(output.Written);
            Assert.Equal(ranges, read.ToRanges());
            Assert.Equal(naive.Count, ranges.Sum(range => (long)(range.Highest - range.Lowest) + 1));
            Assert.All(naive, serial => Assert.True(read.Contains(serial)));
            Assert.All(ranges, range => Assert.False((range.Lowest > 1 && read.Contains(range.Lowest - 1)) || (range.Highest < ulong.MaxValue && read.Contains(range.Highest + 1))));
        }
    }

    [Theory]
    [InlineData(1, SerialSections.MaxBitmapBits, 1)]
    [InlineData(1, SerialSections.MaxBitmapBits + 1, 2)]
    [InlineData(ulong.MaxValue - SerialSections.MaxBitmapBits + 1, SerialSections.MaxBitmapBits, 1)]
    public void A_bitmap_is_as_long_as_OpenSSH_reads_it_and_no_longer(ulong first, int span, int sections)
    {
        var numbers = new SerialNumbers();
        for (int i = 0; i < span; i += 2) numbers.Add(first + (ulong)i, first + (ulong)i);
        numbers.Add(first + (ulong)(span - 1), first + (ulong)(span - 1));
        var output = new SectionWriter();
        SerialSections.Write(numbers.ToRanges(), output);
        Assert.Equal(sections, Sections(output.Written).Count);
        Assert.All(Sections(output.Written), section => Assert.True(section.Data.Length <= 8 + 4 + 1 + 2048));
        Assert.Equal(numbers.ToRanges(), ReadBack(output.Written).ToRanges());
    }

    [Fact]
    public void Everything_may_be_revoked_in_one_range()
    {
        KeyRevocationList list = Written(builder => builder.AddSerials(_authority.PublicKey, 1, ulong.MaxValue));
        Assert.True(list.Contains(Certify(_key, 1)));
        Assert.True(list.Contains(Certify(_key, ulong.MaxValue)));
        Assert.False(list.Contains(Certify(_key, 0)));
        Assert.Equal([new SerialRange(1, ulong.MaxValue)], list.Items.Certificates.First().Value.Serials.ToRanges());
    }

    [Fact]
    public void Many_numbers_take_a_bit_each()
    {
        byte[] list = Bytes(builder =>
        {
            for (ulong serial = 1; serial <= 200_000; serial += 2) builder.AddSerials(_authority.PublicKey, serial, serial);
        });
        Assert.InRange(list.Length, 25_000, 25_600);
    }

    private static SerialNumbers ReadBack(ReadOnlySpan<byte> sections)
    {
        var read = new RevokedCertificates();
        foreach ((KeyRevocationSection type, byte[] data) in Sections(sections)) read.Take(type, data);
        read.Serials.Sort();
        return read.Serials;
    }

    private static List<(KeyRevocationSection Type, byte[] Data)> Sections(ReadOnlySpan<byte> sections)
    {
        var all = new List<(KeyRevocationSection, byte[])>();
        var reader = new FieldReader(sections);
        while (reader.Remaining > 0)
        {
            KeyRevocationSectionFields section = default;
            KeyRevocationSectionFields.Fields(ref reader, ref section);
            all.Add(((KeyRevocationSection)section.Type, section.Data.ToArray()));
        }

        return all;
    }

    private static byte[] Bytes(Action<KeyRevocationListBuilder> fill)
    {
        var builder = new KeyRevocationListBuilder();
        fill(builder);
        return builder.Write(Now);
    }

    private static KeyRevocationList Written(Action<KeyRevocationListBuilder> fill) => KeyRevocationList.Parse(Bytes(fill));

    private Certificate Certify(PrivateKey key, ulong serial, string id = "an id") => new CertificateDraft(key.PublicKey) { Serial = serial, KeyId = Encoding.UTF8.GetBytes(id) }.Issue(_authority);
}
