using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Agent;

/// <summary>The strings within strings that constraints and answers of the agent protocol are made of.</summary>
internal static class AgentStrings
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Bytes with their length before them.</summary>
    public static byte[] String(ReadOnlySpan<byte> contents)
    {
        byte[] field = new byte[sizeof(uint) + contents.Length];
        BinaryPrimitives.WriteInt32BigEndian(field, contents.Length);
        contents.CopyTo(field.AsSpan(sizeof(uint)));
        return field;
    }

    /// <summary>What each entry becomes, one after the other.</summary>
    public static byte[] Concat<T>(IEnumerable<T> entries, Func<T, byte[]> bytesOf)
    {
        var all = new ArrayBufferWriter<byte>();
        foreach (T entry in entries) all.Write(bytesOf(entry));
        return all.WrittenSpan.ToArray();
    }

    /// <summary>Text that is compared with other text: two that differ in their bytes differ as strings, and nothing in it ends a string of C.</summary>
    public static string Text(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (!bytes.Contains((byte)0)) return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
        }

        throw new SshViolationException(Violation.FieldMalformed, "A name in an agent message is not UTF-8 text.");
    }
}
