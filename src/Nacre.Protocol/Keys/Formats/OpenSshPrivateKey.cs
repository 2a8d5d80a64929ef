using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>Reads and writes private keys in the format of OpenSSH (PROTOCOL.key), the one that ssh-keygen makes.</summary>
internal static class OpenSshPrivateKey
{
    public const string Label = "OPENSSH PRIVATE KEY";
    public const int DefaultRounds = 24;

    /// <summary>More rounds than this would hold a caller up for a minute; a file that asks for them was made to do that.</summary>
    public const int MaxRounds = 2048;

    /// <summary>Longer comments are not read, nor written.</summary>
    public const int MaxComment = 4096;

    private const int SaltSize = 16;
    private const int LineLength = 70;

    /// <summary>What the file says without a passphrase.</summary>
    public static (PublicKey PublicKey, bool IsEncrypted) Describe(ReadOnlySpan<byte> file)
    {
        try
        {
            OpenSshKeyHead head = ReadHead(file);
            OpenSshKeyBody body = ReadBody(head, CipherOf(head));
            return (PublicKey.Parse(body.PublicKey), !head.Cipher.SequenceEqual("none"u8));
        }
        catch (SshViolationException broken)
        {
            throw KeyFormatException.Damaged($"The private key file is damaged: {broken.Message}", broken);
        }
    }

    public static PrivateKey Unlock(ReadOnlySpan<byte> file, ReadOnlySpan<byte> passphrase)
    {
        try
        {
            OpenSshKeyHead head = ReadHead(file);
            KeyFileCipher cipher = CipherOf(head);
            OpenSshKeyBody body = ReadBody(head, cipher);
            using Secret opened = Secret.CopyOf(body.PrivatePart);
            using (Secret keyAndIv = DeriveKey(head, cipher, passphrase))
            {
                if (!cipher.TryDecrypt(keyAndIv.Span, opened.Span, body.Tag)) throw KeyFormatException.WrongPassphrase();
            }

            bool isLocked = cipher.Name != KeyFileCipher.None;
            CompareChecks(opened.Span, isLocked);
            return ReadPrivatePart(opened.Span, body.PublicKey);
        }
        catch (SshViolationException broken)
        {
            throw KeyFormatException.Damaged($"The private key file is damaged: {broken.Message}", broken);
        }
    }

    /// <summary>Writes a key as the text of a file.</summary>
    /// <param name="key">The key, whose comment goes with it.</param>
    /// <param name="passphrase">Locks the file; empty leaves it in clear.</param>
    /// <param name="rounds">How much work each guess of the passphrase takes.</param>
    /// <param name="cipherName">One of <see cref="KeyFileCipher.All"/>.</param>
    /// <exception cref="ArgumentException">There is no such cipher, or the comment is longer than <see cref="MaxComment"/>.</exception>
    public static Secret Write(PrivateKey key, ReadOnlySpan<byte> passphrase, int rounds = DefaultRounds, string cipherName = KeyFileCipher.Default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rounds, MaxRounds);
        if (key.CommentBytes.Length > MaxComment) throw new ArgumentException($"The comment of a private key has at most {MaxComment} bytes.", nameof(key));
        bool isLocked = !passphrase.IsEmpty;
        KeyFileCipher cipher = KeyFileCipher.Find(isLocked ? cipherName : KeyFileCipher.None)
            ?? throw new ArgumentException($"There is no cipher {cipherName} for private keys.", nameof(cipherName));
        Span<byte> salt = stackalloc byte[SaltSize];
        SystemRandom.Instance.Fill(salt);
        var options = new BcryptOptions { Salt = salt, Rounds = (uint)rounds };
        var head = new OpenSshKeyHead
        {
            Magic = OpenSshKeyHead.MagicText,
            Cipher = Encoding.ASCII.GetBytes(cipher.Name),
            Kdf = isLocked ? "bcrypt"u8 : "none"u8,
            KdfOptions = isLocked ? Message.WriteRecord(ref options) : default,
            KeyCount = 1,
        };
        using Secret privatePart = WritePrivatePart(key, cipher.BlockSize);
        Span<byte> tag = stackalloc byte[cipher.TagSize];
        using (Secret keyAndIv = DeriveKey(head, cipher, passphrase))
        {
            cipher.Encrypt(keyAndIv.Span, privatePart.Span, tag);
        }

        var body = new OpenSshKeyBody { PublicKey = key.PublicKey.Blob.Span, PrivatePart = privatePart.Span, Tag = tag };
        using Secret bodyBytes = Message.WriteSecretRecord(ref body);
        head.Keys = bodyBytes.Span;
        using Secret file = Message.WriteSecretRecord(ref head);
        return PemBlock.Write(Label, headers: default, file.Span, LineLength);
    }

    private static OpenSshKeyHead ReadHead(ReadOnlySpan<byte> file)
    {
        OpenSshKeyHead head = Message.ReadRecord<OpenSshKeyHead>(file);
        if (!head.Magic.SequenceEqual(OpenSshKeyHead.MagicText)) throw KeyFormatException.Damaged("The private key file does not start as the OpenSSH format does.");
        if (head.KeyCount != 1) throw KeyFormatException.Unsupported($"The private key file holds {head.KeyCount} keys; one is supported.");
        return head;
    }

    private static KeyFileCipher CipherOf(in OpenSshKeyHead head)
    {
        KeyFileCipher cipher = KeyFileCipher.FindWritten(Encoding.ASCII.GetString(head.Cipher))
            ?? throw KeyFormatException.Unsupported($"The private key is locked with the cipher \"{Printable.Escape(head.Cipher)}\", which is not supported.");
        bool isLocked = cipher.Name != KeyFileCipher.None;
        bool isClear = head.Kdf.SequenceEqual("none"u8) && head.KdfOptions.IsEmpty;
        if (isLocked == isClear) throw KeyFormatException.Damaged("The private key file names a cipher and a key derivation that do not go together.");
        if (isLocked && !head.Kdf.SequenceEqual("bcrypt"u8))
        {
            throw KeyFormatException.Unsupported($"The private key is locked through \"{Printable.Escape(head.Kdf)}\", which is not supported.");
        }

        return cipher;
    }

    private static OpenSshKeyBody ReadBody(in OpenSshKeyHead head, KeyFileCipher cipher)
    {
        OpenSshKeyBody body = Message.ReadRecord<OpenSshKeyBody>(head.Keys);
        bool isWhole = body.PrivatePart.Length >= cipher.BlockSize && body.PrivatePart.Length % cipher.BlockSize == 0 && body.Tag.Length == cipher.TagSize;
        return isWhole ? body : throw KeyFormatException.Damaged("The private key file's private part is not of a length that its cipher makes.");
    }

    private static Secret DeriveKey(in OpenSshKeyHead head, KeyFileCipher cipher, ReadOnlySpan<byte> passphrase)
    {
        var keyAndIv = new Secret(cipher.KeySize + cipher.IvSize);
        if (keyAndIv.Length == 0) return keyAndIv;
        BcryptOptions options = Message.ReadRecord<BcryptOptions>(head.KdfOptions);
        if (options.Salt.IsEmpty || options.Rounds == 0) throw KeyFormatException.Damaged("The private key file's bcrypt settings are empty.");
        if (options.Rounds > MaxRounds) throw KeyFormatException.Unsupported($"The private key is locked with {options.Rounds} bcrypt rounds; at most {MaxRounds} are supported.");
        BcryptPbkdf.Derive(passphrase, options.Salt, (int)options.Rounds, keyAndIv.Span);
        return keyAndIv;
    }

    private static void CompareChecks(ReadOnlySpan<byte> privatePart, bool isLocked)
    {
        // PROTOCOL.key 3: two equal numbers, so that a wrong passphrase is noticed before anything is made of what it gave.
        const int size = OpenSshPrivatePart.CheckSize;
        if (ConstantTime.Equals(privatePart[..size], privatePart.Slice(size, size))) return;
        throw isLocked ? KeyFormatException.WrongPassphrase() : KeyFormatException.Damaged("The private key file's two check numbers differ.");
    }

    private static PrivateKey ReadPrivatePart(ReadOnlySpan<byte> opened, ReadOnlySpan<byte> publicKey)
    {
        OpenSshPrivatePart part = Message.ReadRecord<OpenSshPrivatePart>(opened);
        for (int i = 0; i < part.Padding.Length; i++)
        {
            if (part.Padding[i] != i + 1) throw KeyFormatException.Damaged("The private key file's padding is not 1, 2, 3 and so on.");
        }

        PrivateKey key = part.Key.ToKey();
        key.CommentBytes = part.Comment.ToArray();
        if (publicKey.SequenceEqual(key.PublicKey.Blob.Span)) return key;
        key.Dispose();
        throw KeyFormatException.Damaged("The private key file's public key is not that of its private key.");
    }

    private static Secret WritePrivatePart(PrivateKey key, int blockSize)
    {
        Span<byte> check = stackalloc byte[OpenSshPrivatePart.CheckSize];
        SystemRandom.Instance.Fill(check);
        var part = new OpenSshPrivatePart { FirstCheck = check, SecondCheck = check, Key = key.ToFields(), Comment = key.CommentBytes.Span };
        var sizer = default(FieldSizer);
        OpenSshPrivatePart.Fields(ref sizer, ref part);
        int missing = (blockSize - (sizer.Size % blockSize)) % blockSize;
        Span<byte> padding = stackalloc byte[missing];
        for (int i = 0; i < missing; i++) padding[i] = (byte)(i + 1);
        part.Padding = padding;
        return Message.WriteSecretRecord(ref part);
    }
}
