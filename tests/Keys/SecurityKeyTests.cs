using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Keys;

/// <summary>Keys that a security key keeps (PROTOCOL.u2f): their blobs, files, certificates, and what their signatures attest.</summary>
public sealed class SecurityKeyTests
{
    private static readonly byte[] Data = "what is signed"u8.ToArray();

    public static TheoryData<string> KeyTypes => [.. SoftSecurityKey.KeyTypes];

    public static TheoryData<string, string> Algorithms => new()
    {
        { KeyAlgorithm.SkEd25519, KeyAlgorithm.SkEd25519 },
        { KeyAlgorithm.SkEcdsaP256, KeyAlgorithm.SkEcdsaP256 },
        { KeyAlgorithm.SkEcdsaP256, KeyAlgorithm.WebauthnSkEcdsaP256 },
    };

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void A_key_survives_its_blob_and_nothing_shorter_or_longer_is_one(string type)
    {
        using var key = new SoftSecurityKey(type);
        byte[] blob = key.PublicKey.Blob.ToArray();
        PublicKey read = PublicKey.Parse(blob);
        Assert.Equal(key.PublicKey, read);
        Assert.Equal((type, 256, type.Contains("ecdsa", StringComparison.Ordinal) ? "ECDSA-SK" : "ED25519-SK"), (read.Type, read.Bits, read.ShortType));
        Assert.Equal("ssh:", Encoding.UTF8.GetString(((SecurityPublicKey)read).Application.Span));
        for (int length = 0; length < blob.Length; length++) Assert.False(PublicKey.TryParse(blob.AsSpan(0, length), out _));
        Assert.False(PublicKey.TryParse([.. blob, 0], out _));
    }

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void An_application_has_a_limit_and_no_zero_byte(string type)
    {
        using var longest = new SoftSecurityKey(type, new string('a', SecurityKeyFields.MaxApplication));
        byte[] blob = longest.PublicKey.Blob.ToArray();
        Assert.True(PublicKey.TryParse(blob, out _));
        byte[] head = blob[..^(4 + SecurityKeyFields.MaxApplication)];
        Assert.False(PublicKey.TryParse([.. head, .. SampleKeys.Field(new byte[SecurityKeyFields.MaxApplication + 1])], out _));
        Assert.False(PublicKey.TryParse([.. head, .. SampleKeys.Field("ssh:\0x"u8)], out _));
        Assert.Throws<KeyFormatException>(() => new SoftSecurityKey(type, new string('a', SecurityKeyFields.MaxApplication + 1)));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_signature_tells_what_it_attests_and_any_bit_of_it_counts(string type, string algorithm)
    {
        using var key = new SoftSecurityKey(type) { Flags = 5, Counter = 0x01020304 };
        byte[] signature = key.Sign(algorithm, Data);
        Assert.True(key.PublicKey.Verify(algorithm, Data, signature, out SecurityKeyAttestation? attestation));
        Assert.Equal(new SecurityKeyAttestation(true, true, 0x01020304), attestation);
        Assert.True(key.PublicKey.Verify(algorithm, Data, signature));
        Assert.False(key.PublicKey.Verify(algorithm, [.. Data, 0], signature, out attestation));
        Assert.Null(attestation);
        for (int i = 0; i < signature.Length; i++)
        {
            byte[] changed = [.. signature];
            changed[i] ^= 1;
            Assert.False(key.PublicKey.Verify(algorithm, Data, changed, out _));
            Assert.False(key.PublicKey.Verify(algorithm, Data, signature.AsSpan(0, i), out _));
        }

        Assert.False(key.PublicKey.Verify(algorithm, Data, [.. signature, 0], out _));
        foreach (KeyAlgorithm row in KeyAlgorithm.All) Assert.Equal(row.Name == algorithm, key.PublicKey.Verify(row.Name, Data, signature));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_signature_without_a_touch_is_good_only_for_those_who_ask_what_it_attests_A14(string type, string algorithm)
    {
        using var key = new SoftSecurityKey(type) { Flags = 0 };
        byte[] signature = key.Sign(algorithm, Data);
        Assert.False(key.PublicKey.Verify(algorithm, Data, signature));
        Assert.True(key.PublicKey.Verify(algorithm, Data, signature, out SecurityKeyAttestation? attestation));
        Assert.Equal(new SecurityKeyAttestation(false, false, 7), attestation);
    }

    [Fact]
    public void A_key_for_another_application_does_not_verify()
    {
        using var key = new SoftSecurityKey(KeyAlgorithm.SkEd25519);
        PublicKey other = SecurityPublicKey.Of(((SecurityPublicKey)key.PublicKey).Key, "ssh:other"u8);
        Assert.False(other.Verify(other.Type, Data, key.Sign(other.Type, Data)));
    }

    [Theory]
    [InlineData("""{"type":"webauthn.get","challenge":"CHALLENGE","origin":"https://example.org"}""", 1, "", true)]
    [InlineData("""{"type":"webauthn.get","challenge":"CHALLENGE","origin":"https://example.org","crossOrigin":true}""", 1, "", true)]
    [InlineData("""{"type":"webauthn.get","challenge":"CHALLENGE","origin":"https://example.org"}""", 0x81, "x", true)]
    [InlineData("""{"type":"webauthn.get","challenge":"CHALLENGE","origin":"https://example.org"}""", 0x81, "", false)]
    [InlineData("""{"type":"webauthn.get","challenge":"CHALLENGE","origin":"https://example.org"}""", 1, "x", false)]
    [InlineData("""{"type":"webauthn.get","challenge":"CHALLENGE","origin":"https://example.org"}""", 0x41, "", false)]
    [InlineData("""{"type":"webauthn.create","challenge":"CHALLENGE","origin":"https://example.org"}""", 1, "", false)]
    [InlineData("""{"type":"webauthn.get","challenge":"Q0hBTExFTkdF","origin":"https://example.org"}""", 1, "", false)]
    [InlineData("""{"type":"webauthn.get","challenge":"CHALLENGE=","origin":"https://example.org"}""", 1, "", false)]
    [InlineData("""{"type":"webauthn.get","challenge":"CHALLENGE","origin":"https://example.com"}""", 1, "", false)]
    [InlineData("""{"type":"webauthn.get","challenge":"CHALLENGE","origin":"https://example.org.bad"}""", 1, "", false)]
    [InlineData("""{"challenge":"CHALLENGE","type":"webauthn.get","origin":"https://example.org"}""", 1, "", false)]
    [InlineData("", 1, "", false)]
    public void What_a_browser_signs_begins_as_it_must(string clientData, byte flags, string extensions, bool isGood)
    {
        using var key = new SoftSecurityKey(KeyAlgorithm.SkEcdsaP256)
        {
            Flags = flags,
            Extensions = Encoding.ASCII.GetBytes(extensions),
            ClientData = data => clientData.Replace("CHALLENGE", System.Buffers.Text.Base64Url.EncodeToString(data), StringComparison.Ordinal),
        };
        const string algorithm = KeyAlgorithm.WebauthnSkEcdsaP256;
        Assert.Equal(isGood, key.PublicKey.Verify(algorithm, Data, key.Sign(algorithm, Data)));
    }

    [Fact]
    public void A_quote_in_an_origin_is_refused()
    {
        using var key = new SoftSecurityKey(KeyAlgorithm.SkEcdsaP256) { Origin = "https://example.org\",\"x\":\"" };
        Assert.False(key.PublicKey.Verify(KeyAlgorithm.WebauthnSkEcdsaP256, Data, key.Sign(KeyAlgorithm.WebauthnSkEcdsaP256, Data)));
    }

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public async Task It_is_certified_and_certifies_touched_or_not(string type)
    {
        foreach (byte flags in (byte[])[0, 1])
        {
            using var key = new SoftSecurityKey(type);
            using var authority = new SoftSecurityKey(type) { Flags = flags };
            var terms = new CertificateTerms { Kind = CertificateKind.User, KeyId = "id", Principals = ["al"] };
            Certificate certificate = await terms.SignAsync(key.PublicKey, authority, ct: TestContext.Current.CancellationToken);
            Assert.Equal(certificate, PublicKey.Parse(certificate.Blob.Span));
            Assert.Equal(KeyAlgorithm.CertifiedName(type), certificate.Type);
            Assert.EndsWith("-SK-CERT", certificate.ShortType, StringComparison.Ordinal);
            Assert.Equal((key.PublicKey, authority.PublicKey), (certificate.PlainKey, certificate.SignatureKey));
            Assert.Equal(key.PublicKey.Fingerprint, certificate.Fingerprint);

            string name = KeyAlgorithm.CertifiedName(type);
            byte[] signature = await new CertifiedSigner(certificate, key).SignAsync(name, Data, TestContext.Current.CancellationToken);
            Assert.True(certificate.Verify(name, Data, signature, out SecurityKeyAttestation? attestation));
            Assert.NotNull(attestation);
        }
    }

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void A_private_key_file_keeps_handle_and_flags_and_cannot_sign_by_itself(string type)
    {
        using var soft = new SoftSecurityKey(type);
        byte[] handle = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];
        using var key = new SecurityPrivateKey((SecurityPublicKey)soft.PublicKey, SecurityKeyFlags.UserPresence | SecurityKeyFlags.Resident, handle, "later"u8) { Comment = "me" };
        foreach (string passphrase in (string[])["", "a passphrase"])
        {
            using Secret file = OpenSshPrivateKey.Write(key, Encoding.UTF8.GetBytes(passphrase), rounds: 1);
            using PrivateKey read = PrivateKeyFile.Read(file.Span, Encoding.UTF8.GetBytes(passphrase));
            var again = Assert.IsType<SecurityPrivateKey>(read);
            Assert.Equal((key.PublicKey, key.Flags, "me"), (again.PublicKey, again.Flags, again.Comment));
            Assert.Equal(handle, again.KeyHandle.ToArray());
            Assert.True(again.ToFields().Reserved.SequenceEqual("later"u8));
            Assert.Throws<SshException>(() => again.Sign(type, Data));
        }
    }

    [Theory]
    [InlineData(PrivateKeyFields.MaxKeyHandle, true)]
    [InlineData(PrivateKeyFields.MaxKeyHandle + 1, false)]
    public void A_handle_has_a_limit(int length, bool isRead)
    {
        using var soft = new SoftSecurityKey(KeyAlgorithm.SkEd25519);
        byte[] bytes = [.. soft.PublicKey.Blob.Span, 1, .. SampleKeys.Field(new byte[length]), .. SampleKeys.Field([])];
        if (isRead) Message.ReadRecord<PrivateKeyFields>(bytes).ToKey().Dispose();
        else Assert.Throws<SshViolationException>(() => Message.ReadRecord<PrivateKeyFields>(bytes).ToKey());
    }
}
