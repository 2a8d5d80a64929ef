using System.Text;

namespace Nacre.Protocol.Wire;

/// <summary>A name-list of RFC 4251 5 as it stands on the wire: names in US-ASCII, separated by commas.</summary>
internal readonly ref struct NameList(ReadOnlySpan<byte> bytes)
{
    /// <summary>RFC 4251 6: names MUST NOT be longer than 64 characters.</summary>
    public const int MaxNameLength = 64;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public static NameList Of(string names) => new(Encoding.ASCII.GetBytes(names));

    public static NameList Of(IEnumerable<string> names) => Of(string.Join(',', names));

    /// <summary>Copies the names out; for negotiation and messages to people, not for the data path.</summary>
    public string[] ToArray() => Bytes.IsEmpty ? [] : Encoding.ASCII.GetString(Bytes).Split(',');

    /// <summary>True when the name is on the list; a search for its bytes, so that a peer's list of a hundred thousand names costs little .</summary>
    public bool Contains(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty) return false;
        for (int start = 0; Bytes[start..].IndexOf(name) is >= 0 and int offset; start += offset + 1)
        {
            int at = start + offset;
            int end = at + name.Length;
            bool isWhole = (at == 0 || Bytes[at - 1] == (byte)',') && (end == Bytes.Length || Bytes[end] == (byte)',');
            if (isWhole) return true;
        }

        return false;
    }

    public override string ToString() => Encoding.ASCII.GetString(Bytes);

    /// <summary>Throws unless each name is 1 to 64 printable ASCII characters; one pass over the bytes.</summary>
    public static void Check(ReadOnlySpan<byte> list)
    {
        if (list.IsEmpty) return;
        int length = 0;
        foreach (byte b in list)
        {
            if (b == (byte)',')
            {
                if (length == 0) throw Malformed("an empty name");
                length = 0;
                continue;
            }

            if (b is <= 0x20 or >= 0x7f) throw Malformed("a character that names may not have");
            if (++length > MaxNameLength) throw Malformed("a name over 64 characters");
        }

        if (length == 0) throw Malformed("an empty name");
    }

    private static SshViolationException Malformed(string what) =>
        new(Violation.NameListMalformed, $"A name-list holds {what}.");
}
