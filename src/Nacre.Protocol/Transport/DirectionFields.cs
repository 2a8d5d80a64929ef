using System.Text;
using Nacre.Protocol.Algorithms;
using Nacre.Protocol.Wire;

namespace Nacre.Protocol.Transport;

/// <summary>One direction of a transport in its snapshot: what protects the packets, and how many there have been.</summary>
internal ref struct DirectionFields : IRecord<DirectionFields>
{
    /// <summary>Longer than the key of any cipher or MAC.</summary>
    public const int MaxKey = 128;

    public ReadOnlySpan<byte> Cipher;

    /// <summary>Empty when the cipher authenticates by itself.</summary>
    public ReadOnlySpan<byte> Mac;

    public ReadOnlySpan<byte> Compression;
    public ReadOnlySpan<byte> Key;

    /// <summary>The initial vector to go on with: the counter, the nonce or the last block of now.</summary>
    public ReadOnlySpan<byte> Iv;

    public ReadOnlySpan<byte> MacKey;
    public uint Sequence;
    public ulong BytesSinceKeys;
    public ulong PacketsSinceKeys;

    public static void Fields<V>(ref V visit, ref DirectionFields message)
        where V : IFieldVisitor, allows ref struct
    {
        visit.Text(ref message.Cipher, NameList.MaxNameLength);
        visit.Text(ref message.Mac, NameList.MaxNameLength);
        visit.Text(ref message.Compression, NameList.MaxNameLength);
        visit.Secret(ref message.Key, MaxKey);
        visit.Secret(ref message.Iv, MaxKey);
        visit.Secret(ref message.MacKey, MaxKey);
        visit.UInt32(ref message.Sequence);
        visit.UInt64(ref message.BytesSinceKeys);
        visit.UInt64(ref message.PacketsSinceKeys);
    }

    /// <summary>Describes a direction as it is now.</summary>
    public static DirectionFields Of(DirectionAlgorithms algorithms, DirectionKeys keys, uint sequence, long bytesSinceKeys, long packetsSinceKeys) => new()
    {
        Cipher = Encoding.ASCII.GetBytes(algorithms.Cipher.Name),
        Mac = Encoding.ASCII.GetBytes(algorithms.Mac?.Name ?? ""),
        Compression = Encoding.ASCII.GetBytes(algorithms.Compression.Name),
        Key = keys.Key.Span,
        Iv = keys.Iv.Span,
        MacKey = keys.Mac.Span,
        Sequence = sequence,
        BytesSinceKeys = (ulong)bytesSinceKeys,
        PacketsSinceKeys = (ulong)packetsSinceKeys,
    };

    /// <summary>The algorithms that the names stand for, when keys and counts fit them.</summary>
    public readonly DirectionAlgorithms Check()
    {
        CipherAlgorithm cipher = Find(AlgorithmCatalog.Ciphers, Cipher);
        MacAlgorithm? mac = cipher.IsAead && Mac.IsEmpty ? null : Find(AlgorithmCatalog.Macs, Mac);
        CompressionAlgorithm compression = Find(AlgorithmCatalog.Compressions, Compression);
        bool doKeysFit = Key.Length == cipher.KeyLength && Iv.Length == cipher.IvLength && MacKey.Length == (mac?.KeyLength ?? 0);
        if (cipher.IsAead == mac is null && doKeysFit && BytesSinceKeys <= long.MaxValue && PacketsSinceKeys <= uint.MaxValue) return new(cipher, mac, compression);
        throw new SshViolationException(Violation.FieldMalformed, $"the keys or the counts do not fit {cipher.Name}");
    }

    public readonly DirectionKeys CopyKeys() => DirectionKeys.CopyOf(Iv, Key, MacKey);

    internal static T Find<T>(AlgorithmTable<T> table, ReadOnlySpan<byte> name)
        where T : Algorithm =>
        table.TryFind(name, out T? row) ? row : throw new SshViolationException(Violation.FieldMalformed, $"there is no {table.Kind} algorithm {Printable.Escape(name)}");
}
