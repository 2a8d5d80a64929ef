using System.Security.Cryptography;
using Nacre.Protocol.Keys;
using Nacre.Tests.Keys;
using Nacre.Tools.Tokens;

namespace Nacre.Tests.Tools.Tokens;

/// <summary>What a token is given to sign, and what becomes of what it returns.</summary>
public sealed class TokenSignatureTests
{
    private static readonly byte[] Data = "what is signed"u8.ToArray();

    [Theory]
    [InlineData("rsa-sha2-256", "3031300d060960864801650304020105000420")]
    [InlineData("rsa-sha2-512", "3051300d060960864801650304020305000440")]
    public void A_token_pads_what_an_RSA_key_signs(string algorithm, string head)
    {
        using RSA rsa = RSA.Create(1024);
        RSAParameters numbers = rsa.ExportParameters(true);
        PublicKey key = RsaPublicKey.Of(numbers.Modulus, numbers.Exponent);
        HashAlgorithmName hash = algorithm == "rsa-sha2-256" ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512;
        TokenSignature form = TokenSignature.For(key, algorithm);

        // RFC 8017 9.2, note 1.
        byte[] digest = CryptographicOperations.HashData(hash, Data);
        Assert.Equal([.. Convert.FromHexString(head), .. digest], form.ToBeSigned(Data));
        byte[] raw = rsa.SignHash(digest, hash, RSASignaturePadding.Pkcs1);
        Assert.True(key.Verify(algorithm, Data, form.ToWire(raw)));
        Assert.Equal(form.ToWire([0, .. raw[..^1]]), form.ToWire(raw[..^1]));
        Assert.Equal("the token's signature has 129 bytes where 128 are the most", Assert.Throws<TokenException>(() => form.ToWire([0, .. raw])).Message);
    }

    [Theory]
    [InlineData("ecdsa-sha2-nistp256")]
    [InlineData("ecdsa-sha2-nistp384")]
    [InlineData("ecdsa-sha2-nistp521")]
    public void Both_numbers_of_ECDSA_stand_one_behind_the_other(string algorithm)
    {
        EcdsaCurve curve = EcdsaCurve.All.Single(each => each.KeyType == algorithm);
        using ECDsa ecdsa = ECDsa.Create(curve.Curve);
        ECPoint q = ecdsa.ExportParameters(false).Q;
        PublicKey key = EcdsaPublicKey.Of(curve, [4, .. q.X!, .. q.Y!]);
        TokenSignature form = TokenSignature.For(key, algorithm);
        byte[] raw = ecdsa.SignHash(form.ToBeSigned(Data));
        Assert.True(key.Verify(algorithm, Data, form.ToWire(raw)));
        Assert.Throws<TokenException>(() => form.ToWire([.. raw, 0]));
        foreach (byte[] none in (byte[][])[[], [0], new byte[raw.Length], raw[..^1]]) Assert.False(key.Verify(algorithm, Data, form.ToWire(none)));
    }

    [Fact]
    public void Ed25519_signs_the_data_itself()
    {
        using PrivateKey key = SampleKeys.New("ssh-ed25519");
        TokenSignature form = TokenSignature.For(key.PublicKey, "ssh-ed25519");
        Assert.Equal(Data, form.ToBeSigned(Data));
        byte[] wire = key.Sign("ssh-ed25519", Data);
        Assert.Equal(wire, form.ToWire(wire.AsSpan(wire.Length - 64)));
        Assert.Throws<TokenException>(() => form.ToWire(new byte[65]));
    }

    [Fact]
    public void Nothing_signs_SHA_1_and_no_key_signs_with_the_algorithm_of_another()
    {
        using PrivateKey rsa = SampleKeys.New("ssh-rsa"), ed25519 = SampleKeys.New("ssh-ed25519");
        Assert.Equal("a token does not sign with ssh-rsa, which is SHA-1; ask for rsa-sha2-512", Assert.Throws<TokenException>(() => TokenSignature.For(rsa.PublicKey, "ssh-rsa")).Message);
        Assert.Throws<ArgumentException>(() => TokenSignature.For(ed25519.PublicKey, "rsa-sha2-512"));
    }
}
