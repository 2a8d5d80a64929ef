using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;

namespace Nacre.Tests.Keys.Formats;

public sealed class PublicKeyFileTests
{
    private const string Begin = "---- BEGIN SSH2 PUBLIC KEY ----", End = "---- END SSH2 PUBLIC KEY ----";

    public static TheoryData<string, PublicKeyFormat> Forms
    {
        get
        {
            var rows = new TheoryData<string, PublicKeyFormat>();
            foreach (string type in SampleKeys.Rows.Select(row => row.KeyType).Distinct())
            {
                foreach (PublicKeyFormat format in Enum.GetValues<PublicKeyFormat>()) rows.Add(type, format);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void What_is_written_is_read(string type, PublicKeyFormat format)
    {
        using PrivateKey key = SampleKeys.New(type);
        if (type == KeyAlgorithm.Ed25519 && format == PublicKeyFormat.Pem)
        {
            Assert.Throws<ArgumentException>(() => PublicKeyFile.Write(key.PublicKey, format));
            return;
        }

        string comment = string.Concat(Enumerable.Repeat("a \"quoted\" comment, ünd so weiter \U0001f511; ", 10)).Trim();
        string text = PublicKeyFile.Write(key.PublicKey, format, comment);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        if (format != PublicKeyFormat.OpenSsh) Assert.All(text.Split('\n'), line => Assert.True(Encoding.UTF8.GetByteCount(line) <= 72, line));
        foreach (string ends in (string[])["\n", "\r\n", "\r"])
        {
            if (ends == "\r" && format is PublicKeyFormat.Pem or PublicKeyFormat.Pkcs8) continue;
            PublicKeyLine read = PublicKeyFile.Read(Encoding.UTF8.GetBytes(text.Replace("\n", ends, StringComparison.Ordinal)));
            Assert.Equal(key.PublicKey, read.Key);
            Assert.Equal(format is PublicKeyFormat.OpenSsh or PublicKeyFormat.Rfc4716 ? comment : "", read.Comment);
        }
    }

    [Fact]
    public void Headers_may_go_on_over_lines_and_those_that_are_unknown_are_read_over()
    {
        using PrivateKey key = PrivateKey.GenerateEd25519();
        string base64 = Convert.ToBase64String(key.PublicKey.Blob.Span);
        PublicKeyLine read = Read($"some mail\n{Begin}\nSubject: me\nx-Command: /bin/\\\nsh\ncomment: not \\\nquoted\n{base64[..20]}\n{base64[20..]}\n{End}\nmore mail\n");
        Assert.Equal(new PublicKeyLine(key.PublicKey, "not quoted"), read);
    }

    [Fact]
    public void Headers_have_limits()
    {
        using PrivateKey key = PrivateKey.GenerateEd25519();
        string body = $"{Convert.ToBase64String(key.PublicKey.Blob.Span)}\n{End}\n";
        Assert.Equal(key.PublicKey, Read($"{Begin}\n{new string('t', 64)}: {new string('v', 1024)}\n{body}").Key);
        AssertDamaged($"{Begin}\n{new string('t', 65)}: v\n{body}");
        AssertDamaged($"{Begin}\nComment: {new string('v', 1025)}\n{body}");
        AssertDamaged($"{Begin}\nComment: {string.Concat(Enumerable.Repeat("part\\\n", 1000))}\n{body}");
        Assert.Equal(key.PublicKey, Read($"{Begin}\n{string.Concat(Enumerable.Range(0, 64).Select(i => $"h{i}: v\n"))}{body}").Key);
        AssertDamaged($"{Begin}\n{string.Concat(Enumerable.Range(0, 65).Select(i => $"h{i}: v\n"))}{body}");
        byte[] longest = Encoding.ASCII.GetBytes(PublicKeyFile.Write(key.PublicKey).PadLeft(PublicKeyFile.MaxLength));
        Assert.Equal(key.PublicKey, PublicKeyFile.Read(longest).Key);
        Assert.Equal(KeyFault.Damaged, Assert.Throws<KeyFormatException>(() => PublicKeyFile.Read([(byte)'\n', .. longest])).Fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# only a comment\n")]
    [InlineData("ssh-ed25519 AAAA\n")]
    [InlineData(Begin + "\n")]
    [InlineData(Begin + "\nAAAA\n" + End)]
    [InlineData(Begin + "\n!!!!\n" + End)]
    [InlineData(Begin + "\nComment: \\\n" + End)]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END RSA PUBLIC KEY-----\n")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    [InlineData("-----BEGIN RSA PUBLIC KEY-----\nMAYCAQUCAQM=\n-----END RSA PUBLIC KEY-----\n")]
    public void What_is_no_key_is_refused(string text) => AssertDamaged(text);

    [Fact]
    public void A_comment_of_two_lines_is_not_written()
    {
        using PrivateKey key = PrivateKey.GenerateEd25519();
        Assert.Throws<ArgumentException>(() => PublicKeyFile.Write(key.PublicKey, PublicKeyFormat.OpenSsh, "one\nssh-rsa AAAA"));
    }

    private static PublicKeyLine Read(string text) => PublicKeyFile.Read(Encoding.UTF8.GetBytes(text));

    private static void AssertDamaged(string text) => Assert.Equal(KeyFault.Damaged, Assert.Throws<KeyFormatException>(() => Read(text)).Fault);
}
