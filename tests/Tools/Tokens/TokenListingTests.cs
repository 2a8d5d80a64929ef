using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;
using Nacre.Tests.Keys;
using Nacre.Tools.Tokens;
using Nacre.Unix;

namespace Nacre.Tests.Tools.Tokens;

/// <summary>What libraries of tokens tell, none of which is believed.</summary>
public sealed class TokenListingTests
{
    private static readonly Token Token = new(7, "t", WantsLogin: true, HasPinPad: false);

    [Fact]
    public void Tokens_are_read_and_their_names_made_safe_to_show()
    {
        byte[] listed = [.. Write(3, "one\nline", true, false), .. Write(ulong.MaxValue, "", false, true)];
        Assert.Equal([new Token(3, "one\\012line", true, false), new Token(ulong.MaxValue, "", false, true)], TokenListing.ReadTokens(listed));
        Assert.Equal(TokenFault.NoProvider, Assert.Throws<TokenException>(() => TokenListing.ReadTokens(listed.AsSpan(1))).Fault);

        static byte[] Write(ulong slot, string label, bool wantsLogin, bool hasPinPad)
        {
            var fields = new TokenFields { Slot = slot, Label = Encoding.UTF8.GetBytes(label), WantsLogin = wantsLogin, HasPinPad = hasPinPad };
            return Message.WriteRecord(ref fields);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Keys_are_read_with_their_points_bare_or_in_an_octet_string(bool isBare)
    {
        using PrivateKey rsa = PrivateKey.GenerateRsa(1024), ecdsa = PrivateKey.GenerateEcdsa(521), ed25519 = PrivateKey.GenerateEd25519();
        byte[] listed =
        [
            .. Rsa(rsa, isBare ? [] : [0]),
            .. Curve(TokenKeyType.EllipticCurve, Oid("1.3.132.0.35"), Point(((EcdsaPublicKey)ecdsa.PublicKey).Point.Span)),
            .. Curve(TokenKeyType.Edwards, isBare ? Oid("1.3.101.112") : Name("edwards25519"), Point(((Ed25519PublicKey)ed25519.PublicKey).Point.Span)),
        ];
        IReadOnlyList<TokenKeyListing> keys = TokenListing.ReadKeys(Token, listed);
        Assert.Equal([rsa.PublicKey, ecdsa.PublicKey, ed25519.PublicKey], keys.Select(key => key.PublicKey));
        Assert.All(keys, key => Assert.Equal((Token, "01", "label"), (key.Token, Convert.ToHexString(key.Id.Span), key.Label)));

        byte[] Point(ReadOnlySpan<byte> point)
        {
            if (isBare) return point.ToArray();
            var writer = new AsnWriter(AsnEncodingRules.DER);
            writer.WriteOctetString(point);
            return writer.Encode();
        }
    }

    [Fact]
    public void What_is_no_key_for_SSH_is_left_out_and_the_rest_is_not()
    {
        using PrivateKey good = PrivateKey.GenerateEd25519(), ecdsa = PrivateKey.GenerateEcdsa(256), rsa = PrivateKey.GenerateRsa(1024);
        byte[] point = ((Ed25519PublicKey)good.PublicKey).Point.ToArray(), p256 = ((EcdsaPublicKey)ecdsa.PublicKey).Point.ToArray();
        byte[] offCurve = [.. p256[..^1], (byte)(p256[^1] ^ 1)];
        byte[][] bad =
        [
            Curve(TokenKeyType.Edwards, Oid("1.3.101.113"), point),
            Curve(TokenKeyType.Edwards, [], point),
            Curve(TokenKeyType.Edwards, Oid("1.3.101.112"), point[1..]),
            Curve(TokenKeyType.Edwards, Oid("1.3.101.112"), new byte[32]),
            Curve(TokenKeyType.EllipticCurve, Oid("1.3.132.0.10"), p256),
            Curve(TokenKeyType.EllipticCurve, [0x30, 0x80], p256),
            Curve(TokenKeyType.EllipticCurve, Oid("1.2.840.10045.3.1.7"), offCurve),
            Curve(TokenKeyType.EllipticCurve, Oid("1.2.840.10045.3.1.7"), [4, 0x84, 0xff, 0xff, 0xff, 0xff, 4]),
            Curve((TokenKeyType)1, Oid("1.2.840.10045.3.1.7"), p256),
            Rsa(rsa, [], exponent: []),
            Rsa(rsa, [], exponent: [4]),
            Certificate([]),
            Certificate([0x30, 0x03, 0x30, 0x01, 0x02]),
            Certificate(RandomNumberGenerator.GetBytes(TokenLibrary.MaxValue)),
        ];
        foreach (byte[] each in bad)
        {
            Assert.Equal([good.PublicKey], TokenListing.ReadKeys(Token, [.. each, .. Curve(TokenKeyType.Edwards, Oid("1.3.101.112"), point), .. each]).Select(key => key.PublicKey));
        }
    }

    [Fact]
    public void An_object_has_limits()
    {
        using PrivateKey key = PrivateKey.GenerateEd25519();
        byte[] point = ((Ed25519PublicKey)key.PublicKey).Point.ToArray();
        Assert.Single(TokenListing.ReadKeys(Token, Record(TokenObjectFields.MaxName, TokenObjectFields.MaxName, TokenLibrary.MaxValue)));
        Assert.Throws<TokenException>(() => TokenListing.ReadKeys(Token, Record(TokenObjectFields.MaxName + 1, 0, 0)));
        Assert.Throws<TokenException>(() => TokenListing.ReadKeys(Token, Record(0, TokenObjectFields.MaxName + 1, 0)));
        Assert.Throws<TokenException>(() => TokenListing.ReadKeys(Token, Record(0, 0, TokenLibrary.MaxValue + 1)));

        byte[] Record(int idLength, int labelLength, int valueLength) =>
        [
            0, .. SampleKeys.Field(new byte[idLength]), .. SampleKeys.Field(new byte[labelLength]), .. SampleKeys.Field(new byte[valueLength]),
            0, 0, 0, (byte)TokenKeyType.Edwards, .. SampleKeys.Field([]), .. SampleKeys.Field([]), .. SampleKeys.Field(Oid("1.3.101.112")), .. SampleKeys.Field(point),
        ];
    }

    [Fact]
    public void A_certificate_shows_its_key_once_under_the_name_that_OpenSSL_writes()
    {
        using ECDsa ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using RSA rsa = RSA.Create(1024);
        var name = new X500DistinguishedNameBuilder();
        name.AddCountryOrRegion("DE");
        name.AddOrganizationName("Örg, Inc");
        name.AddCommonName("some\none");
        name.AddEmailAddress("a@b");
        name.Add("1.2.3.4", "x");
        X500DistinguishedName subject = name.Build();
        byte[] first = SelfSigned(new CertificateRequest(subject, ecdsa, HashAlgorithmName.SHA256)), second = SelfSigned(new CertificateRequest("", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        IReadOnlyList<TokenKeyListing> keys = TokenListing.ReadKeys(Token, [.. Certificate(first), .. Certificate(second), .. Certificate(first)]);
        ECPoint q = ecdsa.ExportParameters(false).Q;
        Assert.Equal([EcdsaPublicKey.Of(EcdsaCurve.P384, [4, .. q.X!, .. q.Y!]), RsaPublicKey.Of(rsa.ExportParameters(false).Modulus, rsa.ExportParameters(false).Exponent)], keys.Select(key => key.PublicKey));
        string written = keys[0].Label.StartsWith("/C=", StringComparison.Ordinal) ? "/C=DE/O=\\xC3\\x96rg, Inc/CN=some\\x0Aone/emailAddress=a@b/1.2.3.4=x" : "/1.2.3.4=x/emailAddress=a@b/CN=some\\x0Aone/O=\\xC3\\x96rg, Inc/C=DE";
        Assert.Equal([written, ""], keys.Select(key => key.Label));

        // Every byte of it may be another one, and each cut is none.
        for (int i = 0; i < first.Length; i++)
        {
            byte[] changed = [.. first];
            changed[i] ^= 0x55;
            Assert.InRange(TokenListing.ReadKeys(Token, Certificate(changed)).Count, 0, 1);
            Assert.Empty(TokenListing.ReadKeys(Token, Certificate(first[..i])));
        }

        static byte[] SelfSigned(CertificateRequest request) => request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1)).RawData;
    }

    private static byte[] Rsa(PrivateKey key, byte[] before, byte[]? exponent = null)
    {
        var parts = (RsaPublicKey)key.PublicKey;
        var fields = new TokenObjectFields { Id = [1], Label = "label"u8, KeyType = (uint)TokenKeyType.Rsa, Modulus = [.. before, .. parts.Modulus.Span], Exponent = exponent ?? [.. before, .. parts.Exponent.Span] };
        return Message.WriteRecord(ref fields);
    }

    private static byte[] Curve(TokenKeyType type, byte[] parameters, byte[] point)
    {
        var fields = new TokenObjectFields { Id = [1], Label = "label"u8, KeyType = (uint)type, Parameters = parameters, Point = point };
        return Message.WriteRecord(ref fields);
    }

    private static byte[] Certificate(byte[] der)
    {
        var fields = new TokenObjectFields { IsCertificate = true, Id = [2], Value = der };
        return Message.WriteRecord(ref fields);
    }

    private static byte[] Oid(string oid)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteObjectIdentifier(oid);
        return writer.Encode();
    }

    private static byte[] Name(string name)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteCharacterString(UniversalTagNumber.PrintableString, name);
        return writer.Encode();
    }
}
