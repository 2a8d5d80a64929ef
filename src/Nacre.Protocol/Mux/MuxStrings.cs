using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Mux;

/// <summary>The strings that fill the rest of a message: the extensions of a HELLO, the environment of a session.</summary>
internal static class MuxStrings
{
    /// <summary>More environment strings than this are not taken; OpenSSH's limit.</summary>
    public const int MaxCount = 4096;

    /// <summary>Reads all of them.</summary>
    public static List<byte[]> Read(ReadOnlySpan<byte> rest)
    {
        var strings = new List<byte[]>();
        var reader = new FieldReader(rest);
        while (reader.Remaining > 0)
        {
            if (strings.Count == MaxCount) throw new SshViolationException(Violation.LengthOutOfRange, $"A message on a control socket has more than {MaxCount} strings.");
            ReadOnlySpan<byte> text = default;
            reader.String(ref text);
            strings.Add(text.ToArray());
        }

        return strings;
    }

    /// <summary>Their bytes as they go on the wire.</summary>
    public static byte[] Write(IReadOnlyCollection<byte[]> strings)
    {
        var sizer = default(FieldSizer);
        Walk(ref sizer, strings);
        byte[] bytes = new byte[sizer.Size];
        var writer = new FieldWriter(bytes);
        Walk(ref writer, strings);
        return bytes;
    }

    private static void Walk<V>(ref V visit, IReadOnlyCollection<byte[]> strings)
        where V : IFieldVisitor, allows ref struct
    {
        foreach (byte[] text in strings)
        {
            ReadOnlySpan<byte> bytes = text;
            visit.String(ref bytes);
        }
    }
}
