using System.Security.Cryptography;
using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;

namespace Nacre.Tests.Keys.Formats;

public sealed class PemPrivateKeyTests
{
    private static readonly byte[] Passphrase = "a passphrase"u8.ToArray();

    public static TheoryData<string> Files => ["pkcs1", "pkcs8 rsa", "sec1 256", "sec1 384", "sec1 521", "pkcs8 256", "pkcs8 384", "pkcs8 521", "pkcs8 ed25519"];

    public static TheoryData<string> Types => [.. SampleKeys.Rows.Select(row => row.KeyType).Distinct()];

    public static TheoryData<PbeEncryptionAlgorithm, string> Locks
    {
        get
        {
            var rows = new TheoryData<PbeEncryptionAlgorithm, string>();
            foreach (PbeEncryptionAlgorithm cipher in (PbeEncryptionAlgorithm[])[PbeEncryptionAlgorithm.Aes128Cbc, PbeEncryptionAlgorithm.Aes192Cbc, PbeEncryptionAlgorithm.Aes256Cbc])
            {
                foreach (string hash in (string[])["SHA1", "SHA256", "SHA384", "SHA512"]) rows.Add(cipher, hash);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_key_is_read_from_PEM(string kind)
    {
        (string text, byte[] expected) = Make(kind);
        using PrivateKeyFile file = PrivateKeyFile.Parse(Encoding.ASCII.GetBytes(text));
        Assert.False(file.IsEncrypted);
        Assert.Null(file.PublicKey);
        using PrivateKey key = file.Unlock();
        string algorithm = key.PublicKey.SignatureAlgorithms[0];
        Assert.True(key.PublicKey.Verify(algorithm, "data"u8, key.Sign(algorithm, "data"u8)));
        Assert.True(key.PublicKey.Blob.Span.IndexOf(expected) > 0);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_PEM_file_cut_short_or_changed_anywhere_gives_a_key_or_the_one_exception_A52(string kind)
    {
        (string text, _) = Make(kind);
        PemFields fields = PemEncoding.Find(text);
        string label = text[fields.Label];
        byte[] der = Convert.FromBase64String(text[fields.Base64Data]);
        for (int length = 0; length < text.Length - 1; length++)
        {
            if (text[length..].Trim().Length > 0) Assert.Throws<KeyFormatException>(() => PrivateKeyFile.Read(Encoding.ASCII.GetBytes(text[..length])));
        }

        for (int length = 0; length < der.Length; length++) Assert.Throws<KeyFormatException>(() => Read(label, der.AsSpan(0, length)));
        Assert.Throws<KeyFormatException>(() => Read(label, [.. der, 0]));
        for (int i = 0; i < der.Length; i++)
        {
            der[i] ^= 0x21;
            try
            {
                Read(label, der).Dispose();
            }
            catch (KeyFormatException)
            {
                // The one exception that may come out.
            }

            der[i] ^= 0x21;
        }
    }

    [Theory]
    [MemberData(nameof(Locks))]
    public void Encrypted_PKCS8_opens_to_its_passphrase_only(PbeEncryptionAlgorithm cipher, string hash)
    {
        using ECDsa made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string text = made.ExportEncryptedPkcs8PrivateKeyPem(Passphrase, new PbeParameters(cipher, new HashAlgorithmName(hash), 100));
        using PrivateKeyFile file = PrivateKeyFile.Parse(Encoding.ASCII.GetBytes(text));
        Assert.True(file.IsEncrypted);
        using PrivateKey key = file.Unlock(Passphrase);
        Assert.Equal(made.ExportParameters(false).Q.X, ((EcdsaPublicKey)key.PublicKey).Point.Span.Slice(1, 32).ToArray());
        Assert.Equal(KeyFault.WrongPassphrase, Assert.Throws<KeyFormatException>(() => file.Unlock("another"u8)).Fault);
        Assert.Equal(KeyFault.PassphraseNeeded, Assert.Throws<KeyFormatException>(() => file.Unlock()).Fault);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void What_we_write_is_read_by_its_passphrase_only_here_and_by_the_base_library(string type)
    {
        using PrivateKey key = SampleKeys.New(type);
        foreach (PrivateKeyFormat format in (PrivateKeyFormat[])[PrivateKeyFormat.Pem, PrivateKeyFormat.Pkcs8])
        {
            if (format == PrivateKeyFormat.Pem && !PemPrivateKey.HasTraditionalForm(key)) continue;
            byte[] clear = Text(key, format, []), locked = Text(key, format, Passphrase);
            using PrivateKey read = PrivateKeyFile.Read(clear), opened = PrivateKeyFile.Read(locked, Passphrase);
            Assert.Equal((key.PublicKey, key.PublicKey), (read.PublicKey, opened.PublicKey));
            Assert.Equal(KeyFault.WrongPassphrase, Assert.Throws<KeyFormatException>(() => PrivateKeyFile.Read(locked, "another"u8)).Fault);
            Assert.Equal(KeyFault.PassphraseNeeded, Assert.Throws<KeyFormatException>(() => PrivateKeyFile.Read(locked)).Fault);
            Assert.NotEqual(locked, Text(key, format, Passphrase));
            if (key.PublicKey is RsaPublicKey rsa) AssertImports(RSA.Create(), each => ((RSA)each).ExportParameters(false).Modulus!, rsa.Modulus.ToArray());
            if (key.PublicKey is EcdsaPublicKey ecdsa) AssertImports(ECDsa.Create(), each => ((ECDsa)each).ExportParameters(false).Q.X!, ecdsa.Point.Slice(1, ecdsa.Curve.FieldSize).ToArray());

            void AssertImports(AsymmetricAlgorithm reader, Func<AsymmetricAlgorithm, byte[]> number, byte[] expected)
            {
                using (reader)
                {
                    reader.ImportFromPem(Encoding.ASCII.GetString(clear));
                    Assert.Equal(expected, number(reader));
                    if (format == PrivateKeyFormat.Pem) return;
                    reader.ImportFromEncryptedPem(Encoding.ASCII.GetString(locked), Passphrase);
                    Assert.Equal(expected, number(reader));
                }
            }
        }

        static byte[] Text(PrivateKey key, PrivateKeyFormat format, byte[] passphrase)
        {
            using Secret text = PemPrivateKey.Write(key, format, passphrase);
            return text.Span.ToArray();
        }
    }

    [Fact]
    public void A_short_passphrase_and_a_form_that_is_none_are_refused()
    {
        using PrivateKey rsa = SampleKeys.New(KeyAlgorithm.Rsa), ed25519 = SampleKeys.New(KeyAlgorithm.Ed25519);
        Assert.Throws<ArgumentException>(() => PemPrivateKey.Write(rsa, PrivateKeyFormat.Pem, "four"u8));
        PemPrivateKey.Write(rsa, PrivateKeyFormat.Pem, "fives"u8).Dispose();
        Assert.Throws<ArgumentException>(() => PemPrivateKey.Write(ed25519, PrivateKeyFormat.Pem, default));
    }

    [Fact]
    public void Encrypted_PKCS8_cut_short_or_changed_anywhere_gives_the_one_exception()
    {
        using ECDsa made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] der = made.ExportEncryptedPkcs8PrivateKey(Passphrase, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1));
        for (int length = 0; length < der.Length; length++) Assert.Throws<KeyFormatException>(() => Read("ENCRYPTED PRIVATE KEY", der.AsSpan(0, length)));
        for (int i = 0; i < der.Length; i++)
        {
            der[i] ^= 0x21;
            Assert.Throws<KeyFormatException>(() => Read("ENCRYPTED PRIVATE KEY", der));
            der[i] ^= 0x21;
        }
    }

    [Theory]
    [InlineData("1.3.132.0.10")]
    [InlineData("1.3.36.3.3.2.8.1.1.7")]
    public void A_curve_that_SSH_does_not_have_is_unsupported(string oid)
    {
        using ECDsa made = ECDsa.Create(ECCurve.CreateFromValue(oid));
        foreach (string text in (string[])[made.ExportECPrivateKeyPem(), made.ExportPkcs8PrivateKeyPem()])
        {
            Assert.Equal(KeyFault.Unsupported, Assert.Throws<KeyFormatException>(() => PrivateKeyFile.Read(Encoding.ASCII.GetBytes(text))).Fault);
        }
    }

    [Fact]
    public void Weak_or_unknown_locks_are_unsupported()
    {
        using ECDsa made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pbe = new PbeParameters(PbeEncryptionAlgorithm.TripleDes3KeyPkcs12, HashAlgorithmName.SHA1, 1);
        string text = made.ExportEncryptedPkcs8PrivateKeyPem("a passphrase".AsSpan(), pbe);
        Assert.Equal(KeyFault.Unsupported, Assert.Throws<KeyFormatException>(() => PrivateKeyFile.Read(Encoding.ASCII.GetBytes(text), Passphrase)).Fault);
        const string des = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-CBC,0011223344556677\n\nAAAAAAAAAAA=\n-----END RSA PRIVATE KEY-----\n";
        Assert.Equal(KeyFault.Unsupported, Assert.Throws<KeyFormatException>(() => PrivateKeyFile.Read(Encoding.ASCII.GetBytes(des), Passphrase)).Fault);
        string noIv = des.Replace("DES-CBC,0011223344556677", "AES-128-CBC", StringComparison.Ordinal);
        Assert.Equal(KeyFault.Damaged, Assert.Throws<KeyFormatException>(() => PrivateKeyFile.Read(Encoding.ASCII.GetBytes(noIv), Passphrase)).Fault);
    }

    [Fact]
    public void Parameters_and_certificates_may_stand_before_a_key()
    {
        const string parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n", certificate = "Bag Attributes\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        using ECDsa ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using PrivateKey key = PrivateKeyFile.Read(Encoding.ASCII.GetBytes(certificate + parameters + ecdsa.ExportECPrivateKeyPem()));
        Assert.True(key.PublicKey.Blob.Span.IndexOf(ecdsa.ExportParameters(false).Q.X) > 0);

        KeyFormatException none = Assert.Throws<KeyFormatException>(() => PrivateKeyFile.Read(Encoding.ASCII.GetBytes(certificate + parameters)));
        Assert.Equal(KeyFault.Unsupported, none.Fault);
    }

    [Fact]
    public void The_public_key_beside_an_EC_key_may_be_compressed_and_must_be_its_own()
    {
        const string compressed = "MFcCAQEEIEDeZRiJKQQJ04efNr6wJ40lSnPT3iFOaJluVtaqBbpFoAoGCCqGSM49AwEHoSQDIgADPNxMIhpWF9Xkjp3CAnmTuFBqaIwXrNDITYbFc/ncQCc=";
        byte[] der = Convert.FromBase64String(compressed);
        using PrivateKey key = Read("EC PRIVATE KEY", der);
        Assert.Equal("AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDzcTCIaVhfV5I6dwgJ5k7hQamiMF6zQyE2GxXP53EAnCmjckB3P+P9A+3JMar9n5QJhHATxV/GX6FJ9AEJhz/E=", Convert.ToBase64String(key.PublicKey.Blob.Span));
        foreach (Index at in (Index[])[^33, ^1])
        {
            der[at] ^= 1;
            Assert.Equal(KeyFault.Damaged, Assert.Throws<KeyFormatException>(() => Read("EC PRIVATE KEY", der)).Fault);
            der[at] ^= 1;
        }
    }

    private static PrivateKey Read(string label, ReadOnlySpan<byte> der) =>
        PrivateKeyFile.Read(Encoding.ASCII.GetBytes(PemEncoding.WriteString(label, der)), Passphrase);

    /// <summary>The text of a file and a part of the public key that must come out of it.</summary>
    private static (string Text, byte[] Expected) Make(string kind)
    {
        if (kind == "pkcs8 ed25519")
        {
            // RFC 8410 10.3's first example.
            const string base64 = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
            return ($"-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n",
                Convert.FromHexString("19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1"));
        }

        string type = kind.Split(' ')[^1];
        if (type is "rsa" or "pkcs1")
        {
            using RSA rsa = RSA.Create(1024);
            return (type == "pkcs1" ? rsa.ExportRSAPrivateKeyPem() : rsa.ExportPkcs8PrivateKeyPem(), rsa.ExportParameters(false).Modulus!);
        }

        using ECDsa ecdsa = ECDsa.Create(EcdsaCurve.All.Single(curve => curve.Name == "nistp" + type).Curve);
        return (kind.StartsWith("sec1", StringComparison.Ordinal) ? ecdsa.ExportECPrivateKeyPem() : ecdsa.ExportPkcs8PrivateKeyPem(), ecdsa.ExportParameters(false).Q.X!);
    }
}
