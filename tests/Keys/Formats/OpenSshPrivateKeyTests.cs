using System.Buffers.Binary;
using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;

namespace Nacre.Tests.Keys.Formats;

public sealed class OpenSshPrivateKeyTests
{
    private const string Begin = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
    private const string End = "-----END OPENSSH PRIVATE KEY-----\n";

    private static readonly byte[] Passphrase = "the nacre of a shell"u8.ToArray();

    public static TheoryData<string> KeyTypes => [.. SampleKeys.Rows.Select(row => row.KeyType).Distinct()];

    public static TheoryData<string> Ciphers => [.. KeyFileCipher.All.Where(row => row.Name != KeyFileCipher.None).Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void A_key_survives_its_file_with_its_comment(string type)
    {
        using PrivateKey key = SampleKeys.New(type);
        key.Comment = "jürgen@höhle";
        using Secret text = OpenSshPrivateKey.Write(key, default);
        using PrivateKeyFile file = PrivateKeyFile.Parse(text.Span);
        Assert.False(file.IsEncrypted);
        Assert.Equal(key.PublicKey, file.PublicKey);
        using PrivateKey read = file.Unlock();
        AssertSameKey(key, read);
        Assert.Equal(key.Comment, read.Comment);
    }

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void A_locked_key_tells_its_public_half_and_opens_to_its_passphrase_only(string type)
    {
        using PrivateKey key = SampleKeys.New(type);
        key.Comment = "locked";
        using Secret text = OpenSshPrivateKey.Write(key, Passphrase, rounds: 1);
        using PrivateKeyFile file = PrivateKeyFile.Parse(text.Span);
        Assert.True(file.IsEncrypted);
        Assert.Equal(key.PublicKey, file.PublicKey);
        AssertFault(KeyFault.PassphraseNeeded, () => file.Unlock());
        AssertFault(KeyFault.WrongPassphrase, () => file.Unlock("the nacre of a shelL"u8));
        using PrivateKey read = file.Unlock(Passphrase);
        AssertSameKey(key, read);
        Assert.Equal("locked", read.Comment);
    }

    [Theory]
    [MemberData(nameof(Ciphers))]
    public void Every_cipher_locks_and_unlocks(string cipher)
    {
        using PrivateKey key = PrivateKey.GenerateEd25519();
        using Secret text = OpenSshPrivateKey.Write(key, Passphrase, rounds: 1, cipher);
        using PrivateKey read = PrivateKeyFile.Read(text.Span, Passphrase);
        AssertSameKey(key, read);
        AssertFault(KeyFault.WrongPassphrase, () => PrivateKeyFile.Read(text.Span, "wrong"u8));
    }

    [Fact]
    public void A_cipher_goes_by_its_old_name_in_old_files()
    {
        using PrivateKey key = PrivateKey.GenerateEd25519();
        using Secret text = OpenSshPrivateKey.Write(key, Passphrase, rounds: 1, "aes256-cbc");
        byte[] file = Unarmor(text.Span.ToArray()), name = SampleKeys.Field("aes256-cbc"u8);
        int start = file.AsSpan().IndexOf(name);
        byte[] old = Armor([.. file.AsSpan(0, start), .. SampleKeys.Field("rijndael-cbc@lysator.liu.se"u8), .. file.AsSpan(start + name.Length)]);
        using PrivateKey read = PrivateKeyFile.Read(old, Passphrase);
        AssertSameKey(key, read);
        Assert.Throws<ArgumentException>(() => OpenSshPrivateKey.Write(key, Passphrase, rounds: 1, "rijndael-cbc@lysator.liu.se"));
    }

    [Fact]
    public void A_file_is_lines_of_70_characters_between_its_two_marks()
    {
        using PrivateKey key = PrivateKey.GenerateRsa(1024);
        using Secret text = OpenSshPrivateKey.Write(key, default);
        string[] lines = Encoding.ASCII.GetString(text.Span).Split('\n');
        Assert.Equal(Begin.TrimEnd(), lines[0]);
        Assert.Equal(End, lines[^2] + "\n");
        Assert.Empty(lines[^1]);
        Assert.All(lines[1..^3], line => Assert.Equal(70, line.Length));
    }

    [Theory]
    [MemberData(nameof(KeyTypes))]
    public void A_file_cut_short_at_any_byte_is_damaged_A52(string type)
    {
        using PrivateKey key = SampleKeys.New(type);
        byte[] text = Text(key);
        for (int length = 0; length < text.Length - 1; length++) AssertRefused(text.AsSpan(0, length));
        byte[] file = Unarmor(text);
        for (int length = 0; length < file.Length; length++) AssertRefused(Armor(file.AsSpan(0, length)));
        AssertRefused(Armor([.. file, 0]));
    }

    [Theory]
    [InlineData(KeyAlgorithm.Ed25519)]
    [InlineData(KeyAlgorithm.EcdsaP256)]
    [InlineData(KeyAlgorithm.Rsa)]
    public void A_file_with_any_byte_changed_is_refused_or_holds_the_same_key(string type)
    {
        using PrivateKey key = SampleKeys.New(type);
        key.Comment = "c";
        byte[] file = Unarmor(Text(key));
        for (int i = 0; i < file.Length; i++)
        {
            file[i] ^= 0x21;
            try
            {
                using PrivateKey read = PrivateKeyFile.Read(Armor(file));
                Assert.Equal(key.PublicKey, read.PublicKey);
                Assert.NotEqual("c", read.Comment);
            }
            catch (KeyFormatException)
            {
                // The one exception that may come out.
            }

            file[i] ^= 0x21;
        }
    }

    [Fact]
    public void Lines_before_the_key_and_the_line_ends_of_Windows_are_accepted()
    {
        using PrivateKey key = PrivateKey.GenerateEd25519();
        string text = "A note.\n\n" + Encoding.ASCII.GetString(Text(key)) + "more\n";
        using PrivateKey read = PrivateKeyFile.Read(Encoding.ASCII.GetBytes(text.Replace("\n", "\r\n", StringComparison.Ordinal)));
        AssertSameKey(key, read);
    }

    [Fact]
    public void The_largest_file_is_read_and_one_byte_more_is_not_A52()
    {
        using PrivateKey key = PrivateKey.GenerateEd25519();
        byte[] text = Text(key);
        byte[] largest = [.. text, .. Enumerable.Repeat((byte)'\n', PrivateKeyFile.MaxLength - text.Length)];
        PrivateKeyFile.Read(largest).Dispose();
        AssertFault(KeyFault.Damaged, () => PrivateKeyFile.Parse([.. largest, (byte)'\n']));
    }

    [Theory]
    [InlineData(0, KeyFault.Unsupported)]
    [InlineData(2, KeyFault.Unsupported)]
    [InlineData(-1, KeyFault.Unsupported)]
    public void A_file_holds_one_key(int count, KeyFault fault) =>
        AssertFault(fault, () => PrivateKeyFile.Parse(File("none", "none", [], count)));

    [Theory]
    [InlineData("aes256-ctr", "none", KeyFault.Damaged)]
    [InlineData("none", "bcrypt", KeyFault.Damaged)]
    [InlineData("none", "scrypt", KeyFault.Damaged)]
    [InlineData("aes256-ctr", "scrypt", KeyFault.Unsupported)]
    [InlineData("aes512-ctr", "bcrypt", KeyFault.Unsupported)]
    [InlineData("", "", KeyFault.Unsupported)]
    public void A_cipher_and_a_key_derivation_must_be_known_and_go_together(string cipher, string kdf, KeyFault fault) =>
        AssertFault(fault, () => PrivateKeyFile.Parse(File(cipher, kdf, [], 1)));

    [Theory]
    [InlineData(0, 16, KeyFault.Damaged)]
    [InlineData(OpenSshPrivateKey.MaxRounds + 1, 16, KeyFault.Unsupported)]
    [InlineData(-1, 16, KeyFault.Unsupported)]
    [InlineData(1, 0, KeyFault.Damaged)]
    [InlineData(1, 64, KeyFault.WrongPassphrase)]
    [InlineData(1, 65, KeyFault.Damaged)]
    public void The_rounds_and_the_salt_have_limits_A52(int rounds, int salt, KeyFault fault)
    {
        byte[] options = [.. SampleKeys.Field(new byte[salt]), .. Word(rounds)];
        AssertFault(fault, () => PrivateKeyFile.Read(File("aes256-ctr", "bcrypt", options, 1), "p"u8));
    }

    [Fact]
    public void Rounds_that_nobody_could_read_again_are_not_written()
    {
        using PrivateKey key = PrivateKey.GenerateEd25519();
        Assert.Throws<ArgumentOutOfRangeException>(() => OpenSshPrivateKey.Write(key, Passphrase, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => OpenSshPrivateKey.Write(key, Passphrase, OpenSshPrivateKey.MaxRounds + 1));
        Assert.Throws<ArgumentException>(() => OpenSshPrivateKey.Write(key, Passphrase, 1, "rot13"));
    }

    [Fact]
    public void Numbers_that_are_not_one_key_are_damaged()
    {
        using PrivateKey one = PrivateKey.GenerateRsa(1024);
        using PrivateKey other = PrivateKey.GenerateRsa(1024);
        PrivateKeyFields mixed = one.ToFields();
        mixed.PrivateExponent = other.ToFields().PrivateExponent;
        AssertRejected(mixed);
        mixed = one.ToFields();
        mixed.Coefficient = other.ToFields().Coefficient;
        AssertRejected(mixed);
        mixed = one.ToFields();
        mixed.P = one.ToFields().Q;
        AssertRejected(mixed);
        mixed = one.ToFields();
        mixed.P = one.ToFields().Q;
        mixed.Q = one.ToFields().P;
        AssertRejected(mixed);
        mixed = one.ToFields();
        mixed.P = [1];
        AssertRejected(mixed);
        using PrivateKey ecdsa = PrivateKey.GenerateEcdsa();
        using PrivateKey otherEcdsa = PrivateKey.GenerateEcdsa();
        mixed = ecdsa.ToFields();
        mixed.Scalar = otherEcdsa.ToFields().Scalar;
        AssertRejected(mixed);
        mixed = ecdsa.ToFields();
        mixed.Scalar = [];
        AssertRejected(mixed);
        using PrivateKey ed = PrivateKey.GenerateEd25519();
        using PrivateKey otherEd = PrivateKey.GenerateEd25519();
        mixed = ed.ToFields();
        mixed.Point = otherEd.ToFields().Point;
        AssertRejected(mixed);
        mixed = ed.ToFields();
        mixed.Ed25519Pair = mixed.Ed25519Pair[..63];
        AssertRejected(mixed);
    }

    [Fact]
    public void What_is_no_key_file_says_so()
    {
        AssertFault(KeyFault.Damaged, () => PrivateKeyFile.Parse([]));
        AssertFault(KeyFault.Damaged, () => PrivateKeyFile.Parse("root:x:0:0::/root:/bin/sh\n"u8));
        AssertFault(KeyFault.Damaged, () => PrivateKeyFile.Parse("PuTTY-User-Key-File-3: ssh-ed25519\n"u8));
        AssertFault(KeyFault.Unsupported, () => PrivateKeyFile.Parse("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"u8));
        AssertFault(KeyFault.Damaged, () => PrivateKeyFile.Parse("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"u8));
        AssertFault(KeyFault.Damaged, () => PrivateKeyFile.Parse("-----BEGIN PRIVATE KEY-----\nAA!A\n-----END PRIVATE KEY-----\n"u8));
        AssertFault(KeyFault.Damaged, () => PrivateKeyFile.Parse(Encoding.ASCII.GetBytes(
            "-----BEGIN RSA PRIVATE KEY-----\n" + string.Concat(Enumerable.Range(0, 20).Select(i => $"H{i}: x\n")) + "\nAAAA\n-----END RSA PRIVATE KEY-----\n")));
    }

    private static void AssertRejected(PrivateKeyFields fields)
    {
        try
        {
            fields.ToKey().Dispose();
        }
        catch (KeyFormatException refused)
        {
            Assert.Equal(KeyFault.Damaged, refused.Fault);
            return;
        }

        Assert.Fail("Numbers that are not one key were taken for one.");
    }

    private static void AssertSameKey(PrivateKey key, PrivateKey read)
    {
        Assert.Equal(key.PublicKey, read.PublicKey);
        string algorithm = key.PublicKey.SignatureAlgorithms[0];
        Assert.True(key.PublicKey.Verify(algorithm, "data"u8, read.Sign(algorithm, "data"u8)));
    }

    private static void AssertFault(KeyFault fault, Action action) => Assert.Equal(fault, Assert.Throws<KeyFormatException>(action).Fault);

    private static void AssertRefused(ReadOnlySpan<byte> text)
    {
        byte[] bytes = text.ToArray();
        KeyFormatException refused = Assert.Throws<KeyFormatException>(() => PrivateKeyFile.Read(bytes));
        Assert.NotEqual(KeyFault.WrongPassphrase, refused.Fault);
    }

    private static byte[] File(string cipher, string kdf, byte[] options, int count)
    {
        using PrivateKey key = PrivateKey.GenerateEd25519();
        return Armor(
        [
            .. "openssh-key-v1\0"u8, .. SampleKeys.Field(Encoding.ASCII.GetBytes(cipher)), .. SampleKeys.Field(Encoding.ASCII.GetBytes(kdf)),
            .. SampleKeys.Field(options), .. Word(count), .. SampleKeys.Field(key.PublicKey.Blob.Span), .. SampleKeys.Field(new byte[160]),
        ]);
    }

    private static byte[] Word(int value)
    {
        byte[] word = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, value);
        return word;
    }

    private static byte[] Text(PrivateKey key)
    {
        using Secret text = OpenSshPrivateKey.Write(key, default);
        return text.Span.ToArray();
    }

    private static byte[] Unarmor(byte[] text) => Convert.FromBase64String(Encoding.ASCII.GetString(text)[Begin.Length..^End.Length]);

    private static byte[] Armor(ReadOnlySpan<byte> file) => Encoding.ASCII.GetBytes($"{Begin}{Convert.ToBase64String(file)}\n{End}");
}
