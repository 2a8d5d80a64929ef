using Nacre.Protocol.Wire;

namespace Nacre.Tests.Wire;

/// <summary>The data types of RFC 4251 5, read and written, at their limits and past them.</summary>
public sealed class FieldTests
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(255, true)]
    public void P4251_2_any_byte_but_zero_is_true(byte wire, bool expected)
    {
        bool value = !expected;
        var reader = new FieldReader([wire]);
        reader.Boolean(ref value);
        Assert.Equal(expected, value);

        byte[] written = new byte[1];
        var writer = new FieldWriter(written);
        writer.Boolean(ref value);
        Assert.Equal(expected ? 1 : 0, written[0]);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("01", "01")]
    [InlineData("7f", "7f")]
    [InlineData("0080", "80")]
    [InlineData("00ff01", "ff01")]
    public void P4251_1_an_mpint_is_read_and_written_in_its_shortest_form(string contents, string magnitude)
    {
        byte[] bytes = Convert.FromHexString(magnitude);
        Assert.Equal(bytes, Mpint.Magnitude(Convert.FromHexString(contents)).ToArray());
        Assert.Equal(contents, Written(bytes));
        Assert.Equal(contents, Written([0, 0, .. bytes]));
    }

    [Theory]
    [InlineData("00")]
    [InlineData("0001")]
    [InlineData("007f")]
    [InlineData("000080")]
    [InlineData("80")]
    [InlineData("ff")]
    [InlineData("ffff")]
    public void P4251_1_an_mpint_that_is_negative_or_longer_than_it_need_be_is_refused(string contents) =>
        AssertViolates(Violation.MpintMalformed, () => Mpint.Magnitude(Convert.FromHexString(contents)));

    [Theory]
    [InlineData("00000002 7fff", null)]
    [InlineData("00000003 00ffff", null)]
    [InlineData("00000003 7fffff", Violation.FieldTooLong)]
    [InlineData("00000004 00ffffff", Violation.FieldTooLong)]
    public void The_limit_of_an_mpint_is_that_of_its_magnitude(string wire, Violation? expected) => AssertRead(wire, expected, bytes =>
    {
        ReadOnlySpan<byte> value = default;
        new FieldReader(bytes).Mpint(ref value, limit: 2);
    });

    [Theory]
    [InlineData("00000003 616263", null)]
    [InlineData("00000000", null)]
    [InlineData("00000004 61626364", Violation.FieldTooLong)]
    [InlineData("00000003 6162", Violation.MessageTruncated)]
    [InlineData("000000", Violation.MessageTruncated)]
    [InlineData("80000000 61", Violation.MessageTruncated)]
    [InlineData("ffffffff 61", Violation.MessageTruncated)]
    public void A61_a_string_has_its_limit_and_ends_with_the_message(string wire, Violation? expected) => AssertRead(wire, expected, bytes =>
    {
        ReadOnlySpan<byte> value = default;
        new FieldReader(bytes).String(ref value, limit: 3);
    });

    [Theory]
    [InlineData("", true)]
    [InlineData("a", true)]
    [InlineData("a,b@example.org,!~", true)]
    [InlineData(",", false)]
    [InlineData("a,", false)]
    [InlineData(",a", false)]
    [InlineData("a,,b", false)]
    [InlineData("a b", false)]
    [InlineData("a\tb", false)]
    [InlineData("a\u007f", false)]
    [InlineData("a\u0000", false)]
    [InlineData("\u00e9", false)]
    public void P4251_3_a_name_list_holds_printable_ascii_names_and_no_empty_one(string list, bool isAllowed) =>
        AssertNames(list, isAllowed);

    [Fact]
    public void P4251_3_a_name_has_64_characters_at_most()
    {
        AssertNames($"a,{new string('x', 64)}", isAllowed: true);
        AssertNames($"a,{new string('x', 65)}", isAllowed: false);
    }

    [Fact]
    public void Bytes_behind_the_last_field_are_refused()
    {
        AssertViolates(Violation.TrailingBytes, () => new FieldReader([1]).End());
        new FieldReader([]).End();
    }

    private static string Written(ReadOnlySpan<byte> magnitude)
    {
        var sizer = default(FieldSizer);
        sizer.Mpint(ref magnitude);
        byte[] output = new byte[sizer.Size];
        var writer = new FieldWriter(output);
        writer.Mpint(ref magnitude);
        Assert.Equal(output.Length, writer.Written);
        Assert.Equal(output.Length - 4, (output[2] << 8) | output[3]);
        return Convert.ToHexStringLower(output.AsSpan(4));
    }

    private static void AssertNames(string list, bool isAllowed)
    {
        byte[] bytes = System.Text.Encoding.Latin1.GetBytes(list);
        if (isAllowed) NameList.Check(bytes);
        else AssertViolates(Violation.NameListMalformed, () => NameList.Check(bytes));
    }

    private static void AssertRead(string wire, Violation? expected, Action<byte[]> read)
    {
        byte[] bytes = Convert.FromHexString(wire.Replace(" ", "", StringComparison.Ordinal));
        if (expected is { } violation) AssertViolates(violation, () => read(bytes));
        else read(bytes);
    }

    private static void AssertViolates(Violation expected, Action read) =>
        Assert.Equal(expected, Assert.Throws<SshViolationException>(read).Violation);
}
