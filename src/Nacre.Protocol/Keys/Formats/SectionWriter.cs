using System.Buffers;
using System.Buffers.Binary;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Keys.Formats;

/// <summary>Puts the sections of a revocation list, and the strings within one, behind each other.</summary>
internal sealed class SectionWriter
{
    private readonly ArrayBufferWriter<byte> _written = new();

    public ReadOnlySpan<byte> Written => _written.WrittenSpan;

    public void Section(KeyRevocationSection type, ReadOnlySpan<byte> data)
    {
        _written.Write([(byte)type]);
        String(data);
    }

    public void Section<T>(KeyRevocationSection type, scoped ref T data)
        where T : IRecord<T>, allows ref struct => Section(type, Message.WriteRecord(ref data));

    /// <summary>A section of strings in ascending order; none where there are no strings.</summary>
    public void Strings(KeyRevocationSection type, IReadOnlyCollection<byte[]> strings)
    {
        if (strings.Count == 0) return;
        var data = new SectionWriter();
        foreach (byte[] each in ByteSequences.Ascending(strings)) data.String(each);
        Section(type, data.Written);
    }

    private void String(ReadOnlySpan<byte> data)
    {
        BinaryPrimitives.WriteInt32BigEndian(_written.GetSpan(sizeof(int)), data.Length);
        _written.Advance(sizeof(int));
        _written.Write(data);
    }
}
