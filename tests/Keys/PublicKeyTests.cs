using System.Buffers.Binary;
using System.Text;
using Nacre.Protocol.Keys;

namespace Nacre.Tests.Keys;

public sealed class PublicKeyTests
{
    public static TheoryData<string> Names => [.. SampleKeys.Rows.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_key_survives_its_blob(string algorithm)
    {
        using PrivateKey key = SampleKeys.New(algorithm);
        PublicKey read = PublicKey.Parse(key.PublicKey.Blob.Span);
        Assert.Equal(key.PublicKey, read);
        Assert.Equal(key.PublicKey.GetHashCode(), read.GetHashCode());
        Assert.Equal(key.PublicKey.Bits, read.Bits);
        Assert.Equal(key.PublicKey.ToString(), read.ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_blob_cut_short_anywhere_or_followed_by_a_byte_is_damaged(string algorithm)
    {
        using PrivateKey key = SampleKeys.New(algorithm);
        byte[] blob = key.PublicKey.Blob.ToArray();
        for (int length = 0; length < blob.Length; length++)
        {
            KeyFormatException refused = Assert.Throws<KeyFormatException>(() => PublicKey.Parse(blob.AsSpan(0, length)));
            Assert.Equal(KeyFault.Damaged, refused.Fault);
        }

        Assert.Throws<KeyFormatException>(() => PublicKey.Parse([.. blob, 0]));
        Assert.False(PublicKey.TryParse([.. blob, 0], out _));
    }

    [Fact]
    public void A_type_that_is_not_known_is_unsupported_and_shown_escaped()
    {
        KeyFormatException refused = Assert.Throws<KeyFormatException>(() => PublicKey.Parse([.. Text("ssh-\u001bx"), .. Text("abc")]));
        Assert.Equal(KeyFault.Unsupported, refused.Fault);
        Assert.Contains("ssh-\\033x", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ecdsa-sha2-nistp256", "nistp384", 32)]
    [InlineData("ecdsa-sha2-nistp256", "nistp384", 48)]
    [InlineData("ecdsa-sha2-nistp384", "nistp256", 48)]
    [InlineData("ecdsa-sha2-nistp521", "secp521r1", 66)]
    public void A_curve_that_is_not_the_types_is_damaged(string type, string curve, int coordinate)
    {
        using PrivateKey key = PrivateKey.GenerateEcdsa(coordinate == 66 ? 521 : coordinate * 8);
        byte[] point = ((EcdsaPublicKey)key.PublicKey).Point.ToArray();
        AssertDamaged([.. Text(type), .. Text(curve), .. Field(point)]);
    }

    [Theory]
    [InlineData(256)]
    [InlineData(384)]
    [InlineData(521)]
    public void A_point_must_be_on_its_curve_uncompressed_and_reduced_A47(int bits)
    {
        using PrivateKey key = PrivateKey.GenerateEcdsa(bits);
        var publicKey = (EcdsaPublicKey)key.PublicKey;
        byte[] point = publicKey.Point.ToArray();
        int size = publicKey.Curve.FieldSize;

        AssertDamaged(Blob(publicKey, [.. point[..^1], (byte)(point[^1] ^ 1)]));
        AssertDamaged(Blob(publicKey, [0]));
        AssertDamaged(Blob(publicKey, []));
        AssertDamaged(Blob(publicKey, [(byte)(2 + (point[^1] & 1)), .. point[1..(1 + size)]]));
        AssertDamaged(Blob(publicKey, [(byte)(6 + (point[^1] & 1)), .. point[1..]]));
        AssertDamaged(Blob(publicKey, [.. point, 0]));
        AssertDamaged(Blob(publicKey, [4, .. new byte[2 * size]]));
        AssertDamaged(Blob(publicKey, [4, .. Enumerable.Repeat((byte)0xff, 2 * size)]));
    }

    [Theory]
    [InlineData(1023, 3, false)]
    [InlineData(1024, 3, true)]
    [InlineData(1025, 65537, true)]
    [InlineData(16384, 65537, true)]
    [InlineData(16385, 65537, false)]
    [InlineData(2048, 0, false)]
    [InlineData(2048, 1, false)]
    [InlineData(2048, 2, false)]
    [InlineData(2048, 65536, false)]
    [InlineData(2048, 0xffffff, true)]
    [InlineData(2048, 0x1000001, false)]
    public void The_sizes_of_RSA_numbers_have_limits_A46(int bits, int exponent, bool isKey)
    {
        byte[] modulus = new byte[(bits + 7) / 8];
        modulus[0] = (byte)(1 << ((bits - 1) % 8));
        modulus[^1] |= 1;
        byte[] e = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(e, exponent);
        byte[] blob = [.. Text("ssh-rsa"), .. Number(e), .. Number(modulus)];
        Assert.Equal(isKey, PublicKey.TryParse(blob, out PublicKey? key));
        if (isKey) Assert.Equal(bits, key!.Bits);
    }

    [Fact]
    public void An_even_or_negative_modulus_is_damaged()
    {
        byte[] modulus = new byte[256];
        modulus[0] = 0x80;
        AssertDamaged([.. Text("ssh-rsa"), .. Number([3]), .. Number(modulus)]);
        modulus[^1] = 1;
        AssertDamaged([.. Text("ssh-rsa"), .. Number([3]), .. Field(modulus)]);
        AssertDamaged([.. Text("ssh-rsa"), .. Field([0, 3]), .. Number(modulus)]);
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000080")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")]
    [InlineData("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void An_Ed25519_point_of_small_order_or_not_reduced_is_damaged_A47(string point) =>
        AssertDamaged([.. Text("ssh-ed25519"), .. Field(Convert.FromHexString(point))]);

    [Theory]
    [InlineData(31)]
    [InlineData(33)]
    public void An_Ed25519_point_has_32_bytes(int length) => AssertDamaged([.. Text("ssh-ed25519"), .. Field(Enumerable.Repeat((byte)7, length).ToArray())]);

    [Fact]
    public void Fingerprints_read_as_those_of_ssh_keygen()
    {
        byte[] blob = [.. Text("ssh-ed25519"), .. Field(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray())];
        PublicKey key = PublicKey.Parse(blob);
        Assert.Equal("SHA256:" + Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(blob))[..43], key.Fingerprint);
        Assert.Matches("^MD5:([0-9a-f]{2}:){15}[0-9a-f]{2}$", key.FingerprintBy(FingerprintHash.Md5));
    }

    [Fact]
    public void RSA_keys_name_no_SHA1_by_themselves_but_know_it()
    {
        using PrivateKey key = SampleKeys.New("ssh-rsa");
        Assert.Equal(["rsa-sha2-512", "rsa-sha2-256"], key.PublicKey.SignatureAlgorithms);
        Assert.True(key.PublicKey.Supports("ssh-rsa"));
        Assert.False(key.PublicKey.Supports("ssh-ed25519"));
    }

    private static byte[] Blob(EcdsaPublicKey key, byte[] point) => [.. Text(key.Type), .. Text(key.Curve.Name), .. Field(point)];

    private static void AssertDamaged(byte[] blob) => Assert.Equal(KeyFault.Damaged, Assert.Throws<KeyFormatException>(() => PublicKey.Parse(blob)).Fault);

    private static byte[] Text(string text) => Field(Encoding.UTF8.GetBytes(text));

    private static byte[] Number(ReadOnlySpan<byte> magnitude) => SampleKeys.Number(magnitude);

    private static byte[] Field(ReadOnlySpan<byte> contents) => SampleKeys.Field(contents);
}
