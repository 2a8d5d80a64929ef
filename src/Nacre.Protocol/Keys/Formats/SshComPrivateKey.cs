using System.Text;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>An RSA private key in a file of ssh.com's programs that has no passphrase, as those of theirs that ssh-keygen reads.</summary>
/// <remarks>
/// There is no description of the form. Behind a number that marks it stand the length of the whole, a name that says how the key signs and encrypts, the cipher's
/// name, and the numbers: e, d, n, the inverse of q, q and p, each as the count of its bits and the bytes that they need.
/// </remarks>
internal sealed class SshComPrivateKey : LockedKey
{
    private const uint Magic = 0x3f6ff9eb;
    private const int MaxName = 256;

    private readonly Rfc4716Block _block;

    /// <summary>Looks at the first block of a file, which is this object's from now on.</summary>
    private SshComPrivateKey(Rfc4716Block block)
    {
        _block = block;
        try
        {
            PublicKey = ReadNumbers().PublicKey;
        }
        catch (SshViolationException broken)
        {
            throw KeyFormatException.Damaged($"The private key file is damaged: {broken.Message}", broken);
        }
    }

    private static ReadOnlySpan<byte> Begin => "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----"u8;

    private static ReadOnlySpan<byte> End => "---- END SSH2 ENCRYPTED PRIVATE KEY ----"u8;

    /// <summary>True where the text has the begin line.</summary>
    public static bool IsOne(ReadOnlySpan<byte> text) => text.IndexOf(Begin) >= 0;

    public static SshComPrivateKey Read(ReadOnlySpan<byte> text)
    {
        Rfc4716Block block = Rfc4716Block.Read(text, Begin, End);
        try
        {
            return new SshComPrivateKey(block);
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    public override PrivateKey Unlock(ReadOnlySpan<byte> passphrase)
    {
        Numbers numbers = ReadNumbers();
        PrivateKey key = RsaPrivateKey.Of(numbers.PublicKey, numbers.PrivateExponent, numbers.Coefficient, numbers.P, numbers.Q);
        key.Comment = _block.Comment;
        return key;
    }

    public override void Dispose() => _block.Dispose();

    private Numbers ReadNumbers()
    {
        var reader = new FieldReader(_block.Body.Span);
        uint magic = 0, length = 0;
        ReadOnlySpan<byte> type = default, cipher = default, inner = default;
        reader.UInt32(ref magic);
        if (magic != Magic) throw KeyFormatException.Damaged($"The private key file starts with 0x{magic:x}, not with ssh.com's 0x{Magic:x}.");
        reader.UInt32(ref length);
        if (length != _block.Body.Length) throw KeyFormatException.Damaged($"The private key file says that it has {length} bytes, but it has {_block.Body.Length}.");
        reader.String(ref type, MaxName);
        reader.String(ref cipher, MaxName);
        if (!cipher.SequenceEqual("none"u8))
        {
            throw KeyFormatException.Unsupported($"The private key is locked with the cipher \"{Printable.Escape(Encoding.UTF8.GetString(cipher))}\" of ssh.com's programs, which is not supported; take its passphrase off with one of them.");
        }

        if (!type.StartsWith("if-modn{"u8)) throw KeyFormatException.Unsupported($"Private keys of the type \"{Printable.Escape(Encoding.UTF8.GetString(type))}\" are not supported.");

        // What is longer than the numbers fills a block of a cipher.
        reader.String(ref inner);
        reader = new FieldReader(inner);
        reader.String(ref inner);
        reader = new FieldReader(inner);
        ReadOnlySpan<byte> exponent = ReadNumber(ref reader), privateExponent = ReadNumber(ref reader), modulus = ReadNumber(ref reader);
        ReadOnlySpan<byte> coefficient = ReadNumber(ref reader), q = ReadNumber(ref reader), p = ReadNumber(ref reader);
        reader.End();
        return new Numbers { PublicKey = RsaPublicKey.Of(modulus, exponent), PrivateExponent = privateExponent, Coefficient = coefficient, P = p, Q = q };
    }

    private static ReadOnlySpan<byte> ReadNumber(scoped ref FieldReader reader)
    {
        uint bits = 0;
        ReadOnlySpan<byte> number = default;
        reader.UInt32(ref bits);
        if (bits > RsaPublicKey.MaxBits) throw KeyFormatException.Damaged($"A number of the private key has {bits} bits; at most {RsaPublicKey.MaxBits} are supported.");
        reader.Bytes(ref number, (int)(bits + 7) / 8);
        return number.TrimStart((byte)0);
    }

    private ref struct Numbers
    {
        public required RsaPublicKey PublicKey { get; init; }

        public required ReadOnlySpan<byte> PrivateExponent { get; init; }

        public required ReadOnlySpan<byte> Coefficient { get; init; }

        public required ReadOnlySpan<byte> P { get; init; }

        public required ReadOnlySpan<byte> Q { get; init; }
    }
}
