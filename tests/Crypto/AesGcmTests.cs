using Nacre.Crypto;

namespace Nacre.Tests.Crypto;

/// <summary>The test cases of "The Galois/Counter Mode of Operation" (McGrew and Viega), which NIST SP 800-38D took over.</summary>
public sealed class AesGcmTests
{
    private const string Key3 = "feffe9928665731c6d6a8f9467308308";
    private const string Nonce3 = "cafebabefacedbaddecaf888";

    private const string Plain3 =
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";

    private const string Associated4 = "feedfacedeadbeeffeedfacedeadbeefabaddad2";

    public static TheoryData<string, string, string, string, string, string> Cases => new()
    {
        { new('0', 32), new('0', 24), "", "", "", "58e2fccefa7e3061367f1d57a4e7455a" },
        { new('0', 32), new('0', 24), "", new('0', 32), "0388dace60b6a392f328c2b971b2fe78", "ab6e47d42cec13bdf53a67b21257bddf" },
        {
            Key3, Nonce3, "", Plain3,
            "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985",
            "4d5c2af327cd64a62cf35abd2ba6fab4"
        },
        {
            Key3, Nonce3, Associated4, Plain3[..120],
            "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
            "5bc94fbc3221a5db94fae95ae7121a47"
        },
        { new('0', 64), new('0', 24), "", "", "", "530f8afbc74536b9a963b4f1c4cb738b" },
        { new('0', 64), new('0', 24), "", new('0', 32), "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919" },
        {
            Key3 + Key3, Nonce3, "", Plain3,
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad",
            "b094dac5d93471bdec1a502270e3cc6c"
        },
        {
            Key3 + Key3, Nonce3, Associated4, Plain3[..120],
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
            "76fc6ece0f4e1768cddf8853bb2d551b"
        },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Published_vectors_hold_both_ways(string key, string nonce, string associated, string plaintext, string ciphertext, string tag)
    {
        using var gcm = new AesGcm(Vectors.Hex(key));
        byte[] data = Vectors.Hex(plaintext);
        var sealedTag = new byte[AesGcm.TagSize];

        // Twice over the same object: a call must leave nothing behind that changes the next.
        for (int i = 0; i < 2; i++)
        {
            var output = new byte[data.Length];
            gcm.Seal(Vectors.Hex(nonce), Vectors.Hex(associated), data, output, sealedTag);
            Assert.Equal(ciphertext, Convert.ToHexStringLower(output));
            Assert.Equal(tag, Convert.ToHexStringLower(sealedTag));
            Assert.True(gcm.Open(Vectors.Hex(nonce), Vectors.Hex(associated), output, sealedTag, output));
            Assert.Equal(plaintext, Convert.ToHexStringLower(output));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(35000)]
    public void A_changed_bit_anywhere_leaves_no_plaintext_behind(int length)
    {
        using var gcm = new AesGcm(Vectors.Bytes(32));
        byte[] nonce = Vectors.Bytes(12, 2), associated = Vectors.Bytes(4, 3), plaintext = Vectors.Bytes(length, 4);
        var ciphertext = new byte[length];
        var tag = new byte[16];
        gcm.Seal(nonce, associated, plaintext, ciphertext, tag);

        foreach (byte[] part in new[] { nonce, associated, ciphertext, tag })
        {
            part[^1] ^= 1;
            byte[] output = Vectors.Bytes(length, 5);
            Assert.False(gcm.Open(nonce, associated, ciphertext, tag, output));
            Assert.Equal(new byte[length], output);
            Assert.Equal(0u, LibCrypto.ERR_peek_error());
            part[^1] ^= 1;
        }

        byte[] inPlace = [.. ciphertext];
        Assert.True(gcm.Open(nonce, associated, inPlace, tag, inPlace));
        Assert.Equal(plaintext, inPlace);
    }

    [Fact]
    public void Sealing_and_opening_allocate_nothing()
    {
        using var gcm = new AesGcm(Vectors.Bytes(16));
        byte[] nonce = new byte[12], associated = new byte[4], data = new byte[4096], tag = new byte[16];
        bool isGenuine = true;
        Assert.Equal(0, Vectors.AllocatedBy(() =>
        {
            gcm.Seal(nonce, associated, data, data, tag);
            isGenuine &= gcm.Open(nonce, associated, data, tag, data);
        }));
        Assert.True(isGenuine);
    }

    [Fact]
    public void Wrong_sizes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new AesGcm(new byte[15]));
        using var gcm = new AesGcm(new byte[16]);
        Assert.Throws<ArgumentException>(() => gcm.Seal(new byte[11], default, default, default, new byte[16]));
        Assert.Throws<ArgumentException>(() => gcm.Seal(new byte[12], default, default, default, new byte[15]));
        Assert.Throws<ArgumentException>(() => gcm.Seal(new byte[12], default, new byte[2], new byte[1], new byte[16]));
        Assert.Throws<ArgumentException>(() => gcm.Open(new byte[12], default, new byte[2], new byte[17], new byte[2]));
    }

    [Fact]
    public void A_disposed_cipher_refuses_to_work()
    {
        var gcm = new AesGcm(new byte[16]);
        gcm.Dispose();
        Assert.Throws<ObjectDisposedException>(() => gcm.Seal(new byte[12], default, default, default, new byte[16]));
    }
}
