using System.Security.Cryptography;
using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Keys;

public sealed class SignatureTests
{
    private static readonly byte[] Data = Encoding.ASCII.GetBytes("what was signed");

    public static TheoryData<string> Names => [.. SampleKeys.Rows.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_signature_verifies_and_nothing_near_it_does(string algorithm)
    {
        using PrivateKey key = SampleKeys.New(algorithm);
        using PrivateKey other = SampleKeys.New(algorithm);
        byte[] signature = await key.SignAsync(algorithm, Data, TestContext.Current.CancellationToken);
        Assert.True(key.PublicKey.Verify(algorithm, Data, signature));
        Assert.True(PublicKey.Parse(key.PublicKey.Blob.Span).Verify(algorithm, Data, signature));
        Assert.False(other.PublicKey.Verify(algorithm, Data, signature));
        Assert.False(key.PublicKey.Verify(algorithm, [.. Data, 0], signature));
        Assert.False(key.PublicKey.Verify(algorithm, Data, [.. signature, 0]));
        for (int i = 0; i < signature.Length; i++)
        {
            byte[] changed = [.. signature];
            changed[i] ^= 0x40;
            Assert.False(key.PublicKey.Verify(algorithm, Data, changed));
            Assert.False(key.PublicKey.Verify(algorithm, Data, signature.AsSpan(0, i)));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_signature_by_any_other_algorithm_than_the_agreed_one_is_false(string algorithm)
    {
        using PrivateKey key = SampleKeys.New(algorithm);
        byte[] signature = key.Sign(algorithm, Data);
        foreach (KeyAlgorithm row in KeyAlgorithm.All)
        {
            Assert.Equal(row.Name == algorithm, key.PublicKey.Verify(row.Name, Data, signature));
            if (row.KeyType != key.PublicKey.Type) Assert.Throws<ArgumentException>(() => key.Sign(row.Name, Data));
        }

        Assert.False(key.PublicKey.Verify("", Data, signature));
        Assert.False(key.PublicKey.Verify("ssh-unheard-of", Data, signature));
    }

    [Theory]
    [InlineData(256)]
    [InlineData(384)]
    [InlineData(521)]
    public void ECDSA_numbers_outside_of_their_range_or_not_in_shortest_form_are_false_A46(int bits)
    {
        using PrivateKey key = PrivateKey.GenerateEcdsa(bits);
        EcdsaCurve curve = ((EcdsaPublicKey)key.PublicKey).Curve;
        byte[] order = SampleKeys.OrderOf(curve);
        byte[] aboveOrder = [.. order];
        aboveOrder[^1]++;
        byte[] belowOrder = [.. order];
        belowOrder[^1]--;
        EcdsaSignatureFields good = Message.ReadRecord<EcdsaSignatureFields>(BlobOf(key.Sign(key.PublicKey.Type, Data)));
        byte[] r = good.R.ToArray();
        byte[] s = good.S.ToArray();
        Assert.True(Verifies(key, r, s));

        foreach (byte[] bad in (byte[][])[[], order, aboveOrder, [1, .. new byte[order.Length]], [1], belowOrder])
        {
            Assert.False(Verifies(key, bad, s));
            Assert.False(Verifies(key, r, bad));
            Assert.False(Verifies(key, bad, bad));
        }

        byte[] longForm = [.. SampleKeys.Field([0, 0, .. r]), .. SampleKeys.Number(s)];
        Assert.False(key.PublicKey.Verify(key.PublicKey.Type, Data, SignatureFields.Write(key.PublicKey.Type, longForm)));
        byte[] negative = [.. SampleKeys.Field([0xff, .. r]), .. SampleKeys.Number(s)];
        Assert.False(key.PublicKey.Verify(key.PublicKey.Type, Data, SignatureFields.Write(key.PublicKey.Type, negative)));
    }

    [Theory]
    [InlineData(256)]
    [InlineData(384)]
    [InlineData(521)]
    public void A_scalar_lies_between_zero_and_the_order(int bits)
    {
        EcdsaCurve curve = EcdsaCurve.All.Single(row => row.Bits == bits);
        byte[] order = SampleKeys.OrderOf(curve);
        byte[] below = [.. order];
        below[^1]--;
        Assert.False(curve.IsScalar([]));
        Assert.False(curve.IsScalar([0]));
        Assert.True(curve.IsScalar([1]));
        Assert.True(curve.IsScalar(below));
        Assert.False(curve.IsScalar(order));
        Assert.False(curve.IsScalar([1, .. new byte[order.Length]]));
        byte[] above = [.. order];
        above[order.Length / 2]++;
        Assert.False(curve.IsScalar(above));
    }

    [Fact]
    public void An_RSA_signature_without_its_leading_zeros_verifies_and_a_longer_one_does_not()
    {
        using PrivateKey key = PrivateKey.GenerateRsa(1024);
        byte[] data = Data;
        byte[] blob = BlobOf(key.Sign("rsa-sha2-256", data)).ToArray();
        for (int i = 0; blob[0] != 0; i++)
        {
            data = [.. Data, (byte)i, (byte)(i >> 8)];
            blob = BlobOf(key.Sign("rsa-sha2-256", data)).ToArray();
        }

        Assert.True(key.PublicKey.Verify("rsa-sha2-256", data, SignatureFields.Write("rsa-sha2-256", blob)));
        Assert.True(key.PublicKey.Verify("rsa-sha2-256", data, SignatureFields.Write("rsa-sha2-256", blob.AsSpan(1))));
        Assert.False(key.PublicKey.Verify("rsa-sha2-256", data, SignatureFields.Write("rsa-sha2-256", [0, .. blob])));
        Assert.False(key.PublicKey.Verify("rsa-sha2-256", data, SignatureFields.Write("rsa-sha2-256", [])));
        Assert.False(key.PublicKey.Verify("rsa-sha2-256", data, SignatureFields.Write("rsa-sha2-256", new byte[blob.Length])));
        Assert.False(key.PublicKey.Verify("rsa-sha2-256", data, SignatureFields.Write("rsa-sha2-256", new byte[SignatureFields.MaxBlob - 1])));
    }

    [Fact]
    public void RSA_padding_is_compared_whole_A46()
    {
        // Bleichenbacher 2006: with e = 3 a signature can be forged by a cube root wherever bytes after the digest are not looked at.
        using RSA rsa = RSA.Create(1024);
        RSAParameters numbers = rsa.ExportParameters(true);
        PublicKey key = RsaPublicKey.Of(numbers.Modulus, numbers.Exponent);
        byte[] digestInfo = [.. Convert.FromHexString("3031300d060960864801650304020105000420"), .. SHA256.HashData(Data)];
        byte[] good = [0, 1, .. Enumerable.Repeat((byte)0xff, 128 - 3 - digestInfo.Length), 0, .. digestInfo];
        byte[] shifted = [0, 1, .. Enumerable.Repeat((byte)0xff, 8), 0, .. digestInfo, .. new byte[128 - 11 - digestInfo.Length]];
        byte[] wrongType = [0, 2, .. good[2..]];
        Assert.True(key.Verify("rsa-sha2-256", Data, SignatureFields.Write("rsa-sha2-256", Raise(good, numbers))));
        Assert.False(key.Verify("rsa-sha2-256", Data, SignatureFields.Write("rsa-sha2-256", Raise(shifted, numbers))));
        Assert.False(key.Verify("rsa-sha2-256", Data, SignatureFields.Write("rsa-sha2-256", Raise(wrongType, numbers))));
    }

    [Fact]
    public void An_Ed25519_signature_has_one_form_A46()
    {
        using PrivateKey key = PrivateKey.GenerateEd25519();
        byte[] blob = BlobOf(key.Sign("ssh-ed25519", Data)).ToArray();
        byte[] order = Convert.FromHexString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        byte[] moved = [.. blob];
        int carry = 0;
        for (int i = 0; i < 32; i++)
        {
            carry += moved[32 + i] + order[i];
            moved[32 + i] = (byte)carry;
            carry >>= 8;
        }

        Assert.True(key.PublicKey.Verify("ssh-ed25519", Data, SignatureFields.Write("ssh-ed25519", blob)));
        Assert.False(key.PublicKey.Verify("ssh-ed25519", Data, SignatureFields.Write("ssh-ed25519", moved)));
        Assert.False(key.PublicKey.Verify("ssh-ed25519", Data, SignatureFields.Write("ssh-ed25519", [.. blob[..32], .. order])));
        Assert.False(key.PublicKey.Verify("ssh-ed25519", Data, SignatureFields.Write("ssh-ed25519", [.. blob, 0])));
        Assert.False(key.PublicKey.Verify("ssh-ed25519", Data, SignatureFields.Write("ssh-ed25519", new byte[64])));
    }

    [Fact]
    public void A_faulty_RSA_signature_does_not_leave_the_signer_A44()
    {
        using RSA rsa = RSA.Create(1024);
        RSAParameters numbers = rsa.ExportParameters(true);
        var publicKey = RsaPublicKey.Of(numbers.Modulus, numbers.Exponent);
        using var sound = new RsaPrivateKey(publicKey, new RsaWithFault(numbers, isFaulty: false), numbers);
        Assert.True(publicKey.Verify("rsa-sha2-512", Data, sound.Sign("rsa-sha2-512", Data)));
        using var faulty = new RsaPrivateKey(publicKey, new RsaWithFault(numbers, isFaulty: true), numbers);
        SshException refused = Assert.Throws<SshException>(() => faulty.Sign("rsa-sha2-512", Data));
        Assert.Contains("discarded", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task One_key_signs_for_many_at_once(string algorithm)
    {
        using PrivateKey key = SampleKeys.New(algorithm);
        Task<bool>[] all = [.. Enumerable.Range(0, 8).Select(who => Task.Run(() =>
        {
            byte[] data = [(byte)who];
            return Enumerable.Range(0, 5).All(_ => key.PublicKey.Verify(algorithm, data, key.Sign(algorithm, data)));
        }))];
        Assert.All(await Task.WhenAll(all), Assert.True);
    }

    [Fact]
    public async Task A_cancelled_signature_is_not_made()
    {
        using PrivateKey key = PrivateKey.GenerateEd25519();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await key.SignAsync("ssh-ed25519", Data, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Keys_are_made_only_in_the_sizes_that_exist()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PrivateKey.GenerateEcdsa(255));
        Assert.Throws<ArgumentOutOfRangeException>(() => PrivateKey.GenerateRsa(1016));
        Assert.Throws<ArgumentOutOfRangeException>(() => PrivateKey.GenerateRsa(1025));
        Assert.Throws<ArgumentOutOfRangeException>(() => PrivateKey.GenerateRsa(16392));
    }

    private static ReadOnlySpan<byte> BlobOf(byte[] signature) => Message.ReadRecord<SignatureFields>(signature).Blob;

    private static bool Verifies(PrivateKey key, byte[] r, byte[] s) =>
        key.PublicKey.Verify(key.PublicKey.Type, Data, SignatureFields.Write(key.PublicKey.Type, [.. SampleKeys.Number(r), .. SampleKeys.Number(s)]));

    private static byte[] Raise(byte[] padded, RSAParameters numbers)
    {
        System.Numerics.BigInteger value = new(padded, isUnsigned: true, isBigEndian: true);
        System.Numerics.BigInteger raised = System.Numerics.BigInteger.ModPow(
            value, new(numbers.D, isUnsigned: true, isBigEndian: true), new(numbers.Modulus, isUnsigned: true, isBigEndian: true));
        byte[] bytes = raised.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[128 - bytes.Length], .. bytes];
    }

    private sealed class RsaWithFault : RSA
    {
        private readonly RSA _inner;
        private readonly bool _isFaulty;

        public RsaWithFault(RSAParameters numbers, bool isFaulty)
        {
            (_inner, _isFaulty) = (Create(numbers), isFaulty);
            KeySizeValue = _inner.KeySize;
        }

        public override RSAParameters ExportParameters(bool includePrivateParameters) => _inner.ExportParameters(includePrivateParameters);

        public override void ImportParameters(RSAParameters parameters) => throw new NotSupportedException();

        public override byte[] SignHash(byte[] hash, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)
        {
            byte[] signature = _inner.SignHash(hash, hashAlgorithm, padding);
            if (_isFaulty) signature[17] ^= 4;
            return signature;
        }

        protected override byte[] HashData(byte[] data, int offset, int count, HashAlgorithmName hashAlgorithm) =>
            hashAlgorithm == HashAlgorithmName.SHA512 ? SHA512.HashData(data.AsSpan(offset, count)) : throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) _inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
