using System.Security.Cryptography;
using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;
using static Nacre.Tests.Keys.SampleKeys;

namespace Nacre.Tests.Keys.Formats;

/// <summary>A signature is good for its message, its purpose and its key, and for nothing else; what is none is refused.</summary>
public sealed class SshSignatureTests : IDisposable
{
    private static readonly byte[] Text = "the message"u8.ToArray();

    private readonly PrivateKey _key = PrivateKey.GenerateEd25519();

    public static TheoryData<string> Names => [.. KeyAlgorithm.Plain.Where(row => !row.IsLegacy).Select(row => row.Name)];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _key.Dispose();

    [Theory]
    [InlineData("c2hhNTEyAAAAUwAAAAtzc2gtZWQyNTUx\nOQAAAEBJ5N913SNwqtJ/LbOv+PAV+BlYByr77PN+BwjKt1KhoLt+7UAipGMS2nmjQKfp1Y\n48QYlEGqYUkhdIpq9WwzwL")]
    [InlineData("c2hhMjU2AAAAUwAAAAtzc2gtZWQyNTUx\nOQAAAEAnITiKBRH1ah5nBozHme6IemXdA7I0PSkrp4+lz7eT07CSl1/DWZw5TbS5I0SVsQ\nraF2x177CR1auOQ0FjymIJ")]
    public void A_signature_of_OpenSSH_is_read_verified_and_written_as_it_was(string end)
    {
        string text = "-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAg5fyorPMf+y9a5RJnFD0cvZ96CY\nV2ZhXIX9aNElWxny0AAAAEZmlsZQAAAAAAAAAG"
            + $"{end}\n-----END SSH SIGNATURE-----\n";
        SshSignature signature = SshSignature.Parse(Encoding.ASCII.GetBytes(text));
        Assert.Equal("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOX8qKzzH/svWuUSZxQ9HL2fegmFdmYVyF/WjRJVsZ8t", signature.PublicKey.ToString());
        Assert.True(signature.Verify("file", Text));
        Assert.Equal(text, signature.ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_key_of_every_type_signs_by_both_hashes(string algorithm)
    {
        using PrivateKey key = New(algorithm);
        foreach (HashAlgorithmName hash in (HashAlgorithmName[])[HashAlgorithmName.SHA256, HashAlgorithmName.SHA512])
        {
            SshSignature made = await SshSignature.SignHashAsync(key, "file", hash, CryptographicOperations.HashData(hash, Text), Ct);
            SshSignature read = SshSignature.Parse(Encoding.ASCII.GetBytes(made.ToString()));
            string expected = key.PublicKey.Type == KeyAlgorithm.Rsa && hash == HashAlgorithmName.SHA256 ? KeyAlgorithm.RsaSha256 : key.PublicKey.SignatureAlgorithms[0];
            Assert.Equal((key.PublicKey, "file", hash, expected), (read.PublicKey, read.Namespace, read.Hash, read.SignatureAlgorithm));
            Assert.True(read.Verify("file", Text));
            Assert.False(read.Verify("File", Text));
            Assert.False(read.Verify("", Text));
            Assert.False(read.Verify("file", Text.AsSpan(1)));
            Assert.False(read.VerifyHash("file", Text));
            Assert.False(read.VerifyHash("file", CryptographicOperations.HashData(hash == HashAlgorithmName.SHA256 ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256, Text)));
        }
    }

    [Fact]
    public async Task A_security_key_signs_and_attests_a_touch_or_none()
    {
        foreach (string type in SoftSecurityKey.KeyTypes)
        {
            foreach (byte flags in (byte[])[0, 1, 5])
            {
                using var key = new SoftSecurityKey(type) { Flags = flags };
                SshSignature signature = await SshSignature.SignAsync(key, "file", Text, Ct);
                SshSignature read = SshSignature.Parse(Encoding.ASCII.GetBytes(signature.ToString()));
                Assert.Equal(flags != 0, read.Verify("file", Text));
                Assert.True(read.VerifyHash("file", SHA512.HashData(Text), out SecurityKeyAttestation? attestation));
                Assert.Equal(new SecurityKeyAttestation(flags != 0, flags == 5, key.Counter), attestation);
                Assert.False(read.VerifyHash("git", SHA512.HashData(Text), out _));
            }
        }
    }

    [Fact]
    public async Task A_certificate_signs_by_the_key_in_it()
    {
        using PrivateKey rsa = New(KeyAlgorithm.RsaSha512), authority = PrivateKey.GenerateEd25519();
        var terms = new CertificateTerms { Kind = CertificateKind.User, KeyId = "id", Principals = ["al"] };
        Certificate certificate = await terms.SignAsync(rsa.PublicKey, authority, ct: Ct);
        SshSignature signature = await SshSignature.SignAsync(new CertifiedSigner(certificate, rsa), "file", Text, Ct);
        SshSignature read = SshSignature.Parse(Encoding.ASCII.GetBytes(signature.ToString()));
        Assert.Equal((certificate, "rsa-sha2-512"), (read.PublicKey, read.SignatureAlgorithm));
        Assert.True(read.Verify("file", Text));
    }

    [Fact]
    public async Task RSA_signs_by_the_hash_that_the_message_is_signed_by()
    {
        using PrivateKey rsa = New(KeyAlgorithm.RsaSha512), authority = PrivateKey.GenerateEd25519();
        var terms = new CertificateTerms { Kind = CertificateKind.User, KeyId = "id", Principals = ["al"] };
        var certified = new CertifiedSigner(await terms.SignAsync(rsa.PublicKey, authority, ct: Ct), rsa);
        foreach (ISigner signer in (ISigner[])[rsa, certified])
        {
            SshSignature signature = await SshSignature.SignHashAsync(signer, "file", HashAlgorithmName.SHA256, SHA256.HashData(Text), Ct);
            Assert.Equal("rsa-sha2-256", signature.SignatureAlgorithm);
            Assert.True(SshSignature.Parse(Encoding.ASCII.GetBytes(signature.ToString())).Verify("file", Text));
        }
    }

    [Fact]
    public async Task No_byte_can_be_changed_or_cut()
    {
        byte[] blob = BlobOf(await SshSignature.SignAsync(_key, "file", Text, Ct));
        for (int i = 0; i < blob.Length; i++)
        {
            Assert.Throws<KeyFormatException>(() => SshSignature.Parse(Armored(blob.AsSpan(0, i))));
            blob[i] ^= 1;
            Assert.False(IsGood(blob), $"byte {i}");
            blob[i] ^= 1;
        }

        Assert.True(IsGood(blob));
        Assert.False(IsGood([.. blob, 0]));

        static bool IsGood(byte[] blob)
        {
            try
            {
                return SshSignature.Parse(Armored(blob)).Verify("file", Text);
            }
            catch (KeyFormatException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task What_stands_around_a_signature_counts_as_it_does_for_OpenSSH()
    {
        string text = (await SshSignature.SignAsync(_key, "file", Text, Ct)).ToString();
        Assert.True(Read(text + "anything").Verify("file", Text));
        Assert.True(Read(text.TrimEnd('\n')).Verify("file", Text));
        Assert.True(Read(text.Replace("-----\nU", "-----\n \n\tU", StringComparison.Ordinal)).Verify("file", Text));
        Assert.Equal("Couldn't parse signature: missing header", Refusal("\n" + text));
        Assert.True(Read(text.Replace("\n", "\r\n", StringComparison.Ordinal)).Verify("file", Text));
        Assert.Equal("Couldn't parse signature: missing header", Refusal(text.Replace("-----\nU", "----- U", StringComparison.Ordinal)));
        Assert.Equal("Couldn't parse signature: missing header", Refusal(""));
        Assert.Equal("Couldn't parse signature: missing footer", Refusal(text[..^10]));
        Assert.Equal("Couldn't decode signature: invalid format", Refusal(text.Replace("-----\nU", "-----\nU!", StringComparison.Ordinal)));
        Assert.Equal("Couldn't verify signature: invalid format", Refusal("-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----"));

        static SshSignature Read(string text) => SshSignature.Parse(Encoding.ASCII.GetBytes(text));
    }

    [Fact]
    public async Task What_a_signature_says_of_itself_is_checked()
    {
        byte[] good = BlobOf(await SshSignature.SignAsync(_key, "file", Text, Ct));
        Assert.Equal(good, Blob());
        Assert.True(SshSignature.Parse(Armored(Blob(reserved: new byte[SshSignatureFields.MaxReserved]))).PublicKey.Equals(_key.PublicKey));
        Assert.Equal("Signature version 2 is larger than supported version 1", Refusal(Blob(version: 2)));
        Assert.Equal("Signature version 0 is not the supported version 1", Refusal(Blob(version: 0)));
        Assert.Equal("unsupported hash algorithm \"md5\"", Refusal(Blob(hash: "md5"u8.ToArray())));
        Assert.Equal("Couldn't parse signature blob: its namespace is empty or has a zero byte", Refusal(Blob(name: [])));
        Assert.Equal("Couldn't parse signature blob: its namespace is empty or has a zero byte", Refusal(Blob(name: [97, 0])));
        Assert.Equal("Couldn't parse signature blob: its namespace is not UTF-8 text", Refusal(Blob(name: [0xff])));
        Assert.StartsWith("Couldn't parse signature blob: ", Refusal(Blob(name: new byte[SshSignatureFields.MaxNamespace + 1])), StringComparison.Ordinal);
        Assert.StartsWith("Couldn't parse signature blob: ", Refusal(Blob(reserved: new byte[SshSignatureFields.MaxReserved + 1])), StringComparison.Ordinal);
        Assert.Equal("Couldn't verify signature: unsupported signature algorithm of the key's type", Refusal(Blob(algorithm: "ssh-rsa"u8.ToArray())));

        byte[] Blob(uint version = 1, byte[]? name = null, byte[]? reserved = null, byte[]? hash = null, byte[]? algorithm = null)
        {
            SshSignatureFields fields = Message.ReadRecord<SshSignatureFields>(good);
            byte[] signature = algorithm is null ? fields.Signature.ToArray() : [.. Field(algorithm), .. Field(new byte[64])];
            byte[] numbered = [.. "SSHSIG"u8, 0, 0, 0, (byte)version];
            return [.. numbered, .. Field(fields.PublicKey), .. Field(name ?? fields.Namespace), .. Field(reserved), .. Field(hash ?? fields.HashAlgorithm), .. Field(signature)];
        }
    }

    [Fact]
    public async Task A_signature_of_RSA_with_SHA1_is_refused()
    {
        using PrivateKey rsa = New(KeyAlgorithm.RsaSha512);
        SshSignatureFields fields = Message.ReadRecord<SshSignatureFields>(BlobOf(await SshSignature.SignAsync(rsa, "file", Text, Ct)));
        var signed = new SignedMessageFields { Magic = fields.Magic, Namespace = fields.Namespace, HashAlgorithm = fields.HashAlgorithm, Digest = SHA512.HashData(Text) };
        byte[] data = Message.WriteRecord(ref signed);
        fields.Signature = rsa.Sign("rsa-sha2-256", data);
        Assert.True(SshSignature.Parse(Armored(Message.WriteRecord(ref fields))).Verify("file", Text));
        fields.Signature = rsa.Sign("ssh-rsa", data);
        Assert.Equal("Couldn't verify signature: unsupported signature algorithm of the key's type", Refusal(Message.WriteRecord(ref fields)));
    }

    [Fact]
    public async Task A_text_may_have_its_longest_length_and_no_more()
    {
        string text = (await SshSignature.SignAsync(_key, "file", Text, Ct)).ToString();
        Assert.True(SshSignature.Parse(Encoding.ASCII.GetBytes(text.PadRight(SshSignature.MaxLength))).Verify("file", Text));
        Assert.Equal($"Couldn't parse signature: it has more than {SshSignature.MaxLength} bytes", Refusal(text.PadRight(SshSignature.MaxLength + 1)));
    }

    [Fact]
    public async Task Nothing_is_signed_for_no_purpose_and_no_wrong_signature_is_handed_out()
    {
        SshSignature longest = await SshSignature.SignAsync(_key, new string('n', SshSignatureFields.MaxNamespace), Text, Ct);
        Assert.True(SshSignature.Parse(Encoding.ASCII.GetBytes(longest.ToString())).Verify(longest.Namespace, Text));
        foreach (string name in (string[])["", "a\0", new('n', SshSignatureFields.MaxNamespace + 1), "\ud800"])
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await SshSignature.SignAsync(_key, name, Text, Ct));
        }

        await Assert.ThrowsAsync<ArgumentException>(async () => await SshSignature.SignHashAsync(_key, "file", HashAlgorithmName.SHA1, new byte[20], Ct));
        await Assert.ThrowsAsync<ArgumentException>(async () => await SshSignature.SignHashAsync(_key, "file", HashAlgorithmName.SHA512, new byte[32], Ct));
        using PrivateKey other = PrivateKey.GenerateEd25519();
        await Assert.ThrowsAsync<SshException>(async () => await SshSignature.SignAsync(new Liar(_key.PublicKey, other), "file", Text, Ct));
    }

    private static byte[] BlobOf(SshSignature signature) => Convert.FromBase64String(string.Concat(signature.ToString().Split('\n')[1..^2]));

    private static byte[] Armored(ReadOnlySpan<byte> blob) =>
        Encoding.ASCII.GetBytes($"-----BEGIN SSH SIGNATURE-----\n{Convert.ToBase64String(blob)}\n-----END SSH SIGNATURE-----\n");

    private static string Refusal(string text) => Assert.Throws<KeyFormatException>(() => SshSignature.Parse(Encoding.ASCII.GetBytes(text))).Message;

    private static string Refusal(byte[] blob) => Assert.Throws<KeyFormatException>(() => SshSignature.Parse(Armored(blob))).Message;

    /// <summary>An agent that signs with another key than it says.</summary>
    private sealed class Liar(PublicKey shown, PrivateKey key) : ISigner
    {
        public PublicKey PublicKey => shown;

        public ValueTask<byte[]> SignAsync(string algorithm, ReadOnlyMemory<byte> data, CancellationToken ct) => key.SignAsync(algorithm, data, ct);
    }
}
