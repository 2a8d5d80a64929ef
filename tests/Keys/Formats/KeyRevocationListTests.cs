using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Nacre.Protocol.Keys;
using Nacre.Protocol.Keys.Formats;
using Nacre.Protocol.Wire;

namespace Nacre.Tests.Keys.Formats;

public sealed class KeyRevocationListTests : IDisposable
{
    private readonly PrivateKey _authority = PrivateKey.GenerateEd25519();
    private readonly PrivateKey _key = PrivateKey.GenerateEd25519();
    private readonly PrivateKey _other = PrivateKey.GenerateEd25519();

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void A_list_says_what_its_head_says()
    {
        KeyRevocationList list = new KeyRevocationDraft().Parse();
        Assert.Equal((3ul, 5ul, "a comment"), (list.Version, list.GeneratedAt, list.Comment));
        Assert.False(list.Contains(_key.PublicKey));
    }

    [Fact]
    public void A_key_is_revoked_by_itself_and_by_either_hash_with_all_certificates_of_it()
    {
        byte[] blob = _key.PublicKey.Blob.ToArray();
        KeyRevocationDraft[] drafts =
        [
            new KeyRevocationDraft().With(KeyRevocationSection.ExplicitKey, SampleKeys.Field(blob)),
            new KeyRevocationDraft().With(KeyRevocationSection.FingerprintSha1, SampleKeys.Field(SHA1.HashData(blob))),
            new KeyRevocationDraft().With(KeyRevocationSection.FingerprintSha256, [.. SampleKeys.Field(new byte[32]), .. SampleKeys.Field(SHA256.HashData(blob))]),
        ];
        foreach (KeyRevocationList list in drafts.Select(draft => draft.Parse()))
        {
            Assert.True(list.Contains(_key.PublicKey));
            Assert.True(list.Contains(Certify(_key, 1)));
            Assert.False(list.Contains(_other.PublicKey));
            Assert.False(list.Contains(Certify(_other, 1)));
        }
    }

    [Fact]
    public void A_revoked_authority_takes_its_certificates_with_it_CVE_2026_42508()
    {
        KeyRevocationList list = new KeyRevocationDraft().With(KeyRevocationSection.ExplicitKey, SampleKeys.Field(_authority.PublicKey.Blob.Span)).Parse();
        Assert.True(list.Contains(Certify(_key, 1)));
        Assert.False(list.Contains(_key.PublicKey));
    }

    [Theory]
    [InlineData((byte)KeyRevocationSection.CertificateSerialList)]
    [InlineData((byte)KeyRevocationSection.CertificateSerialRange)]
    [InlineData((byte)KeyRevocationSection.CertificateSerialBitmap)]
    public void Serial_numbers_are_revoked_for_their_authority_only(byte number)
    {
        var section = (KeyRevocationSection)number;
        byte[] sixToEight = section switch
        {
            KeyRevocationSection.CertificateSerialList => [.. Number(8), .. Number(6), .. Number(7)],
            KeyRevocationSection.CertificateSerialRange => [.. Number(6), .. Number(8)],
            _ => [.. Number(4), .. SampleKeys.Number([0b11100])],
        };
        KeyRevocationList own = new KeyRevocationDraft().WithCertificates(_authority.PublicKey.Blob.Span, section, sixToEight).Parse();
        KeyRevocationList others = new KeyRevocationDraft().WithCertificates(_other.PublicKey.Blob.Span, section, sixToEight).Parse();
        KeyRevocationList all = new KeyRevocationDraft().WithCertificates([], section, sixToEight).Parse();
        foreach (ulong serial in (ulong[])[0, 1, 4, 5, 6, 7, 8, 9, 10, 12, 1000, ulong.MaxValue])
        {
            bool isRevoked = serial is >= 6 and <= 8;
            Assert.Equal(isRevoked, own.Contains(Certify(_key, serial)));
            Assert.Equal(isRevoked, all.Contains(Certify(_key, serial)));
            Assert.False(others.Contains(Certify(_key, serial)));
        }

        Assert.False(own.Contains(_key.PublicKey));
    }

    [Fact]
    public void The_highest_serial_number_can_be_revoked_in_each_way()
    {
        Certificate last = Certify(_key, ulong.MaxValue);
        byte[] authority = _authority.PublicKey.Blob.ToArray();
        Assert.True(new KeyRevocationDraft().WithCertificates(authority, KeyRevocationSection.CertificateSerialList, Number(ulong.MaxValue)).Parse().Contains(last));
        Assert.True(new KeyRevocationDraft().WithCertificates(authority, KeyRevocationSection.CertificateSerialRange, [.. Number(1), .. Number(ulong.MaxValue)]).Parse().Contains(last));
        byte[] bitmap = [.. Number(ulong.MaxValue - 1), .. SampleKeys.Number([2])];
        Assert.True(new KeyRevocationDraft().WithCertificates(authority, KeyRevocationSection.CertificateSerialBitmap, bitmap).Parse().Contains(last));
        Assert.False(new KeyRevocationDraft().WithCertificates(authority, KeyRevocationSection.CertificateSerialBitmap, bitmap).Parse().Contains(Certify(_key, 1)));
    }

    [Fact]
    public void A_certificate_is_revoked_by_its_id()
    {
        byte[] ids = [.. CertificateDraft.Pack("first", "an id")];
        Assert.True(new KeyRevocationDraft().WithCertificates(_authority.PublicKey.Blob.Span, KeyRevocationSection.CertificateKeyId, ids).Parse().Contains(Certify(_key, 0)));
        Assert.True(new KeyRevocationDraft().WithCertificates([], KeyRevocationSection.CertificateKeyId, ids).Parse().Contains(Certify(_key, 0)));
        Assert.False(new KeyRevocationDraft().WithCertificates([], KeyRevocationSection.CertificateKeyId, CertificateDraft.Pack("an i", "AN ID")).Parse().Contains(Certify(_key, 0)));
    }

    [Fact]
    public void Two_sections_of_one_authority_count_both()
    {
        byte[] authority = _authority.PublicKey.Blob.ToArray();
        KeyRevocationList list = new KeyRevocationDraft()
            .WithCertificates(authority, KeyRevocationSection.CertificateSerialList, Number(9))
            .WithCertificates(authority, KeyRevocationSection.CertificateSerialList, Number(3))
            .Parse();
        Assert.True(list.Contains(Certify(_key, 9)));
        Assert.True(list.Contains(Certify(_key, 3)));
    }

    [Fact]
    public void An_extension_is_passed_over_unless_it_is_critical()
    {
        KeyRevocationDraft harmless = new KeyRevocationDraft()
            .With(KeyRevocationSection.Extension, Extension(isCritical: false))
            .WithCertificates([], KeyRevocationSection.CertificateExtension, Extension(isCritical: false))
            .With(KeyRevocationSection.ExplicitKey, SampleKeys.Field(_key.PublicKey.Blob.Span));
        Assert.True(harmless.Parse().Contains(_key.PublicKey));
        AssertUnsupported(new KeyRevocationDraft().With(KeyRevocationSection.Extension, Extension(isCritical: true)));
        AssertUnsupported(new KeyRevocationDraft().WithCertificates([], KeyRevocationSection.CertificateExtension, Extension(isCritical: true)));
    }

    [Fact]
    public void An_id_or_a_comment_with_a_zero_byte_refuses_the_list()
    {
        AssertDamaged(KeyRevocationSection.CertificateKeyId, CertificateDraft.Pack("first", "an\0id"));
        Assert.Equal(KeyFault.Damaged, Assert.Throws<KeyFormatException>(new KeyRevocationDraft { Comment = "a\0comment" }.Parse).Fault);
    }

    [Fact]
    public void Signatures_unknown_sections_and_versions_refuse_the_list()
    {
        AssertUnsupported(new KeyRevocationDraft().With(KeyRevocationSection.Signature, []));
        AssertUnsupported(new KeyRevocationDraft().With((KeyRevocationSection)77, []));
        AssertUnsupported(new KeyRevocationDraft().WithCertificates([], (KeyRevocationSection)0x24, []));
        AssertUnsupported(new KeyRevocationDraft().WithCertificates([], KeyRevocationSection.ExplicitKey, []));
        AssertUnsupported(new KeyRevocationDraft { Format = 2 });
    }

    [Fact]
    public void Serial_numbers_that_there_cannot_be_refuse_the_list()
    {
        AssertDamaged(KeyRevocationSection.CertificateSerialList, Number(0));
        AssertDamaged(KeyRevocationSection.CertificateSerialList, [.. Number(1), 0]);
        AssertDamaged(KeyRevocationSection.CertificateSerialRange, [.. Number(0), .. Number(1)]);
        AssertDamaged(KeyRevocationSection.CertificateSerialRange, [.. Number(2), .. Number(1)]);
        AssertDamaged(KeyRevocationSection.CertificateSerialRange, [.. Number(1), .. Number(2), 0]);
        AssertDamaged(KeyRevocationSection.CertificateSerialBitmap, [.. Number(0), .. SampleKeys.Number([1])]);
        AssertDamaged(KeyRevocationSection.CertificateSerialBitmap, [.. Number(ulong.MaxValue), .. SampleKeys.Number([2])]);
        AssertDamaged(KeyRevocationSection.CertificateSerialBitmap, [.. Number(1), .. SampleKeys.Field([0xff])]);
    }

    [Fact]
    public void A_bitmap_at_the_limit_is_read_and_a_longer_one_refuses_the_list()
    {
        byte[] bits = new byte[SerialBitmap.MaxLength + 1];
        (bits[0], bits[1]) = (1, 1);
        KeyRevocationDraft whole = new KeyRevocationDraft().WithCertificates([], KeyRevocationSection.CertificateSerialBitmap, [.. Number(1), .. SampleKeys.Number(bits.AsSpan(1))]);
        Assert.True(whole.Parse().Contains(Certify(_key, (8 * (ulong)(SerialBitmap.MaxLength - 1)) + 1)));
        AssertDamaged(KeyRevocationSection.CertificateSerialBitmap, [.. Number(1), .. SampleKeys.Number(bits)]);
    }

    [Fact]
    public void Bitmaps_and_ranges_may_overlap()
    {
        byte[] authority = _authority.PublicKey.Blob.ToArray();
        KeyRevocationList list = new KeyRevocationDraft()
            .WithCertificates(authority, KeyRevocationSection.CertificateSerialBitmap, [.. Number(2), .. SampleKeys.Number([0b1])])
            .WithCertificates(authority, KeyRevocationSection.CertificateSerialBitmap, [.. Number(1), .. SampleKeys.Number([0x40, 0, 0b1])])
            .WithCertificates(authority, KeyRevocationSection.CertificateSerialRange, [.. Number(5), .. Number(9)])
            .WithCertificates(authority, KeyRevocationSection.CertificateSerialRange, [.. Number(1), .. Number(6)])
            .Parse();
        ulong[] revoked = [1, 2, 3, 4, 5, 6, 7, 8, 9, 23];
        for (ulong serial = 0; serial < 30; serial++) Assert.Equal(revoked.Contains(serial), list.Contains(Certify(_key, serial)));
    }

    [Fact]
    public void An_authority_that_is_no_key_refuses_the_list()
    {
        AssertRefuses(Certify(_key, 1).Blob.Span);
        AssertRefuses("ssh-ed25519"u8);
        byte[] unknown = SampleKeys.Field("ssh-something"u8);
        Assert.False(new KeyRevocationDraft().WithCertificates(unknown, KeyRevocationSection.CertificateSerialList, Number(1)).Parse().Contains(Certify(_key, 1)));

        static void AssertRefuses(ReadOnlySpan<byte> authority)
        {
            KeyRevocationDraft draft = new KeyRevocationDraft().WithCertificates(authority, KeyRevocationSection.CertificateSerialList, Number(1));
            Assert.Equal(KeyFault.Damaged, Assert.Throws<KeyFormatException>(draft.Parse).Fault);
        }
    }

    [Fact]
    public void A_list_cut_short_anywhere_is_damaged()
    {
        byte[] whole = new KeyRevocationDraft()
            .With(KeyRevocationSection.FingerprintSha256, SampleKeys.Field(new byte[32]))
            .WithCertificates(_authority.PublicKey.Blob.Span, KeyRevocationSection.CertificateSerialRange, [.. Number(1), .. Number(2)])
            .ToBytes();
        byte[] first = new KeyRevocationDraft().With(KeyRevocationSection.FingerprintSha256, SampleKeys.Field(new byte[32])).ToBytes();
        byte[] empty = new KeyRevocationDraft().ToBytes();
        for (int length = 0; length < whole.Length; length++)
        {
            bool endsBetweenSections = length == first.Length || length == empty.Length || length == 0;
            if (endsBetweenSections) Assert.NotNull(KeyRevocationList.Parse(whole.AsSpan(0, length)));
            else Assert.Throws<KeyFormatException>(() => KeyRevocationList.Parse(whole.AsSpan(0, length)));
        }
    }

    [Fact]
    public void A_fingerprint_of_another_length_refuses_the_list()
    {
        Assert.Throws<KeyFormatException>(() => new KeyRevocationDraft().With(KeyRevocationSection.FingerprintSha1, SampleKeys.Field(new byte[32])).Parse());
        Assert.Throws<KeyFormatException>(() => new KeyRevocationDraft().With(KeyRevocationSection.FingerprintSha256, SampleKeys.Field(new byte[20])).Parse());
    }

    [Fact]
    public void Text_revokes_the_key_on_each_line_its_certificates_and_those_by_it()
    {
        KeyRevocationList list = Text($"# a comment\n\n  {_key.PublicKey} me\r\nssh-dss {Convert.ToBase64String([0, 0, 0, 7, .. "ssh-dss"u8])}\n{_other.PublicKey}");
        Assert.True(list.Contains(_key.PublicKey));
        Assert.True(list.Contains(Certify(_key, 1)));
        Assert.True(list.Contains(_other.PublicKey));
        Assert.False(list.Contains(_authority.PublicKey));
        Assert.True(Text(_authority.PublicKey.ToString()).Contains(Certify(_key, 1)));
        Assert.True(Text(Certify(_key, 1).ToString()).Contains(_key.PublicKey));
        Assert.False(Text(Certify(_key, 1).ToString()).Contains(_authority.PublicKey));
        Assert.False(Text("").Contains(_key.PublicKey));
    }

    [Fact]
    public void Text_that_is_no_key_refuses_the_list()
    {
        Assert.Throws<KeyFormatException>(() => Text($"{_key.PublicKey}\nwhat is this\n"));
        Assert.Throws<KeyFormatException>(() => Text("SSHKRL\n"));
        Assert.Throws<KeyFormatException>(() => Text($"ssh-rsa {Convert.ToBase64String(_key.PublicKey.Blob.Span)}"));
        Assert.Throws<KeyFormatException>(() => Text($"restrict {_key.PublicKey}"));
    }

    private static KeyRevocationList Text(string text) => KeyRevocationList.Parse(Encoding.UTF8.GetBytes(text));

    private static byte[] Number(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Extension(bool isCritical)
    {
        var fields = new KeyRevocationExtension { Name = "x@example"u8, IsCritical = isCritical, Contents = "anything"u8 };
        return Message.WriteRecord(ref fields);
    }

    private static void AssertUnsupported(KeyRevocationDraft draft) =>
        Assert.Equal(KeyFault.Unsupported, Assert.Throws<KeyFormatException>(draft.Parse).Fault);

    private void AssertDamaged(KeyRevocationSection section, byte[] data)
    {
        KeyRevocationDraft draft = new KeyRevocationDraft().WithCertificates(_authority.PublicKey.Blob.Span, section, data);
        Assert.Equal(KeyFault.Damaged, Assert.Throws<KeyFormatException>(draft.Parse).Fault);
    }

    private Certificate Certify(PrivateKey key, ulong serial) => new CertificateDraft(key.PublicKey) { Serial = serial }.Issue(_authority);
}
