using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>A private key in a .ppk file of PuTTY, of version 2 or 3. A MAC covers all of it, so that nothing can be put into the place of its public key.</summary>
internal sealed class PuttyPrivateKey : LockedKey
{
    private const string Cipher = "aes256-cbc";
    private const string NoCipher = "none";
    private const int CipherKeySize = 32;
    private const int MacKeySize = 32;

    private readonly int _version;
    private readonly string _algorithm;
    private readonly byte[] _comment;
    private readonly PuttyKeyDerivation? _derivation;
    private readonly byte[] _publicBlob;
    private readonly Secret _privateBlob;
    private readonly byte[] _mac;

    private PuttyPrivateKey(PuttyKeyText text)
    {
        (_version, _algorithm) = text.ReadHead();
        string encryption = text.ReadHeader("Encryption");
        if (encryption is not (Cipher or NoCipher)) throw KeyFormatException.Unsupported($"The private key is locked with the cipher \"{Printable.Escape(encryption)}\", which is not supported.");
        _comment = text.ReadBytes("Comment");
        using (Secret blob = text.ReadBlob("Public-Lines")) _publicBlob = blob.Span.ToArray();
        (IsEncrypted, KeepsComment, PublicKey) = (encryption == Cipher, true, PublicKey.Parse(_publicBlob));
        if (PublicKey.Type != _algorithm) throw KeyFormatException.Damaged("The private key file names another type than that of its public key.");
        if (IsEncrypted && _version == PuttyKeyText.NewestVersion) _derivation = PuttyKeyDerivation.Read(text);
        _privateBlob = text.ReadBlob("Private-Lines");
        try
        {
            if (IsEncrypted && (_privateBlob.Length == 0 || _privateBlob.Length % AesCbc.BlockSize != 0)) throw KeyFormatException.Damaged("The locked private key is not of a length that its cipher makes.");
            _mac = text.ReadHex("Private-MAC", _version == PuttyKeyText.NewestVersion ? HMACSHA256.HashSizeInBytes : HMACSHA1.HashSizeInBytes);
        }
        catch
        {
            _privateBlob.Dispose();
            throw;
        }
    }

    public static bool IsOne(ReadOnlySpan<byte> contents) => contents.StartsWith("PuTTY-User-Key-File-"u8);

    public static PuttyPrivateKey Read(ReadOnlySpan<byte> contents)
    {
        using var text = new PuttyKeyText(contents);
        return new PuttyPrivateKey(text);
    }

    public override PrivateKey Unlock(ReadOnlySpan<byte> passphrase)
    {
        using var keys = new Secret(CipherKeySize + AesCbc.BlockSize + MacKeySize);
        int macKeySize = Derive(IsEncrypted ? passphrase : default, keys.Span);
        using Secret opened = Secret.CopyOf(_privateBlob.Span);
        if (IsEncrypted)
        {
            using var aes = new AesCbc(keys.Span[..CipherKeySize], keys.Span.Slice(CipherKeySize, AesCbc.BlockSize), CipherDirection.Decrypt);
            aes.Apply(opened.Span, opened.Span);
        }

        CheckMac(keys.Span.Slice(CipherKeySize + AesCbc.BlockSize, macKeySize), opened.Span);
        try
        {
            PrivateKey key = ReadKey(opened.Span);
            key.CommentBytes = _comment;
            return key;
        }
        catch (SshViolationException broken)
        {
            throw KeyFormatException.Damaged($"The private key file is damaged: {broken.Message}", broken);
        }
    }

    public override void Dispose() => _privateBlob.Dispose();

    /// <summary>The key of the cipher, its initial vector and the key of the MAC, whose length is returned.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "Version 2 of the format has SHA-1; writing the key anew in another form leaves it behind.")]
    private int Derive(ReadOnlySpan<byte> passphrase, Span<byte> keys)
    {
        if (_version == PuttyKeyText.NewestVersion)
        {
            _derivation?.Derive(passphrase, keys);
            return IsEncrypted ? MacKeySize : 0;
        }

        using var input = new Secret(4 + passphrase.Length);
        passphrase.CopyTo(input.Span[4..]);
        Span<byte> digests = stackalloc byte[2 * SHA1.HashSizeInBytes];
        for (int i = 0; i < 2; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(input.Span, i);
            SHA1.HashData(input.Span, digests[(i * SHA1.HashSizeInBytes)..]);
        }

        digests[..CipherKeySize].CopyTo(keys);
        using IncrementalHash macKey = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        macKey.AppendData("putty-private-key-file-mac-key"u8);
        macKey.AppendData(passphrase);
        macKey.GetHashAndReset(keys[(CipherKeySize + AesCbc.BlockSize)..]);
        CryptographicOperations.ZeroMemory(digests);
        return SHA1.HashSizeInBytes;
    }

    private void CheckMac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> opened)
    {
        using IncrementalHash hash = IncrementalHash.CreateHMAC(_version == PuttyKeyText.NewestVersion ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1, key);
        Append(hash, Encoding.UTF8.GetBytes(_algorithm));
        Append(hash, Encoding.UTF8.GetBytes(IsEncrypted ? Cipher : NoCipher));
        Append(hash, _comment);
        Append(hash, _publicBlob);
        Append(hash, opened);
        if (CryptographicOperations.FixedTimeEquals(hash.GetHashAndReset(), _mac)) return;
        throw IsEncrypted ? KeyFormatException.WrongPassphrase() : KeyFormatException.Damaged("The private key file's MAC is not that of its contents.");
    }

    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> value)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, value.Length);
        hash.AppendData(length);
        hash.AppendData(value);
    }

    /// <summary>The private numbers stand alone, and what follows them fills a block of the cipher.</summary>
    private PrivateKey ReadKey(ReadOnlySpan<byte> opened)
    {
        var reader = new FieldReader(opened);
        switch (PublicKey)
        {
            case RsaPublicKey rsa:
                ReadOnlySpan<byte> d = default, p = default, q = default, coefficient = default;
                reader.Mpint(ref d, RsaKeyFields.MaxModulus);
                reader.Mpint(ref p, RsaKeyFields.MaxModulus);
                reader.Mpint(ref q, RsaKeyFields.MaxModulus);
                reader.Mpint(ref coefficient, RsaKeyFields.MaxModulus);
                return RsaPrivateKey.Of(rsa, d, coefficient, p, q);
            case EcdsaPublicKey ecdsa:
                ReadOnlySpan<byte> scalar = default;
                reader.Mpint(ref scalar, EcdsaSignatureFields.MaxScalar);
                return EcdsaPrivateKey.Of(ecdsa.Curve, scalar, ecdsa.Point.Span);
            case Ed25519PublicKey ed25519:
                ReadOnlySpan<byte> seed = default;
                reader.Secret(ref seed, Ed25519.SeedSize);
                using (var pair = new Secret(Ed25519.SeedSize + Ed25519.PublicKeySize))
                {
                    if (seed.Length != Ed25519.SeedSize) throw KeyFormatException.Damaged($"An Ed25519 private key has {Ed25519.SeedSize} bytes, not {seed.Length}.");
                    seed.CopyTo(pair.Span);
                    ed25519.Point.Span.CopyTo(pair.Span[Ed25519.SeedSize..]);
                    return Ed25519PrivateKey.Of(pair.Span, ed25519.Point.Span);
                }

            default:
                throw KeyFormatException.Unsupported($"Private keys of the type {_algorithm} are not supported.");
        }
    }
}
