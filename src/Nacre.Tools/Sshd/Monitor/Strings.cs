using Nacre.Protocol.Wire;

namespace Nacre.Tools.Sshd.Monitor;

/// <summary>Writes and reads lists of strings, one after the other, as they stand in a field.</summary>
internal static class Strings
{
    public static byte[] Write(IEnumerable<byte[]> strings)
    {
        var written = new List<byte>();
        foreach (byte[] text in strings)
        {
            var fields = new OneString { Value = text };
            written.AddRange(Message.WriteRecord(ref fields));
        }

        return [.. written];
    }

    public static List<byte[]> Read(ReadOnlySpan<byte> bytes)
    {
        var strings = new List<byte[]>();
        var reader = new FieldReader(bytes);
        while (reader.Remaining > 0)
        {
            ReadOnlySpan<byte> text = default;
            reader.String(ref text);
            strings.Add(text.ToArray());
        }

        return strings;
    }

    private ref struct OneString : IRecord<OneString>
    {
        public ReadOnlySpan<byte> Value;

        public static void Fields<V>(ref V visit, ref OneString message)
            where V : IFieldVisitor, allows ref struct => visit.String(ref message.Value);
    }
}
