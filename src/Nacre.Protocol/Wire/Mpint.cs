namespace Nacre.Protocol.Wire;

/// <summary>The mpint of RFC 4251 5, non-negative: between the field's contents and the magnitude.</summary>
internal static class Mpint
{
    /// <summary>The magnitude of the contents of an mpint field; throws when they are negative or not in the shortest form.</summary>
    public static ReadOnlySpan<byte> Magnitude(ReadOnlySpan<byte> contents)
    {
        if (contents.IsEmpty) return contents;
        if ((contents[0] & 0x80) != 0) throw new SshViolationException(Violation.MpintMalformed, "An integer that must be positive is negative.");
        if (contents[0] != 0) return contents;

        // RFC 4251 5: "Unnecessary leading bytes with the value 0 or 255 MUST NOT be included."
        if (contents.Length == 1 || (contents[1] & 0x80) == 0)
        {
            throw new SshViolationException(Violation.MpintMalformed, "An integer is not in its shortest form.");
        }

        return contents[1..];
    }

    /// <summary>The number of content bytes that an integer with this big-endian magnitude takes.</summary>
    public static int ContentsLength(ReadOnlySpan<byte> magnitude)
    {
        magnitude = magnitude.TrimStart((byte)0);
        return magnitude.Length + (!magnitude.IsEmpty && (magnitude[0] & 0x80) != 0 ? 1 : 0);
    }

    /// <summary>Writes the contents for a magnitude and returns their number.</summary>
    public static int WriteContents(ReadOnlySpan<byte> magnitude, Span<byte> output)
    {
        magnitude = magnitude.TrimStart((byte)0);
        int sign = !magnitude.IsEmpty && (magnitude[0] & 0x80) != 0 ? 1 : 0;
        if (sign == 1) output[0] = 0;
        magnitude.CopyTo(output[sign..]);
        return magnitude.Length + sign;
    }
}
