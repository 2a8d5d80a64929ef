using System.Security.Cryptography;
using System.Text;
using Nacre.Fuzz;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;

namespace Nacre.Tests.Keys.Formats;

/// <summary>What is read and refused of ssh.com's private keys; those that puttygen writes have a test with it.</summary>
public sealed class SshComPrivateKeyTests : IDisposable
{
    private readonly RSA _rsa = RSA.Create(1024);
    private readonly SshComDraft _draft;

    public SshComPrivateKeyTests() => _draft = new SshComDraft(_rsa.ExportParameters(includePrivateParameters: true));

    public void Dispose() => _rsa.Dispose();

    [Fact]
    public void A_key_is_read_with_its_comment_and_signs()
    {
        foreach (string ends in (string[])["\n", "\r\n", "\r"])
        {
            using PrivateKeyFile file = Parse(_draft.File().Replace("\n", ends, StringComparison.Ordinal));
            Assert.False(file.IsEncrypted);
            using PrivateKey key = file.Unlock();
            Assert.Equal(file.PublicKey, key.PublicKey);
            Assert.Equal("a comment", key.Comment);
            byte[] signature = key.Sign("rsa-sha2-256", "data"u8);
            Assert.True(key.PublicKey.Verify("rsa-sha2-256", "data"u8, signature));
        }
    }

    [Fact]
    public void What_fills_a_block_behind_the_numbers_is_read_over_and_the_comment_may_go_on_over_lines()
    {
        using PrivateKey key = PrivateKeyFile.Read(Encoding.ASCII.GetBytes((_draft with { Behind = ([], [1, 2, 3]), Comment = "no \\\nquotes" }).File()));
        Assert.Equal("no quotes", key.Comment);
    }

    [Fact]
    public void What_is_not_supported_is_said()
    {
        AssertRefused(KeyFault.Unsupported, (_draft with { Cipher = "3des-cbc" }).File());
        AssertRefused(KeyFault.Unsupported, (_draft with { Type = "dl-modp{sign{dsa-nist-sha1},dh{plain}}" }).File());
    }

    [Fact]
    public void What_makes_no_sense_is_refused_A52()
    {
        RSAParameters numbers = _draft.Numbers;
        AssertRefused(KeyFault.Damaged, (_draft with { Magic = 0x3f6ff9ec }).File());
        AssertRefused(KeyFault.Damaged, (_draft with { Behind = ([0], []) }).File());
        AssertRefused(KeyFault.Damaged, (_draft with { Type = new string('x', 257) }).File());
        AssertRefused(KeyFault.Damaged, (_draft with { Numbers = numbers with { Modulus = [.. numbers.Modulus!, .. new byte[2048 - 127]] } }).File());
        AssertRefused(KeyFault.Damaged, (_draft with { Numbers = numbers with { D = [] } }).File());
        AssertRefused(KeyFault.Damaged, (_draft with { Numbers = numbers with { P = numbers.Q } }).File());
        AssertRefused(KeyFault.Damaged, _draft.File().Replace("END SSH2", "END SSH3", StringComparison.Ordinal));
        AssertRefused(KeyFault.Damaged, _draft.File().Replace("Comment: ", ": ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_cut_short_at_any_byte_is_damaged_A52()
    {
        byte[] body = _draft.Body();
        for (int length = 0; length < body.Length; length++) AssertRefused(KeyFault.Damaged, _draft.File(body.AsSpan(0, length)));
        AssertRefused(KeyFault.Damaged, _draft.File([.. body, 0]));
    }

    private static PrivateKeyFile Parse(string text) => PrivateKeyFile.Parse(Encoding.ASCII.GetBytes(text));

    private static void AssertRefused(KeyFault fault, string text) =>
        Assert.Equal(fault, Assert.Throws<KeyFormatException>(() => PrivateKeyFile.Read(Encoding.ASCII.GetBytes(text)).Dispose()).Fault);
}
