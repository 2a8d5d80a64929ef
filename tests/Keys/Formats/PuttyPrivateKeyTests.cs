using System.Globalization;
using System.Text;
using Nacre.Crypto;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;

namespace Nacre.Tests.Keys.Formats;

/// <summary>PuTTY's own files, and what is refused of them; which of its files are read is for the tests with puttygen.</summary>
public sealed class PuttyPrivateKeyTests
{
    private const string Locked =
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: aes256-cbc\nComment: hi\nPublic-Lines: 2\n"
        + "AAAAC3NzaC1lZDI1NTE5AAAAIHHfYnRVkIzl94YP4JVYOG8osQA+hKq9Z51Qe1Yi\n3xcw\n"
        + "Key-Derivation: Argon2id\nArgon2-Memory: 8192\nArgon2-Passes: 8\nArgon2-Parallelism: 1\nArgon2-Salt: 96b8b7c8f990e9d589e489baafb13a45\n"
        + "Private-Lines: 1\nkV9aAJU87hGxFQnQoolVMbHXVSVYs6IvAUsm1ywa06m/8n/3B3q1Vgo+iFGBE9D0\n"
        + "Private-MAC: a7adafb71ac1750b1d874ccf840bc40cbc10baae527fc70cfc93c87ec1167603\n";

    [Fact]
    public void The_public_key_and_the_comment_are_known_and_the_passphrase_opens_the_rest()
    {
        foreach (string ends in (string[])["\n", "\r\n", "\r"])
        {
            using PrivateKeyFile file = Parse(Locked.Replace("\n", ends, StringComparison.Ordinal));
            Assert.True(file.IsEncrypted);
            Assert.Equal("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHHfYnRVkIzl94YP4JVYOG8osQA+hKq9Z51Qe1Yi3xcw", file.PublicKey!.ToString());
            Assert.Equal(KeyFault.PassphraseNeeded, Assert.Throws<KeyFormatException>(() => file.Unlock()).Fault);
            Assert.Equal(KeyFault.WrongPassphrase, Assert.Throws<KeyFormatException>(() => file.Unlock("wrong"u8)).Fault);
            using PrivateKey key = file.Unlock("pass"u8);
            Assert.Equal("hi", key.Comment);
            Assert.Equal(file.PublicKey, key.PublicKey);
        }
    }

    [Fact]
    public void A_comment_may_be_in_the_encoding_of_an_old_Windows()
    {
        const string old =
            "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: gr\u00f6\u00dfe\nPublic-Lines: 2\n"
            + "AAAAC3NzaC1lZDI1NTE5AAAAII1pNcFk88OQZhqJhnxKJ9gbICzLfE5FsVHwtwsZ\n4Xhc\n"
            + "Private-Lines: 1\nAAAAIK7M0FYvll1iPK9B4ObCoQU9D6h8e/eyoZC4s3ZXZmFM\n"
            + "Private-MAC: 4f97cb99ed22855ff7de06058d7b5177cec931ec84ade87a35ef57cad46c84ef\n";
        using PrivateKey key = PrivateKeyFile.Read(Encoding.Latin1.GetBytes(old));
        Assert.Equal("gr\uFFFD\uFFFDe", key.Comment);
        using Secret written = OpenSshPrivateKey.Write(key, passphrase: default);
        using PrivateKey again = PrivateKeyFile.Read(written.Span);
        Assert.Equal([(byte)'g', (byte)'r', 0xf6, 0xdf, (byte)'e'], again.CommentBytes.ToArray());
    }

    [Theory]
    [InlineData("Comment: hi", "Comment: ho")]
    [InlineData("AAAAC3NzaC1lZDI1NTE5AAAAIHHf", "AAAAC3NzaC1lZDI1NTE5AAAAIHHe")]
    [InlineData("kV9aAJU8", "kV9aAJU9")]
    [InlineData("Private-MAC: a7", "Private-MAC: a8")]
    [InlineData("Argon2-Passes: 8", "Argon2-Passes: 7")]
    public void What_was_changed_does_not_open(string part, string other)
    {
        Assert.Contains(part, Locked, StringComparison.Ordinal);
        string changed = Locked.Replace(part, other, StringComparison.Ordinal);
        Assert.Throws<KeyFormatException>(() => Parse(changed).Unlock("pass"u8));
    }

    [Theory]
    [InlineData("File-3", "File-1", KeyFault.Unsupported)]
    [InlineData("File-3", "File-4", KeyFault.Unsupported)]
    [InlineData("File-3", "File-x", KeyFault.Damaged)]
    [InlineData("File-3: ssh-ed25519", "File-3: ssh-rsa", KeyFault.Damaged)]
    [InlineData("aes256-cbc", "rot13", KeyFault.Unsupported)]
    [InlineData("Encryption: ", "Something: ", KeyFault.Damaged)]
    [InlineData("Public-Lines: 2", "Public-Lines: 200", KeyFault.Damaged)]
    [InlineData("Public-Lines: 2", "Public-Lines: 1025", KeyFault.Unsupported)]
    [InlineData("Public-Lines: 2", "Public-Lines: -1", KeyFault.Damaged)]
    [InlineData("AAAAC3Nza", "!!!!C3Nza", KeyFault.Damaged)]
    [InlineData("Argon2id", "Argon3", KeyFault.Unsupported)]
    [InlineData("Argon2-Memory: 8192", "Argon2-Memory: 7", KeyFault.Damaged)]
    [InlineData("Argon2-Memory: 8192", "Argon2-Memory: 262145", KeyFault.Unsupported)]
    [InlineData("Argon2-Memory: 8192", "Argon2-Memory: 4294967295", KeyFault.Damaged)]
    [InlineData("Argon2-Passes: 8", "Argon2-Passes: 513", KeyFault.Unsupported)]
    [InlineData("Argon2-Passes: 8", "Argon2-Passes: 2147483647", KeyFault.Unsupported)]
    [InlineData("Argon2-Passes: 8", "Argon2-Passes: 0", KeyFault.Damaged)]
    [InlineData("Argon2-Parallelism: 1", "Argon2-Parallelism: 0", KeyFault.Damaged)]
    [InlineData("Argon2-Parallelism: 1", "Argon2-Parallelism: 65", KeyFault.Unsupported)]
    [InlineData("Argon2-Salt: 96b8b7c8f990e9d589e489baafb13a45", "Argon2-Salt: 96b8b7c8f990e9", KeyFault.Damaged)]
    [InlineData("Argon2-Salt: 96", "Argon2-Salt: 9", KeyFault.Damaged)]
    [InlineData("BE9D0\n", "BE9D0AAA\n", KeyFault.Damaged)]
    [InlineData("Private-MAC: a7", "Private-MAC: ", KeyFault.Damaged)]
    public void What_makes_no_sense_is_refused_before_any_work(string part, string other, KeyFault fault)
    {
        Assert.Contains(part, Locked, StringComparison.Ordinal);
        Assert.Equal(fault, Assert.Throws<KeyFormatException>(() => Parse(Locked.Replace(part, other, StringComparison.Ordinal))).Fault);
    }

    [Fact]
    public void A_file_that_is_cut_is_refused()
    {
        // Without its last line end it is whole.
        for (int length = 0; length < Locked.Length - 1; length++)
        {
            string cut = Locked[..length];
            Assert.True(Record.Exception(() => Parse(cut)) is KeyFormatException, length.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static PrivateKeyFile Parse(string text) => PrivateKeyFile.Parse(Encoding.UTF8.GetBytes(text));
}
