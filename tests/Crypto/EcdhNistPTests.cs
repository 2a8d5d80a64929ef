using System.Security.Cryptography;
using Nacre.Crypto;

namespace Nacre.Tests.Crypto;

public sealed class EcdhNistPTests
{
    /// <summary>RFC 5903, section 8: curve, both private keys, both x-coordinates, and that of the shared point.</summary>
    public static TheoryData<int, string, string, string, string, string> Rfc5903 => new()
    {
        {
            (int)NistCurve.P256,
            "C88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433",
            "C6EF9C5D78AE012A011164ACB397CE2088685D8F06BF9BE0B283AB46476BEE53",
            "DAD0B65394221CF9B051E1FECA5787D098DFE637FC90B9EF945D0C3772581180",
            "D12DFB5289C8D4F81208B70270398C342296970A0BCCB74C736FC7554494BF63",
            "D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE"
        },
        {
            (int)NistCurve.P384,
            "099F3C7034D4A2C699884D73A375A67F7624EF7C6B3C0F160647B67414DCE655E35B538041E649EE3FAEF896783AB194",
            "41CB0779B4BDB85D47846725FBEC3C9430FAB46CC8DC5060855CC9BDA0AA2942E0308312916B8ED2960E4BD55A7448FC",
            "667842D7D180AC2CDE6F74F37551F55755C7645C20EF73E31634FE72B4C55EE6DE3AC808ACB4BDB4C88732AEE95F41AA",
            "E558DBEF53EECDE3D3FCCFC1AEA08A89A987475D12FD950D83CFA41732BC509D0D1AC43A0336DEF96FDA41D0774A3571",
            "11187331C279962D93D604243FD592CB9D0A926F422E47187521287E7156C5C4D603135569B9E9D09CF5D4A270F59746"
        },
        {
            (int)NistCurve.P521,
            "0037ADE9319A89F4DABDB3EF411AACCCA5123C61ACAB57B5393DCE47608172A095AA85A30FE1C2952C6771D937BA9777F5957B2639BAB072462F68C27A57382D4A52",
            "0145BA99A847AF43793FDD0E872E7CDFA16BE30FDC780F97BCCC3F078380201E9C677D600B343757A3BDBF2A3163E4C2F869CCA7458AA4A4EFFC311F5CB151685EB9",
            "0015417E84DBF28C0AD3C278713349DC7DF153C897A1891BD98BAB4357C9ECBEE1E3BF42E00B8E380AEAE57C2D107564941885942AF5A7F4601723C4195D176CED3E",
            "00D0B3975AC4B799F5BEA16D5E13E9AF971D5E9B984C9F39728B5E5739735A219B97C356436ADC6E95BB0352F6BE64A6C2912D4EF2D0433CED2B6171640012D9460F",
            "01144C7D79AE6956BC8EDB8E7C787C4521CB086FA64407F97894E5E6B2D79B04D1427E73CA4BAA240A34786859810C06B3C715A3A8CC3151F2BEE417996D19F3DDEA"
        },
    };

    public static TheoryData<int> Curves => [(int)NistCurve.P256, (int)NistCurve.P384, (int)NistCurve.P521];

    [Theory]
    [MemberData(nameof(Rfc5903))]
    public void Keys_and_secrets_follow_rfc_5903(int curve, string privateA, string privateB, string publicA, string publicB, string expected)
    {
        using EcdhNistP a = EcdhNistP.Generate((NistCurve)curve, new GivenRandom(Vectors.Hex(privateA)));
        using EcdhNistP b = EcdhNistP.Generate((NistCurve)curve, new GivenRandom(Vectors.Hex(privateB)));
        int size = a.SharedSize;
        Assert.Equal(publicA, Convert.ToHexString(a.PublicPoint.Slice(1, size)));
        Assert.Equal(publicB, Convert.ToHexString(b.PublicPoint.Slice(1, size)));
        Assert.Equal(EcdhNistP.PointSize((NistCurve)curve), a.PublicPoint.Length);
        byte[] one = new byte[size], two = new byte[size];
        Assert.True(a.TryAgree(b.PublicPoint, one));
        Assert.True(b.TryAgree(a.PublicPoint, two));
        Assert.Equal(expected, Convert.ToHexString(one));
        Assert.Equal(one, two);
    }

    [Theory]
    [MemberData(nameof(Curves))]
    public void It_agrees_with_the_base_library(int number)
    {
        var curve = (NistCurve)number;
        for (int i = 0; i < 20; i++)
        {
            using EcdhNistP ours = EcdhNistP.Generate(curve, SystemRandom.Instance);
            using var theirs = ECDiffieHellman.Create(Named(curve));
            ECPoint point = theirs.ExportParameters(false).Q;
            var shared = new byte[ours.SharedSize];
            Assert.True(ours.TryAgree([4, .. point.X!, .. point.Y!], shared));
            int size = ours.SharedSize;
            using var ourPublic = ECDiffieHellman.Create(new ECParameters
            {
                Curve = Named(curve),
                Q = new ECPoint { X = ours.PublicPoint.Slice(1, size).ToArray(), Y = ours.PublicPoint[(1 + size)..].ToArray() },
            });
            Assert.Equal(theirs.DeriveRawSecretAgreement(ourPublic.PublicKey), shared);
        }
    }

    [Theory]
    [MemberData(nameof(Curves))]
    public void A_point_that_is_not_on_the_curve_is_refused(int number)
    {
        var curve = (NistCurve)number;
        using EcdhNistP ours = EcdhNistP.Generate(curve, SystemRandom.Instance);
        using EcdhNistP theirs = EcdhNistP.Generate(curve, SystemRandom.Instance);
        byte[] good = theirs.PublicPoint.ToArray();
        int size = ours.SharedSize;

        Refuse(ours, []);
        Refuse(ours, [0]);
        Refuse(ours, good[..^1]);
        Refuse(ours, [.. good, 0]);
        Refuse(ours, [4, .. new byte[2 * size]]);
        Refuse(ours, [4, .. Enumerable.Repeat((byte)0xFF, 2 * size)]);
        Refuse(ours, [(byte)(2 + (good[^1] & 1)), .. good.AsSpan(1, size)]);
        foreach (byte form in new byte[] { 0, 2, 3, 5, 6, 7, 255 })
            Refuse(ours, [form, .. good.AsSpan(1)]);
        for (int i = 1; i < good.Length; i += 7)
        {
            byte[] bad = [.. good];
            bad[i] ^= 1;
            Refuse(ours, bad);
        }
        Assert.True(ours.TryAgree(good, new byte[size]));
    }

    [Fact]
    public void A_private_key_outside_the_range_is_drawn_again()
    {
        byte[] tooLarge = Vectors.Hex("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
        byte[] one = [.. new byte[31], 1];
        using EcdhNistP pair = EcdhNistP.Generate(NistCurve.P256, new GivenRandom(tooLarge, new byte[32], one));
        Assert.Equal("6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296", Convert.ToHexString(pair.PublicPoint.Slice(1, 32)));
    }

    private static void Refuse(EcdhNistP ours, byte[] point)
    {
        byte[] shared = Vectors.Bytes(ours.SharedSize);
        Assert.False(ours.TryAgree(point, shared));
        Assert.Equal(new byte[ours.SharedSize], shared);
    }

    private static ECCurve Named(NistCurve curve) => curve switch
    {
        NistCurve.P256 => ECCurve.NamedCurves.nistP256,
        NistCurve.P384 => ECCurve.NamedCurves.nistP384,
        _ => ECCurve.NamedCurves.nistP521,
    };
}
