using Nacre.Crypto;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>One row per cipher that locks private keys in the OpenSSH format: its sizes and how it is applied.</summary>
internal sealed class KeyFileCipher
{
    public const string None = "none";
    public const string Default = "aes256-ctr";
    private const string Aes256Cbc = "aes256-cbc";
    private const string ChaCha = "chacha20-poly1305@openssh.com";

    private readonly Mode _mode;

    private KeyFileCipher(string name, Mode mode, int keySize, int ivSize, int blockSize, int tagSize = 0) =>
        (Name, _mode, KeySize, IvSize, BlockSize, TagSize) = (name, mode, keySize, ivSize, blockSize, tagSize);

    private enum Mode
    {
        Clear,
        AesCtr,
        AesCbc,
        TripleDesCbc,
        AesGcm,
        ChaChaPoly,
    }

    public static IReadOnlyList<KeyFileCipher> All { get; } =
    [
        new(None, Mode.Clear, 0, 0, 8),
        new(Default, Mode.AesCtr, 32, 16, 16),
        new("aes192-ctr", Mode.AesCtr, 24, 16, 16),
        new("aes128-ctr", Mode.AesCtr, 16, 16, 16),
        new("aes256-gcm@openssh.com", Mode.AesGcm, 32, 12, 16, 16),
        new("aes128-gcm@openssh.com", Mode.AesGcm, 16, 12, 16, 16),
        new(ChaCha, Mode.ChaChaPoly, 64, 0, 8, 16),
        new(Aes256Cbc, Mode.AesCbc, 32, 16, 16),
        new("aes192-cbc", Mode.AesCbc, 24, 16, 16),
        new("aes128-cbc", Mode.AesCbc, 16, 16, 16),
        new("3des-cbc", Mode.TripleDesCbc, 24, 8, 8),
    ];

    public string Name { get; }

    public int KeySize { get; }

    public int IvSize { get; }

    public int BlockSize { get; }

    public int TagSize { get; }

    public static KeyFileCipher? Find(string name) => All.FirstOrDefault(row => row.Name == name);

    /// <summary>The cipher that a file names, also by a name that OpenSSH wrote before 8.5.</summary>
    public static KeyFileCipher? FindWritten(string name) => Find(name == "rijndael-cbc@lysator.liu.se" ? Aes256Cbc : name);

    /// <summary>Encrypts in place and writes the tag, of <see cref="TagSize"/> bytes.</summary>
    public void Encrypt(ReadOnlySpan<byte> keyAndIv, Span<byte> text, Span<byte> tag)
    {
        ReadOnlySpan<byte> key = keyAndIv[..KeySize];
        ReadOnlySpan<byte> iv = keyAndIv[KeySize..];
        switch (_mode)
        {
            case Mode.AesGcm:
                using (var gcm = new AesGcm(key)) gcm.Seal(iv, [], text, text, tag);
                break;
            case Mode.ChaChaPoly:
                ApplyChaCha(key, text);
                ComputeTag(key, text, tag);
                break;
            default:
                Apply(key, iv, text, CipherDirection.Encrypt);
                break;
        }
    }

    /// <summary>Decrypts in place; false where there is a tag and it is wrong.</summary>
    public bool TryDecrypt(ReadOnlySpan<byte> keyAndIv, Span<byte> text, ReadOnlySpan<byte> tag)
    {
        ReadOnlySpan<byte> key = keyAndIv[..KeySize];
        ReadOnlySpan<byte> iv = keyAndIv[KeySize..];
        switch (_mode)
        {
            case Mode.AesGcm:
                using (var gcm = new AesGcm(key)) return gcm.Open(iv, [], text, tag, text);
            case Mode.ChaChaPoly:
                Span<byte> expected = stackalloc byte[Poly1305.TagSize];
                ComputeTag(key, text, expected);
                if (!ConstantTime.Equals(expected, tag)) return false;
                ApplyChaCha(key, text);
                return true;
            default:
                Apply(key, iv, text, CipherDirection.Decrypt);
                return true;
        }
    }

    private void Apply(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, Span<byte> text, CipherDirection direction)
    {
        switch (_mode)
        {
            case Mode.AesCtr:
                using (var ctr = new AesCtr(key, iv)) ctr.Apply(text, text);
                break;
            case Mode.AesCbc:
                using (var cbc = new AesCbc(key, iv, direction)) cbc.Apply(text, text);
                break;
            case Mode.TripleDesCbc:
                using (var cbc = new TripleDesCbc(key, iv, direction)) cbc.Apply(text, text);
                break;
        }
    }

    // The packet cipher at sequence number 0 with no length field: of the 64 bytes of key only the first half is used, block 0 of the
    // key stream makes the Poly1305 key and the text starts at block 1 (PROTOCOL.chacha20poly1305).
    private static void ApplyChaCha(ReadOnlySpan<byte> key, Span<byte> text)
    {
        using var stream = new ChaCha20(key[..ChaCha20.KeySize]);
        stream.Apply(1, stackalloc byte[ChaCha20.NonceSize], text, text);
    }

    private static void ComputeTag(ReadOnlySpan<byte> key, ReadOnlySpan<byte> text, Span<byte> tag)
    {
        using var stream = new ChaCha20(key[..ChaCha20.KeySize]);
        using var oneTimeKey = new Secret(Poly1305.KeySize);
        stream.Apply(0, stackalloc byte[ChaCha20.NonceSize], oneTimeKey.Span, oneTimeKey.Span);
        using var poly = new Poly1305();
        poly.Compute(oneTimeKey.Span, text, tag);
    }
}
