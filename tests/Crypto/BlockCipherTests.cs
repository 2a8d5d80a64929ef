using System.Security.Cryptography;
using Nacre.Crypto;

namespace Nacre.Tests.Crypto;

/// <summary>The examples of NIST SP 800-38A, appendix F, for counter mode and cipher block chaining.</summary>
public sealed class BlockCipherTests
{
    private const string Key128 = "2b7e151628aed2a6abf7158809cf4f3c";
    private const string Key192 = "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b";
    private const string Key256 = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";

    private const string Plain =
        "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" +
        "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";

    [Theory]
    [InlineData(Key128, "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee")]
    [InlineData(Key192, "1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e941e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050")]
    [InlineData(Key256, "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6")]
    public void Counter_mode_follows_the_published_vectors_in_pieces_of_any_size(string key, string expected)
    {
        byte[] counter = Vectors.Hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"), data = Vectors.Hex(Plain);
        for (int piece = 1; piece <= data.Length; piece++)
        {
            using var ctr = new AesCtr(Vectors.Hex(key), counter);
            var output = new byte[data.Length];
            for (int at = 0; at < data.Length; at += piece)
            {
                int length = Math.Min(piece, data.Length - at);
                ctr.Apply(data.AsSpan(at, length), output.AsSpan(at, length));
            }
            Assert.Equal(expected, Convert.ToHexStringLower(output));
        }
    }

    [Fact]
    public void The_counter_wraps_around_at_its_full_width()
    {
        byte[] key = Vectors.Hex(Key128), counter = new byte[16];
        counter.AsSpan().Fill(0xFF);
        using var ctr = new AesCtr(key, counter);
        using var fromZero = new AesCtr(key, new byte[16]);
        byte[] output = new byte[48], expected = new byte[32];
        ctr.Apply(output, output);
        fromZero.Apply(expected, expected);
        Assert.Equal(expected, output[16..]);
    }

    [Theory]
    [InlineData(Key128, "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b273bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7")]
    [InlineData(Key192, "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd")]
    [InlineData(Key256, "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b")]
    public void Chaining_follows_the_published_vectors_across_calls(string key, string expected)
    {
        byte[] iv = Vectors.Hex("000102030405060708090a0b0c0d0e0f"), data = Vectors.Hex(Plain);
        using var encrypt = new AesCbc(Vectors.Hex(key), iv, CipherDirection.Encrypt);
        using var decrypt = new AesCbc(Vectors.Hex(key), iv, CipherDirection.Decrypt);
        encrypt.Apply(data.AsSpan(0, 16), data.AsSpan(0, 16));
        encrypt.Apply(data.AsSpan(16), data.AsSpan(16));
        Assert.Equal(expected, Convert.ToHexStringLower(data));
        decrypt.Apply(data.AsSpan(0, 32), data.AsSpan(0, 32));
        decrypt.Apply(data.AsSpan(32, 16), data.AsSpan(32, 16));
        decrypt.Apply(data.AsSpan(48), data.AsSpan(48));
        Assert.Equal(Plain, Convert.ToHexStringLower(data));
    }

    [Fact]
    public void Triple_des_follows_the_base_library_across_calls()
    {
        byte[] key = Vectors.Bytes(24), iv = Vectors.Bytes(8, 2), data = Vectors.Bytes(800, 3);
        using var oracle = TripleDES.Create();
        oracle.Key = key;
        byte[] expected = oracle.EncryptCbc(data, iv, PaddingMode.None);

        var output = new byte[data.Length];
        using var encrypt = new TripleDesCbc(key, iv, CipherDirection.Encrypt);
        using var decrypt = new TripleDesCbc(key, iv, CipherDirection.Decrypt);
        encrypt.Apply(data.AsSpan(0, 8), output);
        encrypt.Apply(data.AsSpan(8), output.AsSpan(8));
        Assert.Equal(expected, output);
        decrypt.Apply(output.AsSpan(0, 400), output.AsSpan(0, 400));
        decrypt.Apply(output.AsSpan(400), output.AsSpan(400));
        Assert.Equal(data, output);
    }

    [Fact]
    public void Triple_des_follows_the_published_vector()
    {
        // NIST SP 800-67 (2004), appendix B.1, whose three blocks are enciphered one by one.
        byte[] key = Vectors.Hex("0123456789abcdef 23456789abcdef01 456789abcdef0123");
        string[] plain = ["5468652071756663", "6b2062726f776e20", "666f78206a756d70"];
        string[] expected = ["a826fd8ce53b855f", "cce21c8112256fe6", "68d5c05dd9b6b900"];
        for (int i = 0; i < plain.Length; i++)
        {
            using var cipher = new TripleDesCbc(key, new byte[8], CipherDirection.Encrypt);
            var output = new byte[8];
            cipher.Apply(Vectors.Hex(plain[i]), output);
            Assert.Equal(expected[i], Convert.ToHexStringLower(output));
        }
    }

    [Fact]
    public void Parts_of_blocks_and_wrong_sizes_are_refused()
    {
        using var aes = new AesCbc(new byte[16], new byte[16], CipherDirection.Encrypt);
        using var des = new TripleDesCbc(Vectors.Bytes(24), new byte[8], CipherDirection.Encrypt);
        Assert.Throws<ArgumentException>(() => aes.Apply(new byte[15], new byte[16]));
        Assert.Throws<ArgumentException>(() => aes.Apply(new byte[16], new byte[15]));
        Assert.Throws<ArgumentException>(() => des.Apply(new byte[7], new byte[8]));
        Assert.Throws<ArgumentException>(() => new AesCbc(new byte[16], new byte[8], CipherDirection.Encrypt));
        Assert.Throws<ArgumentException>(() => new AesCbc(new byte[17], new byte[16], CipherDirection.Encrypt));
        Assert.Throws<ArgumentException>(() => new AesCtr(new byte[16], new byte[8]));
        Assert.Throws<ArgumentException>(() => new AesCtr(new byte[17], new byte[16]));
        Assert.Throws<ArgumentException>(() => new TripleDesCbc(new byte[16], new byte[8], CipherDirection.Encrypt));
    }

    [Fact]
    public void Block_ciphers_allocate_nothing()
    {
        using var ctr = new AesCtr(new byte[16], new byte[16]);
        using var cbc = new AesCbc(new byte[16], new byte[16], CipherDirection.Decrypt);
        using var des = new TripleDesCbc(Vectors.Bytes(24), new byte[8], CipherDirection.Encrypt);
        var data = new byte[1024];
        Assert.Equal(0, Vectors.AllocatedBy(() =>
        {
            ctr.Apply(data, data);
            cbc.Apply(data, data);
            des.Apply(data, data);
        }));
    }
}
